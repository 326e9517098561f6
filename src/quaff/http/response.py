"""Response: what a view answers, with Flask's and Werkzeug's whole interface.

Most responses are a body, a status and two headers that nobody looks at. Such a response keeps
its headers as a list, and makes Werkzeug's `Headers` of them only if somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from werkzeug.datastructures import Headers
from werkzeug.http import remove_entity_headers
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from ..lazy import lazy
from .cookies import line_of
from .settings import active_settings
from .validity import URL_FIELDS, check_headers, check_reason, check_status, is_plain_url

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["HTML", "JSON", "MediaType", "Plain", "Response"]

HTML = "text/html; charset=utf-8"
JSON = "application/json"

#: Statuses whose responses have no body (RFC 9110, section 6.4.1), beside 1xx.
BODILESS = frozenset({204, 304})

#: Statuses whose headers depend on the status.
SPECIAL = BODILESS.union(range(100, 200))

#: Fields of a response that 304 leaves out, as the client knows them (RFC 9110, section 15.4.5).
NOT_REPEATED = frozenset(
    {"Content-Encoding", "Content-Length", "Content-Range", "Content-Type", "Last-Modified"}
)


#: What may depend on a date of the client's.
DATED = frozenset({"HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE"})


class MediaType:
    """A Content-Type, as the gateways send it.

    Args:
        value: the whole value of the field.
    """

    __slots__ = ("field", "raw_field", "value")

    def __init__(self, value: str) -> None:
        self.value = value
        self.field = ("Content-Type", value)
        self.raw_field = (b"content-type", value.encode("latin1"))


class BodyLength:
    """A Content-Length, as the gateways send it.

    Args:
        size: bytes of the body.
    """

    __slots__ = ("field", "raw_field")

    def __init__(self, size: int) -> None:
        self.field = ("Content-Length", str(size))
        self.raw_field = (b"content-length", b"%d" % size)


class _BodyLengths(dict[int, BodyLength]):
    def __missing__(self, size: int) -> BodyLength:
        length = BodyLength(size)
        if size < MOST_LENGTHS:
            self[size] = length
        return length


#: The lengths of short bodies are kept, once there was one.
MOST_LENGTHS = 5_000

#: PERF: writing a number takes as long as calling a view (benchmark: plain text).
LENGTHS = _BodyLengths()

#: A response of which nobody asked for more than its body and media type; its status is 200.
#: PERF: it is what most views answer, and needs no Response (benchmark: plain text).
Plain = tuple[bytes, MediaType]


class Response(WerkzeugResponse):
    """An HTTP response.

    Args:
        response: the body: text, bytes, or an iterable of either.
        status: a number from 100 to 599, or a line such as "404 Not Found"; 200 if None.
        headers: a mapping or a list of pairs.
        mimetype: the media type, to which a charset is added where text needs one.
        content_type: the whole Content-Type, used as it is.
        direct_passthrough: hand the body to the server untouched (a file wrapper).

    Raises:
        ValueError: the status is none that HTTP knows.
    """

    default_mimetype: str | None = "text/html"
    autocorrect_location_header = False

    # What a response has until something else is set.
    _status = "200 OK"
    _status_code = 200
    direct_passthrough = False
    _headers: Headers | None = None
    #: The header fields, known to be valid, of a response that was made without Headers.
    _fields: list[tuple[str, str]] | None = None
    #: What is called at the end of the response.
    _on_close: Any = ()

    @classmethod
    def of_bytes(
        cls,
        body: bytes,
        content_type: str = HTML,
        status: int = 200,
        *fields: tuple[str, str],
    ) -> Self:
        """A response whose headers are made only if they are looked at.

        PERF: it saves Headers, status parsing and content type parsing (benchmarks: plain text,
        redirect).

        Args:
            body: the whole of it.
            content_type: the Content-Type.
            status: a number from 100 to 599.
            fields: more header fields, known to be valid.

        Raises:
            ValueError: the status is none that HTTP knows.
        """
        response = cls.__new__(cls)
        response.response = [body]
        response._fields = [("Content-Type", content_type), LENGTHS[len(body)].field, *fields]
        if status != 200:
            response._status, response._status_code = _status_line(status), status
        return response

    @classmethod
    def of_fields(cls, body: Iterable[bytes], status: int, fields: list[tuple[str, str]]) -> Self:
        """A response with a status of HTTP's and fields that are complete and known to be valid.

        PERF: it saves Headers and their check, unless somebody looks at them (benchmark: file not
        modified).
        """
        response = cls.__new__(cls)
        response.response = body
        response.direct_passthrough = True
        response._fields = fields
        response._status_code = status
        response._status = _status_line(status)
        return response

    @property
    def headers(self) -> Headers:
        """The header fields; assign, add and delete freely."""
        headers = self._headers
        if headers is None:
            headers = self._headers = Headers.__new__(Headers)
            # NOTE: private, and the same in all of Werkzeug 3; a test fails if it changes.
            # PERF: adding them one by one checks them one by one (benchmarks: hooks, session).
            headers._list = [*(self._fields or ())]
        return headers

    @headers.setter
    def headers(self, headers: Headers) -> None:
        self._headers = headers

    @classmethod
    def force_type(cls, response: WerkzeugResponse, environ: WSGIEnvironment | None = None) -> Self:
        """A response of this class.

        Args:
            response: a response of another class, which becomes one of this, or a WSGI program.
            environ: what a WSGI program is called with.

        Raises:
            TypeError: there is no environ for a WSGI program.
        """
        forced: Self = super().force_type(response, environ)  # type: ignore[assignment]
        # Where this class has a property, Werkzeug's has an attribute.
        headers = forced.__dict__.pop("headers", None)
        if headers is not None:
            forced._headers = headers
        return forced

    def _unseen_fields(self) -> list[tuple[str, str]] | None:
        """The header fields as long as nobody has looked at them; they are known to be valid."""
        return self._fields if self._headers is None else None

    def add_valid(self, name: str, value: str) -> None:
        """Add a header field that is known to be valid.

        PERF: as long as nobody looks at the headers, they are not checked once more (benchmark:
        session).
        """
        fields = self._unseen_fields()
        if fields is None:
            self.headers.add(name, value)
        else:
            self._fields = [*fields, (name, value)]

    def vary_by(self, name: str) -> None:
        """Say that the response depends on a header field of the request: `vary.add(name)`."""
        for field in self._unseen_fields() or self.headers:
            if field[0].lower() == "vary":
                self.vary.add(name)
                return
        self.add_valid("Vary", name)

    def call_on_close(self, func: Callable[[], Any]) -> Callable[[], Any]:
        """Have a function called when the response has been sent, or its client has gone.

        Args:
            func: called without arguments; it is given back, so that this is a decorator too.
        """
        if not self._on_close:
            self._on_close = []
        return super().call_on_close(func)

    @lazy
    def json_module(self) -> Any:
        return active_settings().json

    @property
    def max_cookie_size(self) -> int:  # type: ignore[override]
        """Bytes a cookie may have before a warning; MAX_COOKIE_SIZE of the application."""
        return active_settings().max_cookie_size

    @property
    def status(self) -> str:
        """The status line, such as "404 NOT FOUND"."""
        return self._status

    @status.setter
    def status(self, value: str | int | HTTPStatus) -> None:
        self._status, self._status_code = self._clean_status(value)
        check_status(self._status_code)
        if isinstance(value, str):
            check_reason(value)

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: timedelta | int | None = None,
        expires: str | datetime | int | float | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None:
        """Set a cookie.

        Args:
            key: its name.
            value: any text; what cannot stand in a cookie is escaped.
            max_age: the seconds after which it ends; None is when the browser is closed.
            expires: when it ends, for clients that do not know `max_age`.
            path: the path at and below which it is sent; None is where it was set.
            domain: the domain at and below which it is sent; None is the exact host.
            secure: whether it is sent over https only.
            httponly: whether scripts cannot read it.
            samesite: "Strict", "Lax" or "None": when requests from other sites have it.
            partitioned: whether it is kept apart for each top-level site.

        Raises:
            ValueError: the name, path or domain would change the cookie's meaning, or `samesite`
                is something else.
        """
        attributes = (path, domain, secure, httponly, samesite, partitioned)
        line = line_of(key, *attributes).with_value(value, expires, self.max_cookie_size)
        if line is None or max_age is not None:
            super().set_cookie(key, value, max_age, expires, *attributes)
        else:
            self.add_valid("Set-Cookie", line)

    def make_conditional(
        self,
        request_or_environ: WSGIEnvironment | WerkzeugRequest,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> Self:
        """Obey the conditions and the range of a request; see Werkzeug's."""
        environ: Any = getattr(request_or_environ, "environ", request_or_environ)
        try:
            super().make_conditional(environ, accept_ranges, complete_length)
        except OverflowError:
            # It came of a date that is none; see `date_of`. The whole is never wrong.
            known = {name: value for name, value in environ.items() if name not in DATED}
            super().make_conditional(known, accept_ranges, complete_length)
        return self

    # -- what is sent ------------------------------------------------------------------------

    def plain_sending(self, method: str) -> tuple[list[tuple[str, str]], bytes] | None:
        """Headers and body as they are sent, if the body is one piece of bytes.

        None if it is not, has none by its status, or if somebody waits for its end.

        PERF: it is what most responses are (benchmarks: plain text, session).
        """
        pieces = self.response
        if (
            type(pieces) is not list
            or len(pieces) != 1
            or type(pieces[0]) is not bytes
            or self._on_close
            or self._status_code in SPECIAL
        ):
            return None
        headers = self._unseen_fields()
        if headers is None:
            headers = self.sent_headers()
        return headers, pieces[0] if method != "HEAD" else b""

    def sent_headers(self) -> list[tuple[str, str]]:
        """The header fields as they are sent, complete.

        A Content-Length is added where the length is known, and removed where there is no body.
        """
        code = self._status_code
        if self._headers is None and self._fields is not None:
            if code not in SPECIAL:
                return self._fields
            without = NOT_REPEATED if code == 304 else ("Content-Length",)
            return [field for field in self._fields if field[0] not in without]
        headers = self.headers
        names = {name.lower() for name, _ in headers._list}
        for lower, name in URL_FIELDS.items():
            if lower in names and not _is_one_plain_url(headers.getlist(name)):
                headers = Headers(headers)
                headers[name] = iri_to_uri(headers[name])
        if code in SPECIAL:
            headers = Headers(headers)
            if code == 304:
                remove_entity_headers(headers)
            else:
                headers.remove("Content-Length")
        pairs = [*headers._list]
        if (
            "content-length" not in names
            and code not in SPECIAL
            and self.is_sequence
            and self.automatically_set_content_length
        ):
            length = sum(len(piece) for piece in self.iter_encoded())
            pairs.append(("Content-Length", str(length)))
        return pairs

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers for one environ; override to change what is sent."""
        if self.autocorrect_location_header:
            return super().get_wsgi_headers(environ)
        return Headers(self.sent_headers())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, status, headers = self.get_wsgi_response(environ)
        check_headers(headers)
        start_response(status, headers)
        return body


def _is_one_plain_url(values: list[str]) -> bool:
    return len(values) == 1 and is_plain_url(values[0])


# PERF: applications use few statuses (benchmark: redirect).
@lru_cache
def _status_line(code: int) -> str:
    check_status(code)
    return WerkzeugResponse(status=code).status


#: The methods by which a subclass changes what is sent; one that has its own is asked by them.
SENDING = ("__call__", "get_wsgi_headers", "get_app_iter", "get_wsgi_response", "iter_encoded")


# NOTE: a view may make classes, so what is known of them is not kept without end.
@lru_cache(200)
def sends_plainly(cls: type) -> bool:
    """Whether a response class sends as Response does, so that a gateway may take short cuts."""
    return (
        issubclass(cls, Response)
        and not cls.autocorrect_location_header
        and all(getattr(cls, name) is getattr(Response, name) for name in SENDING)
    )


#: Those that give the status, the headers and the body in one go.
SENDING_WHOLE = ("__call__", "get_wsgi_response")


@lru_cache(200)
def sends_itself(cls: type) -> bool:
    """Whether a response class has its own way to send all at once, by WSGI."""
    base = Response if issubclass(cls, Response) else WerkzeugResponse
    return any(getattr(cls, name) is not getattr(base, name, None) for name in SENDING_WHOLE)


#: What makes a response of bytes; a subclass that has its own is asked by it.
MAKING = ("__init__", "set_data", "automatically_set_content_length")


@lru_cache(200)
def makes_plainly(cls: type) -> bool:
    """Whether a response class makes responses as Response does, so that `of_bytes` is as good."""
    return issubclass(cls, Response) and all(
        getattr(cls, name) is getattr(Response, name) for name in MAKING
    )


def sets_cookies_plainly(cls: Any) -> bool:
    """Whether a response class sets cookies as Response does, and nobody has replaced that."""
    return cls.set_cookie is _OWN_SET_COOKIE and cls.max_cookie_size is _OWN_MAX_COOKIE_SIZE


_OWN_SET_COOKIE = Response.set_cookie
_OWN_MAX_COOKIE_SIZE = Response.max_cookie_size
