"""Requests: parsed late, and never an error of ours, whatever a client sends."""

from __future__ import annotations

import inspect
import io
import random
from functools import partial
from typing import Any

import pytest
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.test import create_environ
from werkzeug.wrappers import Request as WerkzeugRequest

from quaff import Quaff, Request
from quaff.gateways.asgi import request_of
from quaff.http.request import enclosing_blueprints
from quaff.http.settings import DEFAULT_SETTINGS, RequestSettings
from tests.http.sources import SOURCES, of_scope


def test_a_request_may_leave_itself_in_the_environ() -> None:
    environ = create_environ()
    assert Request(environ, populate_request=True) is environ["werkzeug.request"]
    environ = create_environ(data=b"body", method="POST")
    shallow = Request(environ, shallow=True)
    with pytest.raises(RuntimeError, match="shallow=True"):
        shallow.get_data()


def test_nothing_is_read_before_it_is_asked_for() -> None:
    class Untouchable(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

    environ = create_environ(method="POST", data=b"x")
    environ["wsgi.input"] = Untouchable()
    request = Request(environ)
    assert (request.path, request.args, request.content_length) == ("/", {}, 1)
    assert request.headers["Host"] == "localhost"


# -- the route -----------------------------------------------------------------------------------


def test_before_matching_there_is_no_route() -> None:
    request = of_scope()
    names = ("url_rule", "view_args", "routing_exception", "endpoint", "blueprint", "route")
    assert [getattr(request, name) for name in names] == [None] * 6
    assert request.blueprints == []


@pytest.mark.parametrize(
    ("name", "names"),
    [(None, []), ("a", ["a"]), ("a.b.c", ["a.b.c", "a.b", "a"])],
)
def test_a_blueprint_and_those_around_it(name: str | None, names: list[str]) -> None:
    assert enclosing_blueprints(name) == names


# -- the body ------------------------------------------------------------------------------------


@SOURCES
def test_the_body_in_every_form(make: Any) -> None:
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"7")]

    def fresh() -> Request:
        return make(b"a=1&b=2", headers=headers, query_string=b"c=3")  # type: ignore[no-any-return]

    request = fresh()
    # In this order all of it works, since the bytes are kept.
    assert request.get_data() == b"a=1&b=2"
    assert request.get_data(as_text=True) == "a=1&b=2"
    assert request.form.to_dict() == {"a": "1", "b": "2"}
    assert request.values.to_dict() == {"a": "1", "b": "2", "c": "3"}
    assert request.data == b"a=1&b=2"
    # The parsed form leaves no bytes.
    request = fresh()
    assert request.form["a"] == "1"
    assert request.data == b""
    # Unless it was asked to be parsed first, the body is there once only.
    request = fresh()
    assert request.get_data(cache=False) == b"a=1&b=2"
    assert request.get_data() == b""
    request = fresh()
    assert request.get_data(parse_form_data=True) == b""
    assert request.form["b"] == "2"
    request = fresh()
    assert request.stream.read(3) == b"a=1"
    assert request.stream.read() == b"&b=2"


@SOURCES
def test_a_body_is_parsed_whatever_the_method(make: Any) -> None:
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"3")]
    request = make(b"b=2", headers=headers, method="GET", query_string=b"c=3")
    assert request.form["b"] == "2"
    assert request.values.to_dict() == {"c": "3"}


@SOURCES
def test_text_of_a_body_has_its_bad_bytes_replaced(make: Any) -> None:
    request = make(b"\xff", headers=[(b"content-length", b"1")])
    assert request.get_data(as_text=True) == "\ufffd"


@SOURCES
def test_json_of_other_media_types(make: Any) -> None:
    def request(kind: bytes, body: bytes = b"null") -> Request:
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        return make(body, headers=headers)  # type: ignore[no-any-return]

    assert request(b"application/json").json is None
    assert request(b"application/vnd.api+json", b"1").get_json() == 1
    assert not request(b"text/plain").is_json
    with pytest.raises(UnsupportedMediaType):
        request(b"text/plain").get_json()
    assert request(b"text/plain").get_json(silent=True) is None
    assert request(b"text/plain", b"[1]").get_json(force=True) == [1]
    assert request(b"application/json", b"{").get_json(silent=True) is None


def test_json_is_kept() -> None:
    request = of_scope()
    assert request.get_json() is request.get_json()
    assert request.get_json() is request.json


@pytest.mark.parametrize("debug", [False, True])
def test_what_is_wrong_with_json_is_told_in_debug_mode_only(debug: bool) -> None:
    app = Quaff("example", static_folder=None)
    app.debug = debug
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.post("/")
    def view() -> Any:
        from quaff import request

        return request.get_json()

    response = app.test_client().post("/", data='{"a": x}', content_type="application/json")
    assert response.status_code == 400
    assert ("column 7" in response.text) is debug


def test_a_body_that_comes_later_is_that_of_the_environ_too() -> None:
    class Own(Request):
        def __init__(self, environ: Any) -> None:
            super().__init__(environ)

    for kind in (Request, Own):
        request = of_scope(None, kind)
        request.take_body(io.BytesIO(b'{"a": 2}'))
        assert request.json == {"a": 2}
        assert of_scope(None, kind).environ["wsgi.input"].read() == b""


# -- limits --------------------------------------------------------------------------------------


def test_a_request_from_outside_has_the_limits_of_the_application_at_work() -> None:
    request = of_scope()
    assert request.max_content_length is None
    app = Quaff(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 100
    with app.app_context():
        assert request.max_content_length == 100
    assert request.max_content_length is None


def test_outside_of_applications_the_limits_are_the_defaults() -> None:
    request = of_scope()
    assert request.settings is DEFAULT_SETTINGS
    assert request.max_content_length is None
    assert request.max_form_memory_size == 500_000
    assert request.max_form_parts == 1_000


def test_the_limits_are_the_applications_until_the_request_has_its_own() -> None:
    app = Quaff("example", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=5, MAX_FORM_MEMORY_SIZE=6, MAX_FORM_PARTS=7)
    with app.test_request_context(method="POST", data=b"123456") as context:
        request = context.request
        names = ("max_content_length", "max_form_memory_size", "max_form_parts")
        assert [getattr(request, name) for name in names] == [5, 6, 7]
        with pytest.raises(RequestEntityTooLarge):
            request.get_data()
        for name in names:
            setattr(request, name, 10)
        assert [getattr(request, name) for name in names] == [10, 10, 10]
        assert request.get_data() == b"123456"
        request.max_content_length = None
        assert request.max_content_length is None


def test_a_class_of_requests_may_have_settings_of_its_own() -> None:
    class Own(Request):
        settings = RequestSettings(max_content_length=3)  # type: ignore[assignment]

    with pytest.raises(RequestEntityTooLarge):
        Own(create_environ(method="POST", data=b"1234")).get_data()


# -- files ---------------------------------------------------------------------------------------


def test_an_empty_choice_of_a_file_is_false() -> None:
    data = {"file": (io.BytesIO(b""), "")}
    request = Request(create_environ(method="POST", data=data))
    assert request.files["file"].filename == ""
    assert not request.files["file"]
    request.close()


def test_in_debug_mode_a_missing_file_says_how_to_send_it() -> None:
    app = Quaff("example", static_folder=None)
    app.debug = True
    with app.test_request_context(method="POST", data={"file": "name.txt"}) as context:
        with pytest.raises(KeyError, match='enctype="multipart/form-data"') as caught:
            context.request.files["file"]
        assert "'name.txt'" in str(caught.value)
        with pytest.raises(KeyError) as plain:
            context.request.files["other"]
        assert "enctype" not in str(plain.value)


# -- whatever a client sends ---------------------------------------------------------------------

NASTY = [
    "",
    " ",
    ",",
    ";",
    "=",
    '"',
    "\\",
    "é",
    "\xff" * 10,
    "9" * 5_000,
    "-1",
    "0x1",
    "1_0",
    "\xd9\xa3",
    "\x00",
    "\x01",
    "nan",
    "*/*;q=é",
    "*/*;q=nan",
    "*/*;q=" + "9" * 5_000,
    "bytes=0-" + "9" * 5_000,
    "bytes=-",
    "Mon, 06 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 06 Jan 2020 00:00:00 +99999999999999999999",
    "Sat, 31 Feb 2020 25:61:61 GMT",
    "Mon, 01 Jan 2020 00:00:00 +9999999",
    "max-age=" + "9" * 5_000,
    'W/"',
    '"' * 1_001,
    "Basic é",
    "Basic A",
    "Basic /////w==",
    'Digest username="a',
    "Digest a=b, c",
    'Digest a="' + "\\" * 100,
    "http://[::1",
    "//@:/",
    "multipart/form-data; boundary=é",
    'multipart/form-data; boundary="a\\"b',
    "text/html; charset=nonsense",
    ";;;;=;=;",
    "a=b; " * 1_000,
    "text/plain; filename*=nonsense''%ff",
    "text/plain; filename*0=a; filename*1*=b",
    "https://é:x",
]
NAMES = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Authorization",
    "Cache-Control",
    "Content-Encoding",
    "Content-Length",
    "Content-MD5",
    "Content-Type",
    "Cookie",
    "Date",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Range",
    "Referer",
    "Transfer-Encoding",
    "User-Agent",
    "X-Forwarded-For",
]
READABLE = [
    name
    for name in dir(Request)
    if not name.startswith("_") and not callable(inspect.getattr_static(Request, name))
]


def status_of(read: Any) -> int:
    """The status of the HTTP error that reading ends in; 200 if it ends in a value."""
    try:
        read()
    except HTTPException as error:
        return error.code or 0
    return 200


@SOURCES
@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_has_a_value_or_an_http_error(make: Any, name: str) -> None:
    for value in NASTY:
        headers = [(name.lower().encode(), value.encode("latin1"))]
        request = make(headers=headers)
        known = {200, 400, 413, 415, 431}
        for attribute in READABLE:
            assert status_of(partial(getattr, request, attribute)) in known, (attribute, value)
        for silent in (False, True):
            assert status_of(partial(request.get_json, force=True, silent=silent)) in known, value


def test_json_is_parsed_once_and_kept_where_werkzeug_keeps_it() -> None:
    assert WerkzeugRequest._cached_json == (Ellipsis, Ellipsis)
    request = of_scope()
    assert request.get_json() is request.get_json() is request.json
    assert request._cached_json == ({"a": 1}, {"a": 1})
    assert request.get_json(silent=True) is request.json


def test_json_that_was_not_kept_is_parsed_again() -> None:
    request = of_scope()
    assert request.get_json(cache=False) == {"a": 1}
    assert request._cached_json == (Ellipsis, Ellipsis)


# -- as Werkzeug reads a body --------------------------------------------------------------------

BODIES = [b"", b'{"a": 1}', b'{"a": [1, "\xc3\xa9"]}', b"[1", b"\xff", b"a=1&b=2", b"null"]
TYPES = [
    None,
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/problem+json",
    "text/plain",
    "application/x-www-form-urlencoded",
]
LENGTHS: list[Any] = [len, len, len, lambda body: len(body) + 1, lambda body: len(body) - 1]
LENGTHS += [lambda body, text=text: text for text in ("0", "03", "+3", " 3", "3 ", "x", "-1", "٣")]
#: What may be done with a request; each is done to both.
STEPS: list[Any] = [
    lambda request: request.get_json(),
    lambda request: request.get_json(force=True),
    lambda request: request.get_json(silent=True),
    lambda request: request.get_json(cache=False),
    lambda request: request.json,
    lambda request: request.get_data(),
    lambda request: request.get_data(cache=False),
    lambda request: request.get_data(as_text=True),
    lambda request: request.get_data(parse_form_data=True),
    lambda request: request.data,
    lambda request: request.stream.read(3),
    lambda request: request.stream.read(),
    lambda request: request.form.to_dict(),
    lambda request: request.values.to_dict(),
    lambda request: (request.content_type, request.content_length, request.is_json),
    lambda request: request.mimetype,
    lambda request: setattr(request, "stream", io.BytesIO(b'"other"')),
    lambda request: setattr(request, "_cached_data", b'"kept"'),
    lambda request: setattr(request, "json_module", OtherJSON),
]
FIRST_STEPS: list[Any] = [
    lambda request: None,
    lambda request: setattr(request, "max_content_length", 4),
    lambda request: request.environ.update({"wsgi.input": io.BytesIO(b'{"b": 2}')}),
    lambda request: request.environ.update(CONTENT_TYPE="application/json"),
]


class OtherJSON:
    """A module for JSON that says what it was given."""

    @staticmethod
    def loads(document: str | bytes) -> Any:
        return ["loaded", document]


#: What applications override in classes of requests.
OVERRIDABLE = ["max_content_length", "json_module", "get_data", "is_json", "failing"]


def overriding(base: Any, names: list[str]) -> Any:
    """A subclass that overrides some."""

    class Own(base):  # type: ignore[misc]
        if "max_content_length" in names:
            max_content_length = 5
        if "json_module" in names:
            json_module = OtherJSON
        if "is_json" in names:
            is_json = True
        if "get_data" in names:

            def get_data(self, *args: Any, **kwargs: Any) -> Any:
                return super().get_data(*args, **kwargs) * 2

        if "failing" in names:

            def on_json_loading_failed(self, e: ValueError | None) -> Any:
                return ["failed", e is None]

    return Own


def outcome(step: Any, request: Any) -> Any:
    try:
        return step(request)
    except HTTPException as error:
        return error.code, type(error)


def of_body(kind: type[Request], body: bytes, fields: dict[str, str]) -> Request:
    """A request of an async server."""
    headers = [
        (name.lower().replace("_", "-").encode(), value.encode()) for name, value in fields.items()
    ]
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": headers}
    request = request_of(kind, scope)
    request.take_body(body)
    return request


def of_wsgi(kind: Any, body: bytes, fields: dict[str, str]) -> Any:
    return kind({**fields, "wsgi.input": io.BytesIO(body)})


@pytest.mark.parametrize("seed", range(6))
def test_a_body_is_read_as_werkzeug_reads_it_whatever_is_done(seed: int) -> None:
    chance = random.Random(seed)
    make: Any = of_body if seed % 2 else of_wsgi
    for _ in range(1_500):
        body, kind = chance.choice(BODIES), chance.choice(TYPES)
        length = str(chance.choice(LENGTHS)(body))
        if make is of_body and not (length.isdecimal() and length.isascii()):
            continue  # Its body may be of any length, as its end is known.
        fields = {"CONTENT_LENGTH": length, "CONTENT_TYPE": kind}
        if kind is None:
            del fields["CONTENT_TYPE"]
        names = chance.sample(OVERRIDABLE, chance.choice([0, 0, 1, 2]))
        ours = make(overriding(Request, names), body, fields)
        theirs = of_wsgi(overriding(WerkzeugRequest, names), body, fields)
        # An environ that was made up says nothing new of the fields.
        first = chance.choice(FIRST_STEPS[:-1] if make is of_body else FIRST_STEPS)
        steps = [first, *chance.choices(STEPS, k=chance.randrange(1, 5))]
        for number, step in enumerate(steps):
            expected = outcome(step, theirs)
            found = outcome(step, ours)
            assert found == expected, (fields, body, names, sources_of(steps[: number + 1]))
            if found == (400, ClientDisconnected):
                break  # What is left of a body that broke off is nobody's promise.


def sources_of(functions: list[Any]) -> str:
    return "".join(map(inspect.getsource, functions))


def test_a_class_of_requests_may_have_content_types_of_its_own() -> None:
    class Own(Request):
        content_type = "application/json"

    assert of_wsgi(Own, b"[1]", {"CONTENT_LENGTH": "3"}).get_json() == [1]


def test_a_length_that_the_application_sets_is_believed() -> None:
    request = of_wsgi(Request, b"12345", {"CONTENT_LENGTH": "5"})
    request.content_length = 2
    assert request.get_data() == b"12"


def test_after_a_body_was_read_its_stream_is_at_its_end() -> None:
    for make in (of_wsgi, of_body):
        request = make(Request, b"[1]", {"CONTENT_LENGTH": "3"})
        assert request.get_data(cache=False) == b"[1]"
        assert request.stream.read() == request.get_data() == b""
