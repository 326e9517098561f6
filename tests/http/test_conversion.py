"""What a view may return, and what becomes of it."""

from __future__ import annotations

import gc
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, TypedDict

import pytest
from markupsafe import Markup
from werkzeug.datastructures import Headers, WWWAuthenticate
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
    TooManyRequests,
    Unauthorized,
    default_exceptions,
)
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from quaff import Quaff, Request, Response, jsonify, redirect
from quaff.flask import Flask
from quaff.http.conversion import from_http_exception, redirection
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver


class Person(TypedDict):
    name: str


def application(environ: Any, start_response: Any) -> Any:
    """A WSGI application."""
    start_response("203 Other", [("X-Path", environ["PATH_INFO"])])
    return [b"application"]


def generator() -> Iterator[str]:
    yield "gene"
    yield "rator"


HTML = "text/html; charset=utf-8"
JSON = "application/json"


@pytest.mark.parametrize(
    ("make", "body", "content_type"),
    [
        (lambda: "té", "té".encode(), HTML),
        (lambda: "", b"", HTML),
        (lambda: Markup("<b>"), b"<b>", HTML),
        (lambda: b"\xff", b"\xff", HTML),
        (lambda: bytearray(b"bytes"), b"bytes", HTML),
        (lambda: {"a": 1}, b'{"a":1}\n', JSON),
        (lambda: OrderedDict(a=1), b'{"a":1}\n', JSON),
        (lambda: Person(name="Ada"), b'{"name":"Ada"}\n', JSON),
        (lambda: [1, "é"], '[1,"é"]\n'.encode(), JSON),
        (lambda: [], b"[]\n", JSON),
        (generator, b"generator", HTML),
        (lambda: iter(["a", b"b"]), b"ab", HTML),
        (lambda: Response("own", mimetype="text/plain"), b"own", "text/plain; charset=utf-8"),
        (lambda: WerkzeugResponse("werkzeug"), b"werkzeug", "text/plain; charset=utf-8"),
        (lambda: application, b"application", "text/plain; charset=utf-8"),
        (lambda: jsonify(a=1), b'{"a":1}\n', JSON),
    ],
)
def test_values_of_every_kind(
    app: Quaff, client: QuaffClient, make: Any, body: bytes, content_type: str
) -> None:
    app.add_url_rule("/", view_func=lambda: make(), endpoint="view")
    response = client.get("/")
    assert response.data == body
    assert response.headers["Content-Type"] == content_type
    assert response.status_code in {200, 203}


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        1.5,
        True,
        {1},
        range(3),
        MappingProxyType({}),
        (),
        ("body",),
        ("body", 200, {}, "more"),
        (None, 200),
        object(),
        ("body", ("X-A", "1")),
    ],
)
def test_values_that_are_no_response(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture, value: Any
) -> None:
    app.add_url_rule("/", view_func=lambda: value, endpoint="view")
    assert client.get("/").status_code == 500
    [record] = logged.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], (TypeError, ValueError))


@pytest.mark.parametrize(
    ("value", "status", "headers"),
    [
        (("body", 201), "201 CREATED", {}),
        (("body", "299 Weird"), "299 Weird", {}),
        (("body", "404"), "404 NOT FOUND", {}),
        (("body", {"X-A": "1"}), "200 OK", {"X-A": "1"}),
        (("body", [("X-A", "1"), ("X-A", "2")]), "200 OK", {"X-A": "1"}),
        (("body", (("X-A", "1"),)), "200 OK", {"X-A": "1"}),
        (("body", Headers({"X-A": "1"})), "200 OK", {"X-A": "1"}),
        (("body", MappingProxyType({"X-A": "1"})), "200 OK", {"X-A": "1"}),
        (("body", 201, {"X-A": "1"}), "201 CREATED", {"X-A": "1"}),
        (("body", 201, None), "201 CREATED", {}),
        (("body", None, {"X-A": "1"}), "200 OK", {"X-A": "1"}),
        (({"a": 1}, 202, {"Content-Type": "text/x"}), "202 ACCEPTED", {"Content-Type": "text/x"}),
        (("body", {"Content-Type": "text/x"}), "200 OK", {"Content-Type": "text/x"}),
        ((Response("body", 404), 201), "201 CREATED", {}),
        ((Response("body", headers={"X-A": "0"}), {"X-A": "1"}), "200 OK", {"X-A": "1"}),
        ((NotFound(), 200), "200 OK", {}),
        ((application, 299), "299 UNKNOWN", {"X-Path": "/"}),
    ],
)
def test_tuples_with_status_and_headers(
    app: Quaff, client: QuaffClient, value: Any, status: str, headers: dict[str, str]
) -> None:
    app.add_url_rule("/", view_func=lambda: value, endpoint="view")
    response = client.get("/")
    if client.gateway == "wsgi":
        assert response.status == status
    else:
        # Other protocols carry the number only.
        assert response.status_code == int(status[:3])
    for name, content in headers.items():
        assert response.headers[name] == content


def test_headers_of_a_list_may_come_twice_unless_they_update_a_response(
    app: Quaff, client: QuaffClient
) -> None:
    pairs = [("X-A", "1"), ("X-A", "2")]
    app.add_url_rule("/text", view_func=lambda: ("text", pairs), endpoint="text")
    given = Response("response", headers={"X-A": "0"})
    app.add_url_rule("/response", view_func=lambda: (given, pairs), endpoint="response")
    assert client.get("/text").headers.getlist("X-A") == ["1", "2"]
    assert client.get("/response").headers.getlist("X-A") == ["2"]


def test_an_error_that_is_returned_is_its_page(app: Quaff, client: QuaffClient) -> None:
    class Own(HTTPException):
        code = 499
        description = "own"

    class Made(Forbidden):
        def get_response(self, *args: Any, **kwargs: Any) -> Any:
            return WerkzeugResponse("made", 403)

    app.add_url_rule("/own", view_func=lambda: Own(), endpoint="own")
    app.add_url_rule("/made", view_func=lambda: Made(), endpoint="made")
    app.add_url_rule("/plain", view_func=lambda: NotFound(), endpoint="plain")
    app.add_url_rule("/described", view_func=lambda: NotFound("<why>"), endpoint="described")
    response = client.get("/own")
    assert response.status_code == 499
    assert "own" in response.text
    assert (client.get("/made").text, client.get("/made").status_code) == ("made", 403)
    assert "&lt;why&gt;" in client.get("/described").text
    plain = client.get("/plain")
    assert plain.text == NotFound().get_body()
    assert plain.content_type == HTML


def test_a_response_is_made_one_of_the_applications_class(gateway: Gateway) -> None:
    class Own(Response):
        default_mimetype = "text/plain"

    app = Quaff("example", static_folder=None)
    app.response_class = Own
    kinds: list[type] = []

    @app.after_request
    def note(response: Response) -> Response:
        kinds.append(type(response))
        return response

    values: dict[str, Any] = {
        "text": "text",
        "json": {},
        "werkzeug": WerkzeugResponse("x"),
        "quaff": Response("x"),
        "application": application,
        "error": NotFound(),
        "generator": iter("x"),
    }
    for name, value in values.items():
        app.add_url_rule(f"/{name}", view_func=lambda value=value: value, endpoint=name)
    client = app.test_client(gateway=gateway)
    for name in values:
        client.get(f"/{name}").close()
    assert kinds == [Own] * len(values)
    assert client.get("/text").mimetype == "text/plain"


@pytest.mark.parametrize("kind", [Quaff, Flask])
def test_json_that_has_no_form_is_an_error(
    kind: type[Quaff], gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    app = kind("example", static_folder=None)
    app.add_url_rule("/", view_func=lambda: {"a": object()}, endpoint="view")
    assert app.test_client(gateway=gateway).get("/").status_code == 500
    assert "object" in caplog.text


def test_a_replaced_make_response_sees_every_value(gateway: Gateway) -> None:
    class Own(Quaff):
        def make_response(self, rv: Any) -> Response:
            return super().make_response("none" if rv is None else rv)

    app = Own("example", static_folder=None)
    app.add_url_rule("/none", view_func=lambda: None, endpoint="none")
    app.add_url_rule("/text", view_func=lambda: "text", endpoint="text")
    client = app.test_client(gateway=gateway)
    assert client.get("/none").text == "none"
    assert client.get("/text").text == "text"


# -- redirects -----------------------------------------------------------------------------------

LOCATIONS = [
    "/there",
    "/there?a=1&b=<2>",
    "/a b/é?q=ü#part",
    "there",
    "?page=2",
    "//other.example/",
    "https://bücher.example:443/ä",
    '/"><script>',
    "",
]


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_the_one_of_werkzeug(location: str, code: int) -> None:
    ours: Any = redirection(location, code, Response)
    theirs: Any = werkzeug_redirect(location, code, WerkzeugResponse)
    assert ours.headers["Location"] == theirs.headers["Location"] == location
    assert sorted(ours.sent_headers()) == sorted(theirs.get_wsgi_headers({}))
    assert (ours.status, ours.get_data()) == (theirs.status, theirs.get_data())
    assert ours.location == location
    ours.headers["Location"] = "/elsewhere"
    ours.set_cookie("a", "1")
    assert ("Location", "/elsewhere") in ours.sent_headers()


def test_a_redirect_that_cannot_be_sent_is_an_error_of_the_application(app: Quaff) -> None:
    app.testing = True
    app.add_url_rule("/bad", view_func=lambda: redirect("http://[x"), endpoint="bad")
    app.add_url_rule("/line", view_func=lambda: redirect("/a\nb"), endpoint="line")
    for path, message in (("/bad", "not a URL"), ("/line", "newline")):
        with pytest.raises(ValueError, match=message):
            app.test_client().get(path)


@pytest.mark.parametrize("code", [0, 99, 600, 999])
def test_a_redirect_with_a_status_that_is_none_is_an_error(code: int) -> None:
    with pytest.raises(ValueError, match="status"):
        redirection("/there", code, Response)


def test_a_redirect_of_another_class_goes_through_its_constructor() -> None:
    class Own(Response):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.headers["X-Own"] = "1"

    for kind in (Own, WerkzeugResponse):
        response = redirection("/there", 302, kind)  # type: ignore[arg-type]
        assert type(response) is kind
        assert response.headers["Location"] == "/there"
        assert ("X-Own" in response.headers) is (kind is Own)


# -- HTTP errors ---------------------------------------------------------------------------------

ERRORS = [
    *(kind() for kind in default_exceptions.values()),
    NotFound("Nothing <here>."),
    MethodNotAllowed(["GET", "HEAD"]),
    MethodNotAllowed(valid_methods=["PUT"], description="No."),
    TooManyRequests(retry_after=5),
    Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "x"})),
    RequestedRangeNotSatisfiable(length=10),
]


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_an_error_is_answered_as_werkzeug_answers_it(error: HTTPException) -> None:
    request = Request({})
    ours: Any = from_http_exception(error, Response, request)
    theirs: Any = error.get_response({})
    assert ours.status == theirs.status
    assert ours.get_data() == theirs.get_data()
    assert sorted(ours.sent_headers()) == sorted(theirs.get_wsgi_headers({}))


def test_an_error_may_have_a_status_of_its_own() -> None:
    for code in (410, 499):
        error = NotFound()
        error.code = code
        ours: Any = from_http_exception(error, Response, Request({}))
        assert (ours.status_code, ours.get_data()) == (code, error.get_response({}).get_data())


def test_an_error_with_a_field_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ValueError, match="Allow"):
        from_http_exception(MethodNotAllowed(["GET\r\nX: 1"]), Response, Request({}))


@pytest.mark.parametrize("kind", [str, Response, NotFound])
def test_classes_that_a_view_makes_are_not_kept_without_end(app: Quaff, kind: Any) -> None:
    made = weakref.WeakSet[Any]()

    def view() -> Any:
        own = type("Own", (kind,), {})
        made.add(own)
        return own("text")

    app.add_url_rule("/", view_func=view)
    for _ in range(700):
        assert b"text" in deliver(app, "wsgi").body
    gc.collect()
    assert len(made) < 500
