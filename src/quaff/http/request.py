"""Request: what a client sent, and where in an application it leads.

It is made in one of two ways:

* `Request(environ)`, under WSGI;
* `Request.of_scope(...)`, under ASGI and RSGI, whose gateways hand the body over later.

What stands before the body is read by RequestHead; here are the route, the limits and the body. A
request knows no application: what one decides comes in as `settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from io import BytesIO
from types import EllipsisType
from typing import IO, TYPE_CHECKING, Any, Self

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.sansio.utils import get_content_length

from ..lazy import lazy
from .body import FormDataParser, as_file, guarded_stream, is_number, read_whole
from .environ import environ_of
from .head import RequestHead, Source
from .missing_files import explain_missing_files
from .settings import RequestSettings, active_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Rule

__all__ = ["Request"]

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


class Request(RequestHead):
    """An HTTP request, with Flask's and Werkzeug's whole interface.

    Args:
        environ: a WSGI environment (PEP 3333).
        populate_request: store this object as `environ["werkzeug.request"]`.
        shallow: refuse to read the body, for middleware that must not consume it.
    """

    shallow = False
    #: Whether an application's own __init__ expects an environ.
    _needs_environ = False
    #: Whether the server's word for method, path and host is the last one.
    is_matched_as_it_came = True

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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._needs_environ = cls.__init__ is not Request.__init__
        cls._is_plain = all(getattr(cls, name) is getattr(Request, name) for name in WAYS_TO_BODIES)
        cls.is_matched_as_it_came = not cls._needs_environ and all(
            getattr(cls, name) is getattr(Request, name)
            for name in ("method", "path", "host_header")
        )

    @classmethod
    def of_scope(
        cls, source: Source, scope: Any, raw_headers: Any, method: str, path: str, host: str | None
    ) -> Self:
        """A request of an ASGI or RSGI server, whose fields are read when they are asked for.

        Args:
            source: what reads the protocol's scopes.
            scope: what the server says of the request.
            raw_headers: what the source looks header fields up in.
            method: the method in upper case.
            path: the path, decoded, below the root path and with one slash at its beginning.
            host: the Host field.
        """
        if cls._needs_environ:
            # Its own __init__ may have its own mind about the rest.
            request = cls(Request.of_scope(source, scope, raw_headers, method, path, host).environ)
        else:
            request = cls.__new__(cls)
            request.method = method
            request.path = path
            request.host_header = host
        request.source = source
        request.scope = scope
        request.raw_headers = raw_headers
        return request

    @lazy
    def environ(self) -> WSGIEnvironment:  # type: ignore[override]
        """The WSGI environment; built here if the request came by another protocol."""
        return environ_of(self, self._body)

    # -- while it is answered ----------------------------------------------------------------

    #: When the view's time is over, by `time.monotonic()`; None where there is no timeout.
    deadline: float | None = None
    #: What ends with the request: functions called with the error that ended it, if one did, and
    #: whether they are coroutine functions. The last one is called first.
    exits: list[tuple[Callable[[BaseException | None], Any], bool]] | None = None
    #: The error that the view raised, for those.
    failure: Exception | None = None
    #: Sends early hints (RFC 8297), where the server can; see `quaff.send_early_hints`.
    hint: Callable[[Sequence[str]], Coroutine[Any, Any, None]] | None = None

    # -- the route ---------------------------------------------------------------------------

    #: Where the request leads, as the application's plan has found: its compiled route, its rule,
    #: and the values of the URL's variables; None before matching.
    found: tuple[Any, Rule | None, dict[str, Any] | None] | None = None
    #: The error that matching ended in, raised when the request is dispatched.
    routing_exception: HTTPException | None = None

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

    # -- limits: the application's, unless the request says otherwise ------------------------

    _max_content_length: int | EllipsisType | None = ...

    @property
    def settings(self) -> RequestSettings:
        """What the application decides about requests."""
        found = self.found
        if found is None or found[0] is None:
            return active_settings()
        return found[0].settings  # type: ignore[no-any-return]

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

    # -- the body ----------------------------------------------------------------------------

    form_data_parser_class = FormDataParser
    json_module: Any = None
    #: Whether the form had files, which must be closed in the end.
    has_files = False
    #: Whether the form was malformed, so that it seems empty.
    has_broken_form = False
    #: What an async gateway has received.
    _body: IO[bytes] | bytes | None = None
    #: Whether the body is what the server announced: no subclass has other ways to it, and nobody
    #: has read it, replaced it or given it limits of its own.
    _is_plain = True
    # PERF: what is kept under a name of its own is read and written faster than by `lazy`
    # (benchmark: JSON body).
    _length: int | EllipsisType | None = ...
    _stream: IO[bytes] | EllipsisType | None = None
    _cached_data: Any = None

    def take_body(self, body: IO[bytes] | bytes) -> None:
        """Take the body that a gateway has received after the fields; bytes if it is whole."""
        self._body = body
        if "environ" in self.__dict__:
            self.environ["wsgi.input"] = as_file(body)

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


def enclosing_blueprints(name: str | None) -> list[str]:
    """`"a.b.c"` gives `["a.b.c", "a.b", "a"]`."""
    names = []
    while name:
        names.append(name)
        name = name.rpartition(".")[0]
    return names
