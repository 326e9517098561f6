"""Responses: Werkzeug's interface, made late, and what is sent of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response as WerkzeugResponse

from quaff import Quaff, Response, redirect
from quaff.http.response import HTML, JSON, sends_plainly
from quaff.testing.client import Gateway


def sent(response: Any, method: str = "GET") -> tuple[bytes, str, dict[str, str]]:
    """Body, status line and headers, as a WSGI server is given them."""
    body, status, headers = run_wsgi_app(response, create_environ(method=method))
    return b"".join(body), status, dict(headers)


# -- making --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "status", "headers", "body"),
    [
        (lambda: Response(), "200 OK", {"Content-Type": HTML}, b""),
        (lambda: Response("é"), "200 OK", {"Content-Type": HTML}, "é".encode()),
        (lambda: Response(b"x", 404), "404 NOT FOUND", {"Content-Type": HTML}, b"x"),
        (lambda: Response("x", "299 Weird"), "299 Weird", {"Content-Type": HTML}, b"x"),
        (lambda: Response("x", 599), "599 UNKNOWN", {"Content-Type": HTML}, b"x"),
        (lambda: Response("x", mimetype="text/plain"), "200 OK", None, b"x"),
        (lambda: Response("x", content_type="a/b"), "200 OK", {"Content-Type": "a/b"}, b"x"),
        (lambda: Response("x", 201, {"X-A": "1"}), "201 CREATED", None, b"x"),
        (lambda: Response.of_bytes(b"x"), "200 OK", {"Content-Type": HTML}, b"x"),
        (lambda: Response.of_bytes(b"{}", JSON), "200 OK", {"Content-Type": JSON}, b"{}"),
    ],
)
def test_what_is_made_is_what_is_sent(
    make: Callable[[], Response], status: str, headers: Any, body: bytes
) -> None:
    response = make()
    assert isinstance(response, WerkzeugResponse)
    assert response.status == status
    assert response.status_code == int(status[:3])
    got_body, got_status, got_headers = sent(response)
    assert (got_body, got_status) == (body, status)
    assert got_headers["Content-Length"] == str(len(body))
    if headers is not None:
        assert got_headers == {**headers, "Content-Length": str(len(body))}


def test_a_quick_response_can_do_what_any_other_can() -> None:
    """The one made of bytes makes up later for what it left out."""

    def check(response: Response) -> None:
        assert response.headers["Content-Type"] == HTML
        assert response.content_length == 4
        assert response.mimetype == "text/html"
        assert response.get_data(as_text=True) == "body"
        assert response.is_sequence
        assert not response.is_streamed
        response.headers["X-A"] = "1"
        response.set_cookie("name", "value")
        response.status_code = 201
        response.vary.add("Cookie")
        response.add_etag()
        response.cache_control.max_age = 5
        response.set_data("other body")
        response.content_type = "text/plain"
        closed: list[str] = []
        response.call_on_close(lambda: closed.append("closed"))
        body, status, headers = sent(response)
        response.close()
        assert (body, status) == (b"other body", "201 CREATED")
        assert headers == {
            "Content-Type": "text/plain",
            "Content-Length": "10",
            "X-A": "1",
            "Set-Cookie": "name=value; Path=/",
            "Vary": "Cookie",
            "ETag": response.headers["ETag"],
            "Cache-Control": "max-age=5",
        }
        assert closed == ["closed"]

    check(Response.of_bytes(b"body"))
    check(Response("body"))


def test_headers_may_be_replaced() -> None:
    response = Response.of_bytes(b"body")
    response.headers = Headers({"X-A": "1"})
    assert sent(response)[2] == {"X-A": "1", "Content-Length": "4"}


def test_a_response_of_werkzeugs_class_becomes_one_of_ours() -> None:
    response = Response.force_type(WerkzeugResponse("body", 201, {"X-A": "1"}))
    assert type(response) is Response
    assert response.headers["X-A"] == "1"
    assert sent(response)[:2] == (b"body", "201 CREATED")


def test_a_response_of_any_wsgi_application() -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("203 Other", [("X-Path", environ["PATH_INFO"])])
        return [b"a", b"b"]

    response = Response.from_app(application, create_environ("/path"))
    assert (response.status, response.data) == ("203 Other", b"ab")
    assert response.headers["X-Path"] == "/path"


def test_json_of_a_response() -> None:
    app = Quaff("example", static_folder=None)
    with app.app_context():
        assert app.json.response({"a": [1]}).get_json() == {"a": [1]}
    assert Response('{"a": 1}', mimetype="application/json").json == {"a": 1}
    assert Response("{}").json is None


@pytest.mark.parametrize("status", ["400 a\r\nSet-Cookie: a=b", "400 a\nb", "200 \0", "400 日本"])
def test_a_status_is_one_line_of_latin_1(status: str) -> None:
    with pytest.raises(ValueError, match="which HTTP cannot carry"):
        Response(status=status)
    response = Response()
    with pytest.raises(ValueError, match="which HTTP cannot carry"):
        response.status = status


# -- conditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["06 Jan %s 00:00:00 GMT", "06 Jan 2020 00:00:00 +%s"])
@pytest.mark.parametrize(
    "others", [{"If-Modified-Since": None}, {"If-Range": None, "Range": "bytes=0-0"}]
)
def test_dates_beyond_those_of_python_are_no_condition(date: str, others: dict[str, Any]) -> None:
    headers = {name: value or date % ("9" * 20) for name, value in others.items()}
    response = Response("whole")
    response.last_modified = datetime(2020, 1, 1)
    environ = create_environ(headers=headers)
    response.make_conditional(environ, accept_ranges=True, complete_length=5)
    assert (response.status_code, response.get_data()) == (200, b"whole")


# -- statuses and cookies ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [99, 600, 0, -1, "99 Low", "words", "1000"])
def test_a_status_that_http_does_not_know_is_refused(status: Any) -> None:
    with pytest.raises(ValueError, match="100 to 599"):
        Response("x", status=status)
    response = Response("x")
    with pytest.raises(ValueError, match="100 to 599"):
        response.status = status
    if isinstance(status, int):
        with pytest.raises(ValueError, match="100 to 599"):
            response.status_code = status


@pytest.mark.parametrize(
    ("args", "options"),
    [
        (("a b",), {}),
        (("a;b",), {}),
        (("",), {}),
        (("é",), {}),
        (("a", "v"), {"path": "/;x"}),
        (("a", "v"), {"domain": "x;y"}),
        (("a", "v", None, None, "/;x"), {}),
        (("a", "v", None, None, "/", "x;y"), {}),
        (("a", "v"), {"path": "/\n"}),
    ],
)
def test_a_cookie_that_means_something_else_is_refused(args: Any, options: Any) -> None:
    with pytest.raises(ValueError, match="cookie"):
        Response().set_cookie(*args, **options)


def test_a_cookie_is_set_and_deleted() -> None:
    response = Response()
    response.set_cookie(
        "name", "v", 5, None, "/p", "site.example", True, True, "Strict", partitioned=True
    )
    response.delete_cookie("name", path="/p")
    first, second = response.headers.getlist("Set-Cookie")
    name, *attributes = first.split("; ")
    assert name == "name=v"
    expires = {attribute for attribute in attributes if attribute.startswith("Expires=")}
    assert set(attributes) - expires == {
        "Domain=site.example",
        "Secure",
        "HttpOnly",
        "Max-Age=5",
        "Path=/p",
        "SameSite=Strict",
        "Partitioned",
    }
    assert second == "name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/p"


def test_a_cookie_that_is_too_large_is_warned_of() -> None:
    app = Quaff("example", static_folder=None)
    app.config["MAX_COOKIE_SIZE"] = 100
    with app.app_context(), pytest.warns(UserWarning, match="too large"):
        Response().set_cookie("name", "v" * 100)
    app.config["MAX_COOKIE_SIZE"] = 0
    with app.app_context():
        Response().set_cookie("name", "v" * 10_000)


# -- sending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [lambda: Response.of_bytes(b"body"), lambda: Response("body", headers={"X-A": "1"})]
)
def test_head_keeps_the_length(make: Callable[[], Response]) -> None:
    body, _, headers = sent(make(), "HEAD")
    assert (body, headers["Content-Length"]) == (b"", "4")


@pytest.mark.parametrize("status", [100, 199, 204, 304])
def test_statuses_without_a_body(status: int) -> None:
    for response in (Response("body"), Response.of_bytes(b"body")):
        response.status_code = status
        response.headers["ETag"] = '"x"'
        body, _, headers = sent(response)
        assert body == b""
        assert "Content-Length" not in headers
        assert headers["ETag"] == '"x"'
        assert ("Content-Type" in headers) is (status != 304)
        # What was sent does not change what there is.
        assert response.headers["Content-Type"] == HTML


@pytest.mark.parametrize("status", [100, 204, 304])
def test_statuses_without_a_body_may_come_with_cookies(status: int) -> None:
    for response in (Response("body"), Response.of_bytes(b"body")):
        response.status_code = status
        response.set_cookie("name", "value")
        body, _, headers = sent(response)
        assert body == b""
        assert "Content-Length" not in headers
        assert headers["Set-Cookie"] == "name=value; Path=/"
        assert response.content_length == 4


def test_a_stream_has_no_length() -> None:
    body, _, headers = sent(Response(piece for piece in ("a", "é")))
    assert body == "aé".encode()
    assert "Content-Length" not in headers


def test_locations_are_sent_as_uris_and_stay_relative() -> None:
    response = Response(headers={"Location": "/é?x=ü", "content-location": "/ö"})
    headers = {name.title(): value for name, value in sent(response)[2].items()}
    assert headers["Location"] == "/%C3%A9?x=%C3%BC"
    assert headers["Content-Location"] == "/%C3%B6"
    assert response.headers["Location"] == "/é?x=ü"


def test_headers_are_checked_before_a_server_sees_them() -> None:
    response = Response(headers={"X-A": "☃"})
    with pytest.raises(ValueError, match="'X-A'"):
        sent(response)


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_headers_of_a_response_of_werkzeugs_are_checked_as_well(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None)
    app.testing = True
    bad = {"X Y": "a name with a space"}
    app.add_url_rule("/", view_func=lambda: WerkzeugResponse("text", headers=bad))
    with pytest.raises(ValueError, match="'X Y'"):
        app.test_client(gateway=gateway).get("/")


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_a_body_may_be_replaced_by_a_stream(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None)
    app.add_url_rule("/", view_func=lambda: "text")

    @app.after_request
    def shout(response: Response) -> Response:
        response.response = (piece.upper() for piece in (b"a ", b"text"))
        del response.headers["Content-Length"]
        return response

    response = app.test_client(gateway=gateway).get("/")
    assert response.data == b"A TEXT"
    assert "Content-Length" not in response.headers


def test_a_class_that_sends_otherwise_is_asked() -> None:
    class Own(Response):
        def get_wsgi_headers(self, environ: Any) -> Headers:
            headers = super().get_wsgi_headers(environ)
            headers["X-Own"] = environ["PATH_INFO"]
            return headers

    class Absolute(Response):
        autocorrect_location_header = True

    class Quiet(Response):
        """Changes nothing that is sent."""

        def shout(self) -> bytes:
            return self.data.upper()

    assert sends_plainly(Response)
    assert sends_plainly(Quiet)
    assert not sends_plainly(Own)
    assert not sends_plainly(Absolute)
    assert not sends_plainly(WerkzeugResponse)
    assert sent(Own("x"))[2]["X-Own"] == "/"
    assert sent(Absolute(headers={"Location": "/x"}))[2]["Location"] == "http://localhost/x"


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
def test_such_a_class_is_asked_on_every_gateway(gateway: Gateway) -> None:
    class Own(Response):
        def get_wsgi_headers(self, environ: Any) -> Headers:
            headers = super().get_wsgi_headers(environ)
            headers["X-Own"] = environ["PATH_INFO"]
            return headers

    app = Quaff("example", static_folder=None)
    app.response_class = Own
    ends = []

    def stream() -> Response:
        response = Own(iter(["a", "b"]))
        response.call_on_close(lambda: ends.append(response))
        return response

    app.add_url_rule("/path", view_func=lambda: "text", endpoint="text")
    app.add_url_rule("/stream", view_func=stream)
    client = app.test_client(gateway=gateway)
    response = client.get("/path")
    assert (response.text, response.headers["X-Own"]) == ("text", "/path")
    response = client.get("/stream")
    assert response.text == "ab"
    response.close()
    assert len(ends) == 1


@pytest.mark.parametrize("gateway", ["wsgi", "asgi", "rsgi"])
@pytest.mark.parametrize("name", ["__call__", "get_wsgi_response", "lazy"])
def test_a_class_may_send_itself_on_every_gateway(gateway: Gateway, name: str) -> None:
    ends = []

    class Own(Response):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            def start(status: str, headers: Any) -> Any:
                return start_response("202 Accepted", [*headers, ("X-Own", environ["PATH_INFO"])])

            return super().__call__(environ, start)

    class OwnParts(Response):
        def get_wsgi_response(self, environ: Any) -> Any:
            body, _, headers = super().get_wsgi_response(environ)
            return body, "202 Accepted", [*headers, ("X-Own", environ["PATH_INFO"])]

    class Lazy(Own):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            body = super().__call__(environ, start_response)
            try:
                yield from body
            finally:
                body.close()

    async def pieces() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    def ended(body: Any) -> Response:
        response = app.response_class(body)
        response.call_on_close(lambda: ends.append(response.status_code))
        return response

    app = Quaff("example", static_folder=None)
    app.response_class = {"__call__": Own, "get_wsgi_response": OwnParts}.get(name, Lazy)
    app.add_url_rule("/path", view_func=lambda: "text", endpoint="text")
    app.add_url_rule("/stream", view_func=lambda: ended(iter(["a", "b"])), endpoint="stream")
    app.add_url_rule("/async", view_func=lambda: ended(pieces()), endpoint="async")
    client = app.test_client(gateway=gateway)
    for path, text in (("/path", "text"), ("/stream", "ab"), ("/async", "ab"), ("/path", "text")):
        response = client.get(path)
        assert (response.text, response.status_code) == (text, 202)
        assert response.headers["X-Own"] == path
        response.close()
    assert client.head("/path").data == b""
    assert ends == [200, 200]


def test_a_body_of_one_piece_is_sent_plainly_with_the_headers_as_they_are() -> None:
    def sent(change: Callable[[Response], Any], method: str = "GET") -> Any:
        response = Response.of_bytes(b"body")
        change(response)
        return response.plain_sending(method)

    fields = [("Content-Type", HTML), ("Content-Length", "4")]
    assert sent(lambda response: None) == (fields, b"body")
    assert sent(lambda response: None, "HEAD") == (fields, b"")
    assert sent(lambda response: response.headers) == (fields, b"body")
    assert sent(lambda response: response.headers.add("A", "1")) == (
        [*fields, ("A", "1")],
        b"body",
    )
    assert sent(lambda response: response.headers.clear()) == ([fields[1]], b"body")
    longer = [fields[0], ("Content-Length", "6")]
    assert sent(lambda response: response.set_data("longer")) == (longer, b"longer")
    assert Response(b"body").plain_sending("GET") == (fields, b"body")


@pytest.mark.parametrize(
    "change",
    [
        lambda response: response.call_on_close(print),
        lambda response: setattr(response, "status_code", 204),
        lambda response: setattr(response, "status_code", 304),
        lambda response: setattr(response, "response", iter([b"x"])),
        lambda response: setattr(response, "response", ["text"]),
        lambda response: setattr(response, "response", [b"a", b"b"]),
        lambda response: setattr(response, "response", []),
    ],
)
def test_other_responses_are_not_sent_plainly(change: Callable[[Response], Any]) -> None:
    response = Response.of_bytes(b"body")
    change(response)
    assert response.plain_sending("GET") is None


def test_a_plain_response_may_have_a_status_and_more_fields() -> None:
    response = Response.of_bytes(b"body", "text/plain", 404, ("Allow", "GET"), ("A", "1"))
    fields = [("Content-Type", "text/plain"), ("Content-Length", "4"), ("Allow", "GET"), ("A", "1")]
    assert response.plain_sending("GET") == (fields, b"body")
    assert (response.status, response.status_code) == ("404 NOT FOUND", 404)
    assert list(response.headers) == fields
    response.headers["Allow"] = "PUT"
    assert response.plain_sending("GET") == (
        [*fields[:2], ("Allow", "PUT"), ("A", "1")],
        b"body",
    )


def test_a_valid_field_is_added_whether_somebody_looked_at_the_others_or_not() -> None:
    fields = [("Content-Type", HTML), ("Content-Length", "4")]
    given = [("Content-Type", "a/b")]
    cases: list[tuple[Any, list[tuple[str, str]]]] = [
        (lambda: Response.of_bytes(b"body"), fields),
        (lambda: Response("body"), fields),
        (lambda: Response.of_bytes(b"body", HTML, 404, ("A", "1")), [*fields, ("A", "1")]),
        (lambda: Response.of_fields([b"body"], 200, given), given),
        (lambda: Response.of_fields([b"body"], 200, []), []),
        (lambda: Response.force_type(WerkzeugResponse("body", mimetype="text/html")), fields),
    ]
    for make, before in cases:
        for look in (False, True):
            response = make()
            if look:
                assert list(response.headers) == before
            response.add_valid("B", "2")
            response.vary_by("Cookie")
            response.vary_by("Cookie")
            response.vary_by("Accept")
            added = [("B", "2"), ("Vary", "Cookie, Accept")]
            assert list(response.headers) == [*before, *added]
    assert given == [("Content-Type", "a/b")]


def test_headers_keep_their_list_where_this_package_writes_it() -> None:
    # Private in Werkzeug: if this fails, look at `Response.headers`.
    headers = Headers()
    headers._list.extend([("A", "1"), ("B", "2")])  # type: ignore[attr-defined, unused-ignore]
    assert list(headers) == [("A", "1"), ("B", "2")]


@pytest.mark.parametrize("name", ["Location", "content-location"])
def test_urls_are_encoded_when_they_are_sent_and_only_one_is(name: str) -> None:
    response = Response("", headers=[(name, "/é"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    sent = response.sent_headers()
    assert [value for other, value in sent if other.lower() == name.lower()] == ["/%C3%A9"]
    assert sum(other == "Set-Cookie" for other, _ in sent) == 2
    assert response.headers[name] == "/é"
    for first in ("/one", "/é"):
        several = Response("", headers=[(name, first), (name, "/two")])
        assert [value for _, value in several.sent_headers()].count("/two") == 0


# -- fields that nobody looked at ----------------------------------------------------------------

FIELDS = [
    ("Content-Type", "a/b"),
    ("Last-Modified", "Fri, 02 Jan 1970 00:00:00 GMT"),
    ("ETag", '"one"'),
    ("Expires", "Fri, 02 Jan 1970 00:00:00 GMT"),
    ("Content-Length", "3"),
]


@pytest.mark.parametrize("looked_at", [False, True])
def test_given_fields_are_sent_whether_somebody_looked_at_them_or_not(looked_at: bool) -> None:
    response = Response.of_fields([b"abc"], 200, FIELDS)
    unmodified = Response.of_fields([], 304, FIELDS)
    if looked_at:
        assert list(response.headers) == list(unmodified.headers) == FIELDS
    assert response.sent_headers() == FIELDS
    assert response.status == "200 OK"
    assert unmodified.status == "304 NOT MODIFIED"
    assert [name for name, _ in unmodified.sent_headers()] == ["ETag", "Expires"]


def test_given_fields_can_be_changed() -> None:
    response = Response.of_fields([b"abc"], 206, FIELDS)
    response.headers["ETag"] = '"two"'
    response.set_data(b"four")
    assert dict(response.sent_headers()) == {
        **dict(FIELDS),
        "ETag": '"two"',
        "Content-Length": "4",
    }
    assert dict(FIELDS)["ETag"] == '"one"'


def test_given_fields_are_sent_with_their_body() -> None:
    assert Response.of_fields([b"abc"], 200, FIELDS).plain_sending("GET") == (FIELDS, b"abc")


# -- classes that make bodies in their own way ---------------------------------------------------


@pytest.mark.parametrize("gateway", ["wsgi", "asgi"])
def test_a_class_with_its_own_way_to_a_body_is_asked(gateway: Gateway) -> None:
    class Loud(Response):
        def set_data(self, value: bytes | str) -> None:
            super().set_data(value.upper())

    app = Quaff("example")
    app.response_class = Loud
    app.add_url_rule("/", view_func=lambda: "text", endpoint="text")
    app.add_url_rule("/hidden", view_func=lambda: redirect("/"), endpoint="redirect")
    client = app.test_client(gateway=gateway)
    assert client.get("/").text == "TEXT"
    assert "<TITLE>REDIRECTING" in client.get("/hidden").text


def test_a_class_may_leave_the_length_away() -> None:
    class Unmeasured(Response):
        automatically_set_content_length = False

    app = Quaff("example")
    app.response_class = Unmeasured
    app.add_url_rule("/", view_func=lambda: "text")
    app.add_url_rule("/json", view_func=lambda: {}, endpoint="json")
    client = app.test_client()
    for path in ("/", "/json", "/nowhere"):
        assert "Content-Length" not in client.get(path).headers
