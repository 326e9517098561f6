"""What careless and malicious clients send ends in a defined answer, and in no error of ours.

Each message goes through every gateway, in the form in which a server hands it over. A view's
answer, where it comes to that, shows what the view saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from quaff import (
    Quaff,
    Response,
    make_response,
    redirect,
    request,
    send_file,
    session,
)
from tests.each_gateway import Gateway, Reply, deliver

HOST = ("Host", "localhost")
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


@pytest.fixture
def app(tmp_path: Path) -> Quaff:
    """An application whose views show what they see."""
    app = Quaff("example", static_folder=None)
    app.secret_key = "key"
    file = tmp_path / "file.txt"
    file.write_text("0123456789")

    app.add_url_rule("/file", view_func=lambda: send_file(file), endpoint="file")
    app.add_url_rule("/int/<int:number>", view_func=lambda number: str(number), endpoint="int")
    app.add_url_rule("/dir/", view_func=lambda: "dir", endpoint="dir")
    app.add_url_rule("/any/<path:rest>/", view_func=lambda rest: rest, endpoint="any")

    @app.route("/<path:path>")
    def show(path: str) -> Any:
        return {"path": path, "host": request.host, "url": request.url}

    @app.route("/args")
    def args() -> Any:
        return list(request.args.items(multi=True))

    @app.route("/cookies")
    def cookies() -> Any:
        return [list(request.cookies.items(multi=True)), dict(session)]

    @app.route("/headers")
    def headers() -> Any:
        return list(request.headers)

    @app.route("/authorization")
    def authorization() -> str:
        known = request.authorization
        return "none" if known is None else f"{known.type} {known.parameters} {known.token}"

    @app.post("/json")
    def json() -> Any:
        return {"json": request.get_json()}

    @app.post("/form")
    def form() -> Any:
        files = {name: (file.filename, len(file.read())) for name, file in request.files.items()}
        return [request.form.to_dict(), files]

    @app.post("/data")
    def data() -> str:
        return str(len(request.get_data()))

    @app.post("/stream")
    def stream() -> str:
        return str(len(request.stream.read()))

    @app.post("/unread")
    def unread() -> str:
        return "not read"

    return app


class Sender:
    """Sends messages to the application; each must end without an error of the application's.

    A reply of 500 or above, a logged error, or an exception that reaches the server, fails.
    """

    def __init__(self, app: Quaff, gateway: Gateway, log: pytest.LogCaptureFixture) -> None:
        self.app = app
        self.gateway = gateway
        self.log = log

    def __call__(
        self, target: str = "/x", fields: Iterable[tuple[str, str]] = (HOST,), **parts: Any
    ) -> Reply:
        reply = deliver(self.app, self.gateway, target=target, headers=fields, **parts)
        assert reply.status < 500
        assert not self.log.records
        assert b"Traceback" not in reply.body
        return reply

    def post(self, target: str, kind: str, body: bytes, chunked: bool = False) -> Reply:
        """Send a body with its media type."""
        fields = [HOST, ("Content-Type", kind)]
        if not chunked:
            fields.append(("Content-Length", str(len(body))))
        return self(target, fields, method="POST", body=body, chunked=chunked)


@pytest.fixture
def send(app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture) -> Sender:
    return Sender(app, gateway, logged)


def json_of(reply: Reply) -> Any:
    assert reply.status == 200
    return Quaff("reader").json.loads(reply.body)


# -- JSON ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="open"),
        pytest.param(b'{"a": 1,}', id="comma"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 1} x', id="more"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"1e999", id="infinite"),
        pytest.param(b"9" * 5_000, id="thousands of digits"),
        pytest.param(b"\0", id="NUL"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b'"\\ud800"', id="half a surrogate pair"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep and closed"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
    ],
)
def test_what_is_no_json_is_400(send: Sender, body: bytes) -> None:
    reply = send.post("/json", JSON, body)
    assert reply.status == 400
    assert "line" not in reply.text  # The parser's words are for debug mode.


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/json5", "text/json", "json", "application/jsonx"]
)
def test_json_of_another_media_type_is_415(send: Sender, kind: str) -> None:
    assert send.post("/json", kind, b"{}").status == 415


@pytest.mark.parametrize(
    "kind",
    [JSON, "application/json; charset=utf-8", "application/problem+json", "APPLICATION/JSON"],
)
def test_json_of_its_media_types_is_read(send: Sender, kind: str) -> None:
    assert json_of(send.post("/json", kind, b'"\\u0000"')) == {"json": "\0"}


# -- paths and query strings ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/%ff", "\ufffd"),
        ("/%ed%a0%80", "\ufffd\ufffd\ufffd"),
        ("/%zz%", "%zz%"),
        ("/%00", "\0"),
        ("/a%2fb", "a/b"),
        ("/..%2f..%2fetc/passwd", "../../etc/passwd"),
        ("//evil.example/x", "evil.example/x"),
        ("/%5c%5cevil.example", "\\\\evil.example"),
        ("@evil.example/x", "@evil.example/x"),
        ("http://evil.example/x", "http://evil.example/x"),
        ("/" + "a" * 100_000, "a" * 100_000),
    ],
)
def test_any_path_is_text_below_the_host(send: Sender, target: str, path: str) -> None:
    seen = json_of(send(target))
    assert seen["path"] == path
    assert seen["host"] == "localhost"
    assert seen["url"].startswith("http://localhost/")


@pytest.mark.parametrize(
    "target",
    [
        f"/int/{text}"
        for text in ("1%0a", "%0a1", "-1", "+1", "1_0", "0x1", "1.0", "1/", "1%2f", "9" * 5_000)
    ],
)
def test_a_number_is_digits_and_nothing_else(app: Quaff, send: Sender, target: str) -> None:
    app.view_functions["show"] = lambda path: ("not a number", 404)
    assert send("/int/10").text == "10"
    assert send(target).status == 404


@pytest.mark.parametrize("target", ["//evil.example/dir", "/dir", "//dir", "/%5cevil.example/dir"])
@pytest.mark.parametrize("prefix", ["", "/any"])
def test_no_redirect_leaves_the_host(send: Sender, prefix: str, target: str) -> None:
    reply = send(prefix + target)
    location = reply.headers.get("Location", "http://localhost/")
    assert location.startswith("http://localhost/")


def test_a_redirect_to_the_canonical_url_keeps_the_query_string(send: Sender) -> None:
    reply = send("/dir?a=%ff&b=//evil.example")
    assert reply.status == 308
    assert reply.headers["Location"] == "http://localhost/dir/?a=%ff&b=//evil.example"


def test_any_query_string_is_read(send: Sender) -> None:
    query = "a=%ff&b=%zz&c=%00&d;e=1&&=&f=+%2B&f=2&g"
    assert json_of(send(f"/args?{query}")) == [
        ["a", "%FF"],
        ["b", "%zz"],
        ["c", "\0"],
        ["d;e", "1"],
        ["", ""],
        ["f", " +"],
        ["f", "2"],
        ["g", ""],
    ]


def test_a_query_string_may_hold_bytes_that_are_no_text(send: Sender) -> None:
    assert json_of(send("/args?a=\xff&b=1")) == [["a", "\ufffd"], ["b", "1"]]


@pytest.mark.parametrize("method", ["BREW", "x" * 10_000, "get", "GET\x01"])
def test_methods_that_nothing_answers_are_405(send: Sender, method: str) -> None:
    if method == "get" and send.gateway == "wsgi":
        assert send("/args", method=method).status == 200  # PEP 3333 does not say; Werkzeug does.
    else:
        assert send("/args", method=method).status == 405


# -- cookies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=1; a=2", [["a", "1"], ["a", "2"]]),
        ("=__Host-x=bad", []),
        (";;;", []),
        ("a", [["a", ""]]),
        ("a=b=c; d==", [["a", "b=c"], ["d", "="]]),
        ("session=x.y.z; session=", [["session", "x.y.z"], ["session", ""]]),
        ('a="x; b=y', [["b", "y"]]),
        ("a=\xe9", [["a", "\xe9"]]),
    ],
)
def test_any_cookies_are_read(send: Sender, header: str, cookies: Any) -> None:
    known, content = json_of(send("/cookies", [HOST, ("Cookie", header)]))
    assert known == cookies
    assert content == {}


def test_cookies_that_no_browser_sends_are_431(send: Sender) -> None:
    fields = [HOST, ("Cookie", "a=" + "b" * 70_000)]
    assert send("/cookies", fields).status == 431
    assert send("/x", fields).status == 200


# -- conditions and ranges -----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "",
        "Sat, 31 Feb 2020 25:61:61 GMT",
        "Mon, 00 Jan 2020 00:00:00 GMT",
        "Fri, 99 Foo 99999999999999999999 00:00:00 GMT",
        "Mon, 06 Jan 2020 00:00:00 +99999999",
        "Mon, 06 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 06 Jan 2020 00:00:00 +99999999999999999999",
        "9" * 5_000,
        '"' * 1_001,
    ],
)
def test_dates_that_are_none_are_ignored(send: Sender, field: str, value: str) -> None:
    reply = send("/file", [HOST, (field, value)])
    assert (reply.status, reply.text) == (200, "0123456789")


@pytest.mark.parametrize(
    ("value", "status", "content"),
    [
        ("bytes=2-4", 206, "234"),
        ("bytes=0-" + "9" * 5_000, 200, "0123456789"),
        ("bytes=5-2", 200, "0123456789"),
        ("bytes=a-b", 200, "0123456789"),
        ("bytes=" + "0-1," * 10_000, 200, "0123456789"),
        ("lines=1-2", 200, "0123456789"),
        ("bytes=10-", 416, None),
    ],
)
def test_a_range_is_sent_if_it_makes_sense(
    send: Sender, value: str, status: int, content: str | None
) -> None:
    reply = send("/file", [HOST, ("Range", value)])
    assert reply.status == status
    if content is None:
        assert reply.headers["Content-Range"] == "bytes */10"
    else:
        assert reply.text == content


# -- lengths of bodies ---------------------------------------------------------------------------


def cut(send: Sender, target: str, kind: str) -> Reply:
    """Send less than the Content-Length says."""
    fields = [HOST, ("Content-Type", kind), ("Content-Length", "100")]
    return send(target, fields, method="POST", body=b"a=1&b=2")


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/json", JSON),
        ("/form", URLENCODED),
        ("/form", MULTIPART),
        ("/data", URLENCODED),
        ("/stream", "text/plain"),
    ],
)
def test_a_body_that_ends_early_is_400(send: Sender, target: str, kind: str) -> None:
    assert cut(send, target, kind).status == 400


def test_a_body_that_nobody_reads_may_end_early(send: Sender) -> None:
    assert cut(send, "/unread", JSON).text == "not read"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/json", JSON),
        ("/form", URLENCODED),
        ("/form", MULTIPART),
        ("/data", JSON),
        ("/stream", JSON),
    ],
)
def test_a_body_over_the_limit_is_413_and_never_cut(
    app: Quaff, send: Sender, target: str, kind: str, chunked: bool
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    assert send.post(target, kind, b"[" + b"1" * 100, chunked).status == 413
    assert send.post("/data", kind, b"[" + b"1" * 99, chunked).text == "100"
    assert send.post("/unread", kind, b"[" + b"1" * 100, chunked).text == "not read"


def test_a_body_has_a_limit_by_default(send: Sender) -> None:
    length = str(send.app.config["MAX_CONTENT_LENGTH"] + 1)
    fields = [HOST, ("Content-Length", length)]
    assert send("/data", fields, method="POST", body=b"x").status == 413


@pytest.mark.parametrize("chunked", [False, True])
def test_a_view_may_set_a_lower_limit(app: Quaff, send: Sender, chunked: bool) -> None:
    @app.post("/lower")
    def lower() -> str:
        request.max_content_length = 10
        return str(len(request.get_data()))

    assert send.post("/lower", JSON, b"x" * 11, chunked).status == 413
    assert send.post("/lower", JSON, b"x" * 10, chunked).text == "10"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_view_that_raises_the_limit_gets_the_whole_body_or_413(
    app: Quaff, send: Sender, chunked: bool
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10

    @app.post("/higher")
    def higher() -> str:
        request.max_content_length = None
        return str(len(request.get_data()))

    reply = send.post("/higher", JSON, b"x" * 100, chunked)
    if send.gateway == "wsgi":
        assert reply.text == "100"
    else:
        # These have read the body before the view could say so.
        assert reply.status == 413


@pytest.mark.parametrize(
    "length", ["-1", "abc", "", "1e2", "+7", "0x7", "7 ", "9" * 5_000, "\u0667"]
)
def test_a_length_that_is_no_number_never_reads_more_than_there_is(
    send: Sender, length: str
) -> None:
    length = length.encode().decode("latin1")
    fields = [HOST, ("Content-Length", length), ("Content-Type", JSON)]
    reply = send("/data", fields, method="POST", body=b"[1,2,3]")
    assert (reply.status, reply.text) in [
        (200, "0"),
        (200, "7"),
        (400, reply.text),
        (413, reply.text),
    ]
    assert send("/json", fields, method="POST", body=b"[1,2,3]").status in {200, 400, 413}


def test_two_lengths_never_read_more_than_the_first(send: Sender) -> None:
    fields = [HOST, ("Content-Length", "3"), ("Content-Length", "7")]
    reply = send("/data", fields, method="POST", body=b"[1,2,3]")
    assert reply.text in {"0", "3"}


# -- forms ---------------------------------------------------------------------------------------

PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n'
END = b"--b--\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("multipart/form-data", PART + END, id="no boundary"),
        pytest.param("multipart/form-data; boundary=", PART + END, id="empty boundary"),
        pytest.param("multipart/form-data; boundary=other", PART + END, id="other boundary"),
        pytest.param(MULTIPART, b"", id="nothing"),
        pytest.param(MULTIPART, PART, id="no end"),
        pytest.param(MULTIPART, b"--b\r\nX: y\r\n\r\nx\r\n" + END, id="no name"),
        pytest.param(URLENCODED, b"", id="empty"),
    ],
)
def test_a_form_that_cannot_be_taken_apart_is_empty(send: Sender, kind: str, body: bytes) -> None:
    assert json_of(send.post("/form", kind, body)) == [{}, {}]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(MULTIPART, b"x" * 3_000_000, id="preamble"),
        pytest.param(MULTIPART, b"\r\n" * 1_500_000, id="preamble of line ends"),
        pytest.param(MULTIPART, PART * 1_001 + END, id="parts"),
        pytest.param(MULTIPART, PART.replace(b"\r\n\r\n", b"x" * 999_999), id="part header"),
        pytest.param(
            MULTIPART, PART[:-5] + b"X: y\r\n" * 400_000 + b"\r\nx\r\n" + END, id="part headers"
        ),
        pytest.param(MULTIPART, PART[:-3] + b"x" * 600_000 + b"\r\n" + END, id="field"),
        pytest.param(URLENCODED, b"a=1&" * 2_000_000, id="fields"),
        pytest.param(URLENCODED, b"a=" + b"x" * 600_000, id="urlencoded field"),
        pytest.param(URLENCODED, b"&" * 1_001, id="separators"),
    ],
)
def test_a_form_over_its_limits_is_413(send: Sender, kind: str, body: bytes, chunked: bool) -> None:
    assert send.post("/form", kind, body, chunked).status == 413


@pytest.mark.parametrize(
    "content", [b"\r" * 2_000_000, b"\r\n" * 1_000_000, b"\n--" * 700_000, b"--a" * 700_000]
)
def test_a_file_may_hold_anything(send: Sender, content: bytes) -> None:
    body = FILE + content + b"\r\n" + END
    assert json_of(send.post("/form", MULTIPART, body)) == [{}, {"a": ["f", len(content)]}]


@pytest.mark.parametrize("chunked", [False, True])
def test_fields_that_are_no_text_are_read(send: Sender, chunked: bool) -> None:
    reply = send.post("/form", URLENCODED, b"a=%ff&b=%zz&c;d=1&=x&e=%00", chunked)
    assert json_of(reply) == [{"a": "%FF", "b": "%zz", "c;d": "1", "": "x", "e": "\0"}, {}]
    odd = b'--b\r\nContent-Disposition: form-data; name="a"\r\n'
    odd += b"Content-Type: text/plain; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n"
    reply = send.post("/form", MULTIPART, odd + b"\r\nx\xff\r\n" + END, chunked)
    assert json_of(reply) == [{"a": "x\ufffd"}, {}]


# -- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost/x?#",
        "localhost@evil.example",
        "user:password@localhost",
        "localhost evil.example",
        "localhost\\evil.example",
        "localhost,evil.example",
        "localhost:port",
        "localhost:123456",
        "[::1",
        "xn--a.example",
        "xn--" + "a" * 100 + ".example",
        "é/".encode().decode("latin1"),
        "a" * 64 + "é.example",
        "localhost\x01",
    ],
)
def test_a_host_that_is_none_is_400(send: Sender, host: str) -> None:
    assert send("/x", [("Host", host)]).status == 400


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:5000", "[::1]:5000", "a_b.example", "xn--bcher-kva.x"],
)
def test_a_host_that_is_one_is_served(send: Sender, host: str) -> None:
    assert send("/x", [("Host", host)]).status == 200


def test_two_hosts_are_400(send: Sender) -> None:
    assert send("/x", [HOST, ("Host", "evil.example")]).status == 400


@pytest.mark.parametrize("fields", [[], [("Host", "")]])
def test_a_request_may_have_no_host(send: Sender, fields: list[tuple[str, str]]) -> None:
    seen = json_of(send("/x", fields))
    assert (seen["path"], seen["host"]) == ("x", "127.0.0.1")
    assert seen["url"].startswith("http://127.0.0.1/")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil-localhost", ""])
def test_only_trusted_hosts_are_served(app: Quaff, send: Sender, host: str) -> None:
    app.config["TRUSTED_HOSTS"] = ["localhost", ".trusted.example"]
    assert send("/x", [("Host", host)]).status == 400
    for known in ("localhost", "localhost:5000", "trusted.example", "a.trusted.example"):
        assert send("/x", [("Host", known)]).status == 200


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("Basic \xe9\xe8", "none"),
        ("Basic", "basic {'username': '', 'password': ''} None"),
        ("Basic =", "none"),
        ("Basic A", "none"),
        ("Basic /////w==", "none"),
        ("Basic QQ==", "basic {'username': 'A', 'password': ''} None"),
        ("Bearer \xe9", "bearer {} \xe9"),
        ("", "none"),
    ],
)
def test_credentials_that_are_malformed_are_none(send: Sender, value: str, seen: str) -> None:
    assert send("/authorization", [HOST, ("Authorization", value)]).text == seen


def test_a_name_with_an_underscore_is_no_name_with_a_hyphen(send: Sender) -> None:
    if send.gateway == "wsgi":
        pytest.skip("a WSGI environ has lost the difference; the server must drop such names")
    fields = [HOST, ("X-User", "proxy"), ("X_User", "client"), ("Content_Length", "5")]
    names = [name for name, _ in json_of(send("/headers", fields))]
    assert names == ["Host", "X-User"]


def test_addresses_that_a_client_forwards_are_not_believed(app: Quaff, send: Sender) -> None:
    app.add_url_rule(
        "/who", view_func=lambda: f"{request.remote_addr} {request.url}", endpoint="who"
    )
    forged = [
        HOST,
        ("X-Forwarded-For", "10.0.0.1"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "for=10.0.0.1;host=evil.example;proto=https"),
    ]
    assert send("/who", forged).text == "127.0.0.1 http://localhost/who"


# -- what the application itself gets wrong ------------------------------------------------------


def failure(app: Quaff, gateway: Gateway, log: pytest.LogCaptureFixture, view: Any) -> str:
    """What is logged of a view whose answer cannot be sent; the client is told nothing."""
    app.add_url_rule("/wrong", view_func=view, endpoint="wrong")
    reply = deliver(app, gateway, target="/wrong")
    assert reply.status == 500
    assert "Internal Server Error" in reply.text
    [record] = log.records
    assert record.exc_info is not None
    return str(record.exc_info[1])


@pytest.mark.parametrize("status", [0, 99, 600, 1000, -1, "", "none", "0 Zero", "1000 Many"])
def test_a_status_that_http_does_not_know(
    app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture, status: Any
) -> None:
    message = failure(app, gateway, logged, lambda: ("body", status))
    assert "Use a number from 100 to 599" in message or "Empty status" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X Name", "v"),
        ("X-Näme", "v"),
        ("", "v"),
        ("X-Name:", "v"),
        ("X-Name", "\x00"),
        ("X-Name", "snow ☃"),
        ("X-Name", "\x7f"),
        ("Location", "http://[::1"),
    ],
)
@pytest.mark.parametrize("where", ["tuple", "response", "hook"])
def test_a_header_that_http_cannot_carry(
    app: Quaff,
    gateway: Gateway,
    logged: pytest.LogCaptureFixture,
    name: str,
    value: str,
    where: str,
) -> None:
    def view() -> Any:
        if where == "tuple":
            return "body", {name: value}
        response = make_response("body")
        response.headers[name] = value
        return response

    if where == "hook":

        @app.after_request
        def spoil(response: Response) -> Response:
            if request.path == "/wrong" and response.status_code == 200:
                response.headers[name] = value
            return response

        message = failure(app, gateway, logged, lambda: "body")
    else:
        message = failure(app, gateway, logged, view)
    assert "response header" in message
    assert repr(name) in message


def test_a_hook_that_spoils_every_response_gets_a_bare_500(
    app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture
) -> None:
    @app.after_request
    def spoil(response: Response) -> Response:
        response.headers["X-Name"] = "☃"
        return response

    reply = deliver(app, gateway, target="/x")
    assert reply.status == 500
    assert "X-Name" not in reply.headers
    assert len(logged.records) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"key": "a; Domain=evil.example"},
        {"key": "a b"},
        {"key": ""},
        {"key": "a", "path": "/; Domain=evil.example"},
        {"key": "a", "domain": "x; Path=/"},
        {"key": "a", "samesite": "Strict; Path=/"},
        {"key": "a", "path": "/\r\nX: y"},
    ],
)
def test_a_cookie_whose_parts_would_change_its_meaning(
    app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture, options: dict[str, str]
) -> None:
    def view() -> Response:
        response = make_response("body")
        response.set_cookie(value="v", **options)
        return response

    assert failure(app, gateway, logged, view)


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "; Domain=evil.example", "é☃", '"', ","])
def test_a_cookies_value_may_be_anything(app: Quaff, gateway: Gateway, value: str) -> None:
    @app.route("/set")
    def view() -> Response:
        response = make_response("body")
        response.set_cookie("name", value)
        return response

    reply = deliver(app, gateway, target="/set")
    assert reply.status == 200
    [header] = reply.headers.getlist("Set-Cookie")
    assert header.endswith("; Path=/")
    assert header.count(";") == 1
    sent = header.partition(";")[0]
    reply = deliver(app, gateway, target="/cookies", headers=[HOST, ("Cookie", sent)])
    assert json_of(reply)[0] == [["name", value]]


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/日本?x=é", "/%E6%97%A5%E6%9C%AC?x=%C3%A9"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("/a b", "/a%20b"),
        ("/plain?a=%2F#x", "/plain?a=%2F#x"),
    ],
)
def test_a_redirect_may_lead_to_any_url(
    app: Quaff, send: Sender, target: str, location: str
) -> None:
    app.add_url_rule("/go", view_func=lambda: redirect(target), endpoint="go")
    reply = send("/go")
    assert reply.status == 302
    assert reply.headers["Location"] == location


def test_a_redirect_to_what_a_client_sent_adds_no_header(app: Quaff, gateway: Gateway) -> None:
    app.add_url_rule("/go", view_func=lambda: redirect(request.args["to"]), endpoint="go")
    for to in ("/%0d%0aX-Injected:%201", "%0aSet-Cookie:%20a=b", "http://[", "/%00"):
        reply = deliver(app, gateway, target=f"/go?to={to}")
        assert reply.status in {302, 500}
        assert set(reply.headers.keys(lower=True)) <= {
            "location",
            "content-type",
            "content-length",
        }


def test_a_path_forges_no_line_of_the_log(
    app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture
) -> None:
    @app.before_request
    def fail() -> None:
        raise LookupError

    reply = deliver(app, gateway, target="/a%0aINFO:%20all%20is%20well%1b[31m%c2%85")
    assert reply.status == 500
    [record] = logged.records
    message = record.getMessage()
    assert message == "Exception on /a\\nINFO: all is well\\x1b[31m\\x85 [GET]"
