"""RequestHead: what a request says before its body, read only where it is looked at.

It comes from one of two sources, and each field is derived from the one there is:

* a WSGI environ: the fields are read from it when asked for;
* the scope of an ASGI or RSGI server: the fields are read from it when asked for, and so is an
  environ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from werkzeug.datastructures import (
    Authorization,
    EnvironHeaders,
    Headers,
    IfRange,
    ImmutableMultiDict,
    MultiDict,
)
from werkzeug.exceptions import RequestHeaderFieldsTooLarge
from werkzeug.wrappers import Request as WerkzeugRequest

from ..lazy import lazy
from .cookies import MAX_COOKIE_HEADER, first_cookie, is_plain
from .environ import path_of, text_of
from .query import fields_of, parse_fields
from .validity import date_of

__all__ = ["RequestHead", "Source"]


class Source(Protocol):
    """What reads the scopes of a protocol; names of header fields are in lower case."""

    def field(self, request: RequestHead, name: str) -> str | None:
        """A header field; the first of several, and all cookies."""

    def headers(self, scope: Any) -> Iterable[tuple[str, str]]:
        """All header fields."""
        ...

    def query(self, scope: Any) -> bytes:
        """The query string."""
        ...

    def fields(self, scope: Any) -> Mapping[str, Any]:
        """scheme, server, root_path, remote_addr, http_version."""
        ...


class RequestHead(WerkzeugRequest):
    """The method, the URL, the header fields and the cookies of a request."""

    #: What the server said of the request: ASGI's scope (a dict, with "state" and "extensions"
    #: where the server has them), or RSGI's; None under WSGI.
    scope: Any = None
    #: What reads the scope; None under WSGI.
    source: Source | None = None
    #: What the source looks header fields up in.
    raw_headers: Any = None
    # PERF: what is kept under a name of its own is read and written faster than by `lazy`
    # (benchmark: parameter and JSON).
    _query: bytes | None = None
    _args: MultiDict[str, str] | None = None
    #: Whether the cookies are those of the Cookie field; a subclass may have others.
    _reads_cookies = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._reads_cookies = cls.cookies is RequestHead.cookies

    def field(self, key: str, name: str) -> str | None:
        """A header field as it came, by its key in an environ and its name in lower case.

        PERF: reading one field needs no Headers object (benchmarks: plain text on ASGI, session).
        """
        source = self.source
        if source is None:
            return self.environ.get(key)
        fields = self.__dict__
        if "environ" in fields:
            return fields["environ"].get(key)  # type: ignore[no-any-return]
        if "headers" in fields:
            return self.headers.get(name)
        return source.field(self, name)

    def _of_source(self, name: str) -> Any:
        """A field of a request that came by another protocol than WSGI."""
        fields = self.__dict__
        for other, value in self.source.fields(self.scope).items():  # type: ignore[union-attr]
            fields.setdefault(other, value)
        return fields[name]

    @lazy
    def method(self) -> str:  # type: ignore[override]
        """The method in upper case."""
        return str(self.environ.get("REQUEST_METHOD", "GET")).upper()

    @lazy
    def path(self) -> str:  # type: ignore[override]
        """The path below the root path, decoded, with one slash at its beginning."""
        return path_of(self.environ.get("PATH_INFO") or "")

    @lazy
    def host_header(self) -> str | None:
        """The Host field as it came."""
        return self.environ.get("HTTP_HOST")

    @lazy
    def scheme(self) -> str:  # type: ignore[override]
        if self.source is not None:
            return self._of_source("scheme")  # type: ignore[no-any-return]
        return str(self.environ.get("wsgi.url_scheme", "http"))

    @lazy
    def server(self) -> tuple[str, int | None] | None:  # type: ignore[override]
        if self.source is not None:
            return self._of_source("server")  # type: ignore[no-any-return]
        name = self.environ.get("SERVER_NAME")
        if not name:
            return None
        port = str(self.environ.get("SERVER_PORT", ""))
        if port.isascii() and port.isdecimal():
            return name, int(port)
        return name, None  # A unix socket: the name is its path.

    @lazy
    def root_path(self) -> str:  # type: ignore[override]
        if self.source is not None:
            return self._of_source("root_path")  # type: ignore[no-any-return]
        return text_of(self.environ.get("SCRIPT_NAME") or "").rstrip("/")

    @lazy
    def remote_addr(self) -> str | None:  # type: ignore[override]
        if self.source is not None:
            return self._of_source("remote_addr")  # type: ignore[no-any-return]
        return self.environ.get("REMOTE_ADDR")

    @lazy
    def http_version(self) -> str:
        """The version of HTTP that the client speaks, such as "1.1" or "2"."""
        if self.source is not None:
            return self._of_source("http_version")  # type: ignore[no-any-return]
        return str(self.environ.get("SERVER_PROTOCOL", "HTTP/1.1")).rpartition("/")[2]

    @lazy
    def headers(self) -> Headers:  # type: ignore[override]
        if self.source is None:
            return EnvironHeaders(self.environ)
        return _headers_of(self.source.headers(self.scope))

    @property
    def content_type(self) -> str | None:  # type: ignore[override]
        """The Content-Type field."""
        return self.field("CONTENT_TYPE", "content-type") or None

    @property
    def query_string(self) -> bytes:
        """The query string as it came."""
        query = self._query
        if query is None:
            if self.source is not None:
                query = self.source.query(self.scope)
            else:
                query = str(self.environ.get("QUERY_STRING", "")).encode("latin1")
            self._query = query
        return query

    @query_string.setter
    def query_string(self, value: bytes) -> None:
        self._query = value

    @property
    def query_fields(self) -> list[tuple[str, str]]:
        """The pairs of the query string; bytes that are not UTF-8 are replaced."""
        return parse_fields(self._query_text())

    @property
    def args(self) -> MultiDict[str, str]:
        """The fields of the query string by name."""
        args = self._args
        if args is None:
            kind = self.parameter_storage_class
            if kind is ImmutableMultiDict:
                args = fields_of(self._query_text())
            else:
                args = kind(self.query_fields)
            self._args = args
        return args

    @args.setter
    def args(self, value: MultiDict[str, str]) -> None:
        self._args = value

    def _query_text(self) -> str:
        # PERF: text need not become bytes and text again (benchmark: parameter and JSON).
        if self._query is None and self.source is None:
            text: str = self.environ.get("QUERY_STRING", "")
            if text.isascii():
                return text
        return self.query_string.decode(errors="replace")

    @property
    def cookie_header(self) -> str | None:
        """The Cookie fields as they came; HTTP/2 may send one for each cookie."""
        fields = self.__dict__
        if "headers" in fields and "environ" not in fields:
            return "; ".join(self.headers.getlist("Cookie")) or None
        return self.field("HTTP_COOKIE", "cookie")

    @lazy
    def cookies(self) -> Any:
        header = self.cookie_header
        if header is not None and len(header) > MAX_COOKIE_HEADER:
            raise RequestHeaderFieldsTooLarge
        return super().cookies

    def first_cookie(self, name: str) -> str | None:
        """The value of one cookie: `cookies.get(name)` without parsing the others.

        Raises:
            RequestHeaderFieldsTooLarge: the Cookie fields are longer than any browser's (431).
        """
        if "cookies" not in self.__dict__ and self._reads_cookies:
            header = self.cookie_header
            if header is None or is_plain(header):
                return None if header is None else first_cookie(header, name)
        return self.cookies.get(name)  # type: ignore[no-any-return]

    @lazy
    def date(self) -> datetime | None:  # type: ignore[override]
        """The Date field."""
        return date_of(self.headers.get("Date"))

    @lazy
    def if_modified_since(self) -> datetime | None:
        """The If-Modified-Since field."""
        return date_of(self.headers.get("If-Modified-Since"))

    @lazy
    def if_unmodified_since(self) -> datetime | None:
        """The If-Unmodified-Since field."""
        return date_of(self.headers.get("If-Unmodified-Since"))

    @lazy
    def if_range(self) -> IfRange:
        """The If-Range field: a date, a tag, or neither."""
        try:
            return super().if_range
        except OverflowError:  # See `date_of`.
            return IfRange()

    @property
    def last_event_id(self) -> str | None:
        """The id of the last server-sent event that the browser has, when it connects again.

        None if it has none yet (WHATWG HTML, section 9.2.4).
        """
        value = self.headers.get("Last-Event-ID")
        # Browsers send UTF-8, which the gateways carry as Latin-1.
        return value.encode("latin1").decode(errors="replace") if value else None

    @property
    def authorization(self) -> Authorization | None:
        """The Authorization field; None if it is missing or malformed."""
        try:
            return super().authorization
        except ValueError:  # base64 with letters that are not ASCII
            return None


def _headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Header fields with names as people write them.

    SECURITY: a name with an underscore is dropped: in an environ it would be the same as the
    name with a hyphen, by which a client could pose as the proxy.
    """
    return Headers([(name.title(), value) for name, value in pairs if "_" not in name])
