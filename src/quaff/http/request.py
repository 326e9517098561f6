"""Request: what a client sent, parsed only where it is looked at.

A request comes from one of two sources, and each field is derived from the one there is:

* `Request(environ)`, under WSGI: the fields are read from the environ when asked for;
* `Request.of_scope(...)`, under ASGI and RSGI: the fields are read from the server's scope when
  asked for, and so is the environ.

It knows no application: what an application decides comes in as `settings`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from io import BytesIO
from types import EllipsisType
from typing import IO, TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import quote

from werkzeug.datastructures import (
    Authorization,
    EnvironHeaders,
    Headers,
    ImmutableMultiDict,
    MultiDict,
)
from werkzeug.exceptions import BadRequest, HTTPException, RequestHeaderFieldsTooLarge
from werkzeug.sansio.utils import get_content_length
from werkzeug.wrappers import Request as WerkzeugRequest

from ..lazy import lazy
from .body import FormDataParser, as_file, guarded_stream, is_number, read_whole
from .cookies import MAX_COOKIE_HEADER, first_cookie, is_plain
from .missing_files import explain_missing_files
from .query import fields_of, parse_fields
from .settings import RequestSettings, active_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Rule

__all__ = ["Request", "Source"]


#: Content types of JSON as clients write them; there are others.
JSON_TYPES = frozenset(
    {
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=utf-8",
        "application/json;charset=UTF-8",
    }
)

#: What reading a body depends on, and subclasses may override.
WAYS_TO_BODIES = (
    "content_length",
    "content_type",
    "environ",
    "field",
    "get_data",
    "is_json",
    "max_content_length",
    "settings",
    "shallow",
    "stream",
)


class Source(Protocol):
    """What reads the scopes of a protocol; names of header fields are in lower case."""

    def field(self, request: Request, name: str) -> str | None:
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


class Request(WerkzeugRequest):
    """An HTTP request, with Flask's and Werkzeug's whole interface.

    Args:
        environ: a WSGI environment (PEP 3333).
        populate_request: store this object as `environ["werkzeug.request"]`.
        shallow: refuse to read the body, for middleware that must not consume it.
    """

    json_module: Any = None
    form_data_parser_class = FormDataParser

    #: Where the request leads, as the application's plan has found: its compiled route, its rule,
    #: and the values of the URL's variables; None before matching.
    found: tuple[Any, Rule | None, dict[str, Any] | None] | None = None
    #: The error that matching ended in, raised when the request is dispatched.
    routing_exception: HTTPException | None = None
    #: What ends with the request: functions called with the error that ended it, if one did, and
    #: whether they are coroutine functions. The last one is called first.
    exits: list[tuple[Callable[[BaseException | None], Any], bool]] | None = None
    #: The error that the view raised, for those.
    failure: Exception | None = None
    #: Whether the form had files, which must be closed in the end.
    has_files = False
    #: Whether the form was malformed, so that it seems empty.
    has_broken_form = False
    #: Sends early hints (RFC 8297), where the server can; see `quaff.send_early_hints`.
    hint: Callable[[Sequence[str]], Coroutine[Any, Any, None]] | None = None
    #: What the server said of the request: ASGI's scope (a dict, with "state" and "extensions"
    #: where the server has them), or RSGI's; None under WSGI.
    scope: Any = None
    #: What reads the scope; None under WSGI.
    source: Source | None = None
    #: Where the source finds the header fields.
    read: Any = None
    _body: IO[bytes] | bytes | None = None
    # PERF: what is kept under a name of its own is read and written faster than by `lazy`
    # (benchmarks: parameter and JSON, JSON body).
    _query: bytes | None = None
    _args: MultiDict[str, str] | None = None
    _length: int | EllipsisType | None = ...
    _stream: IO[bytes] | EllipsisType | None = None
    _cached_data: Any = None
    _max_content_length: int | EllipsisType | None = ...
    #: Whether the body is what the server announced: no subclass has other ways to it, and nobody
    #: has read it, replaced it or given it limits of its own.
    _is_plain = True
    #: When the view's time is over, by `time.monotonic()`; None where there is no timeout.
    deadline: float | None = None

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = False, shallow: bool = False
    ) -> None:
        # NOTE: Werkzeug's __init__ is not called: it reads every field at once.
        self.environ = environ
        if shallow:
            self.shallow = True
            self._is_plain = False
        if populate_request and not shallow:
            environ["werkzeug.request"] = self

    shallow = False
    #: Whether an application's own __init__ expects an environ.
    _needs_environ = False
    #: Whether the server's word for method, path and host is the last one.
    is_matched_as_it_came = True

    #: Whether the cookies are those of the Cookie field; a subclass may have others.
    _reads_cookies = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._reads_cookies = cls.cookies is Request.cookies
        cls._needs_environ = cls.__init__ is not Request.__init__
        cls._is_plain = all(getattr(cls, name) is getattr(Request, name) for name in WAYS_TO_BODIES)
        cls.is_matched_as_it_came = not cls._needs_environ and all(
            getattr(cls, name) is getattr(Request, name)
            for name in ("method", "path", "host_header")
        )

    @classmethod
    def of_scope(
        cls, source: Source, scope: Any, read: Any, method: str, path: str, host: str | None
    ) -> Self:
        """A request of an ASGI or RSGI server, whose fields are read when they are asked for.

        Args:
            source: what reads the protocol's scopes.
            scope: what the server says of the request.
            read: where the source finds the header fields.
            method: the method in upper case.
            path: the path, decoded, below the root path and with one slash at its beginning.
            host: the Host field.
        """
        if cls._needs_environ:
            # Its own __init__ may have its own mind about the rest.
            request = cls(Request.of_scope(source, scope, read, method, path, host).environ)
        else:
            request = cls.__new__(cls)
            request.method = method
            request.path = path
            request.host_header = host
        request.source = source
        request.scope = scope
        request.read = read
        return request

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

    def take_body(self, body: IO[bytes] | bytes) -> None:
        """Take the body that a gateway has received after the fields; bytes if it is whole."""
        self._body = body
        if "environ" in self.__dict__:
            self.environ["wsgi.input"] = as_file(body)

    @lazy
    def environ(self) -> WSGIEnvironment:  # type: ignore[override]
        """The WSGI environment; built here if the request came by another protocol."""
        return environ_of(self)

    # -- fields, read when first asked for ---------------------------------------------------

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
        return _text(self.environ.get("SCRIPT_NAME") or "").rstrip("/")

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
    def content_type(self) -> str | None:  # type: ignore[override]
        """The Content-Type field."""
        return self.field("CONTENT_TYPE", "content-type") or None

    @property
    def content_length(self) -> int | None:
        """Bytes the body has; None where only reading it tells, or where it is not a number."""
        length = self._length
        if length is ...:
            if self.source is None:
                text = self.environ.get("CONTENT_LENGTH")
                encoding = self.environ.get("HTTP_TRANSFER_ENCODING")
            else:
                text = self.field("CONTENT_LENGTH", "content-length")
                encoding = self.field("HTTP_TRANSFER_ENCODING", "transfer-encoding")
            # PERF: most are a number and nothing else (benchmark: JSON body).
            if encoding is None and text is not None and is_number(text):
                length = int(text)
            else:
                length = get_content_length(text, encoding)
            self._length = length
        return length

    @content_length.setter
    def content_length(self, value: int | None) -> None:
        self._length = value
        if self.source is None:
            self._is_plain = False

    @property
    def is_json(self) -> bool:
        """Whether the Content-Type says JSON: application/json, or any that ends in +json."""
        return self.content_type in JSON_TYPES or super().is_json

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

    @lazy
    def remote_addr(self) -> str | None:  # type: ignore[override]
        if self.source is not None:
            return self._of_source("remote_addr")  # type: ignore[no-any-return]
        return self.environ.get("REMOTE_ADDR")

    @property
    def settings(self) -> RequestSettings:
        """What the application decides about requests."""
        found = self.found
        if found is None or found[0] is None:
            return active_settings()
        return found[0].settings  # type: ignore[no-any-return]

    # -- limits: the application's, unless the request says otherwise ------------------------

    @property
    def max_content_length(self) -> int | None:
        """Bytes this body may have; assign before reading to change it for one request."""
        limit = self._max_content_length
        return self.settings.max_content_length if limit is ... else limit

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value
        self._is_plain = False

    @property
    def max_form_memory_size(self) -> int | None:
        """Bytes a form may hold outside files; assign before reading to change it."""
        return self.__dict__.get("_max_form_memory_size", self.settings.max_form_memory_size)

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        self.__dict__["_max_form_memory_size"] = value

    @property  # type: ignore[override]
    def max_form_parts(self) -> int | None:
        """Fields and files a form may have; assign before reading to change it."""
        return self.__dict__.get("_max_form_parts", self.settings.max_form_parts)

    @max_form_parts.setter
    def max_form_parts(self, value: int | None) -> None:
        self.__dict__["_max_form_parts"] = value

    # -- the route ---------------------------------------------------------------------------

    @property
    def route(self) -> Any:
        """The compiled route; None before matching."""
        found = self.found
        return None if found is None else found[0]

    @property
    def url_rule(self) -> Rule | None:
        """The matched rule; None before matching and where nothing matched."""
        found = self.found
        return None if found is None else found[1]

    @url_rule.setter
    def url_rule(self, rule: Rule | None) -> None:
        self.found = self.route, rule, self.view_args

    @property
    def view_args(self) -> dict[str, Any] | None:
        """The values of the URL's variables; None where there is no rule."""
        if self.found is None:
            return None
        route, rule, values = self.found
        if values is None and rule is not None:
            values = {}
            self.found = route, rule, values
        return values

    @view_args.setter
    def view_args(self, values: dict[str, Any] | None) -> None:
        self.found = self.route, self.url_rule, values

    @property
    def endpoint(self) -> str | None:
        """The endpoint of the matched rule."""
        rule = self.url_rule
        return None if rule is None else rule.endpoint

    @property
    def blueprint(self) -> str | None:
        """The registered (dotted) name of the blueprint of the matched rule."""
        endpoint = self.endpoint
        if endpoint is None or "." not in endpoint:
            return None
        return endpoint.rpartition(".")[0]

    @property
    def blueprints(self) -> list[str]:
        """The blueprint's name and its parents', innermost first."""
        return enclosing_blueprints(self.blueprint)

    # -- the body ----------------------------------------------------------------------------

    @property
    def stream(self) -> IO[bytes]:
        """The body, to be read once; see `quaff.http.body` for what it raises."""
        stream = self._stream
        if stream is None:
            if self.shallow:
                raise RuntimeError(
                    "This request was made with shallow=True, so its body cannot be read."
                )
            limit = self.max_content_length
            self.stream = stream = guarded_stream(self.environ, self.content_length, limit)
        elif stream is ...:
            stream = self._stream = BytesIO()
        return stream

    @stream.setter
    def stream(self, value: IO[bytes]) -> None:
        self._stream = value
        self._is_plain = False

    def make_form_data_parser(self) -> Any:
        """What parses the form; its `is_broken` tells whether that went well."""
        self._form_parser = super().make_form_data_parser()
        return self._form_parser

    def _load_form_data(self) -> None:
        super()._load_form_data()
        # Werkzeug has put it there.
        self.stream = self.__dict__.pop("stream", self._stream)
        self.has_files = bool(self.files)
        # NOTE: the parser knows the request, so whoever kept it would make a cycle.
        self.has_broken_form = getattr(self.__dict__.pop("_form_parser", None), "is_broken", False)
        if self.settings.debug and not self.files and self.mimetype != "multipart/form-data":
            explain_missing_files(self)

    def get_data(
        self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> Any:
        """The body as bytes or text.

        Args:
            cache: keep it, so that forms and JSON can still be parsed of it.
            as_text: decode it; bytes that are not UTF-8 are replaced.
            parse_form_data: parse a form first, which leaves nothing of its body.

        Raises:
            RequestEntityTooLarge: the body is over the limit (413).
            ClientDisconnected: the body was cut short (400).
        """
        if self._is_plain and not parse_form_data:
            data = self._body_at_once(self.settings.max_content_length, cache)
            if data is not None:
                return data.decode(errors="replace") if as_text else data
        return super().get_data(cache=cache, as_text=as_text, parse_form_data=parse_form_data)  # type: ignore[call-overload]

    def _body_at_once(self, limit: int | None, cache: bool = True) -> bytes | None:
        """The whole of a plain body; None if it must be read by the stream.

        PERF: no stream is needed, and on async servers no environ (benchmark: JSON body).
        """
        if self._cached_data is not None:
            return None
        body: Any
        if self.source is None:
            environ = self.environ
            text = environ.get("CONTENT_LENGTH")
            if text is None or not is_number(text) or "HTTP_TRANSFER_ENCODING" in environ:
                return None
            body, length = environ["wsgi.input"], int(text)
        else:
            announced = self.content_length
            if announced is None:
                return None
            body, length = self._body, announced
            if body is None or "environ" in self.__dict__:
                body = self.environ["wsgi.input"]
        data = read_whole(body, length, limit)
        self._stream, self._is_plain = ..., False  # It is at its end.
        if cache:
            self._cached_data = data
        return data

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body as JSON.

        Args:
            force: parse whatever the Content-Type says.
            silent: answer None instead of raising.
            cache: keep the result for the next call.

        Raises:
            UnsupportedMediaType: the Content-Type is not JSON (415).
            BadRequest: the body is not valid JSON (400).
        """
        # PERF: the common case in few steps (benchmark: JSON body).
        if (
            self._is_plain
            and cache
            # NOTE: private, and the same in all of Werkzeug 3; a test fails if it changes.
            and self._cached_json[silent] is ...
            and (force or self.field("CONTENT_TYPE", "content-type") in JSON_TYPES)
        ):
            settings = self.settings
            data = self._body_at_once(settings.max_content_length)
            if data is not None:
                try:
                    value = (self.json_module or settings.json).loads(data)
                except ValueError:
                    pass  # Said below, by whoever overrides it.
                else:
                    self._cached_json = (value, value)
                    return value
        if self.json_module is None:
            self.json_module = self.settings.json
        return super().get_json(force=force, silent=silent, cache=cache)

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """What `get_json` answers or raises; `e` is None where the Content-Type is not JSON."""
        try:
            return super().on_json_loading_failed(e)
        except BadRequest as error:
            if e is None or self.settings.debug:
                raise
            # SECURITY: the parser's message quotes the input, so it is shown in debug mode only.
            raise BadRequest from error

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


def enclosing_blueprints(name: str | None) -> list[str]:
    """`"a.b.c"` gives `["a.b.c", "a.b", "a"]`."""
    names = []
    while name:
        names.append(name)
        name = name.rpartition(".")[0]
    return names


def path_of(value: str) -> str:
    """The path of a WSGI environ, decoded, with one slash at the beginning."""
    return "/" + _text(value).lstrip("/")


def _text(value: str) -> str:
    """A path of a WSGI environ, which carries bytes as latin-1, as text; bad bytes are replaced."""
    return value if value.isascii() else value.encode("latin1").decode(errors="replace")


def _headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Header fields with names as people write them.

    SECURITY: a name with an underscore is dropped: in an environ it would be the same as the
    name with a hyphen, by which a client could pose as the proxy.
    """
    return Headers([(name.title(), value) for name, value in pairs if "_" not in name])


#: What the environ of a request has that came by another protocol than WSGI.
MADE_UP = "quaff.made_up"


def environ_of(request: Request) -> WSGIEnvironment:
    """The WSGI environment (PEP 3333) of a request that came by another protocol."""
    host, port = request.server or ("localhost", None)
    scheme, root_path, path = request.scheme, request.root_path, request.path
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": root_path.encode().decode("latin1"),
        "PATH_INFO": path.encode().decode("latin1"),
        "QUERY_STRING": request.query_string.decode("latin1"),
        "REQUEST_URI": quote(root_path + path),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or (443 if scheme in ("https", "wss") else 80)),
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "REMOTE_ADDR": request.remote_addr or "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": as_file(request._body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        MADE_UP: True,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        elif key in environ:
            continue
        joiner = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joiner}{value}" if key in environ else value
    return environ
