"""JSON providers: how an application reads and writes JSON.

`FastJSONProvider` is Quaff's own, `DefaultJSONProvider` writes what Flask writes. Both read and
write through `loads` and `dumps`, so a subclass changes everything by overriding these two.
"""

from __future__ import annotations

import codecs
import dataclasses
import json
import re
import uuid
import weakref
from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec
from werkzeug.datastructures import MultiDict
from werkzeug.http import http_date

from .lazy import lazy
from .nesting import guarded

if TYPE_CHECKING:
    from .app import Quaff
    from .http.response import Response

__all__ = [
    "DefaultJSONProvider",
    "FastJSONProvider",
    "JSONProvider",
    "default_for_json",
    "fast_default",
]


class JSONProvider:
    """Base of JSON providers; a subclass has at least `dumps` and `loads`.

    Args:
        app: the application, which is referred to weakly.
    """

    #: Whether a view may return instances of dataclasses and other models, as JSON.
    responds_with_models = False

    def __init__(self, app: Quaff) -> None:
        self._app = cast("Quaff", weakref.proxy(app))

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """An object as JSON text."""
        raise NotImplementedError(f"{type(self).__name__} does not define dumps().")

    def dump(self, obj: Any, fp: IO[str], **kwargs: Any) -> None:
        """Write an object as JSON to a text file."""
        fp.write(self.dumps(obj, **kwargs))

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The object that JSON text or bytes stand for.

        Raises:
            ValueError: it is not JSON.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define loads().")

    def load(self, fp: IO[Any], **kwargs: Any) -> Any:
        """The object that the JSON of a file stands for.

        Raises:
            ValueError: it is not JSON.
        """
        return self.loads(fp.read(), **kwargs)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response with JSON: of one argument, a list of several, or a dict of named ones.

        Without arguments it is `null`.

        Raises:
            TypeError: both positional and named arguments were given.
        """
        obj = self._prepare_response_obj(args, kwargs)
        return self._app.response_class(self.dumps(obj), mimetype="application/json")

    def _prepare_response_obj(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if args and kwargs:
            raise TypeError(
                "app.json.response() takes either args or kwargs, not both: pass one value, "
                "several values for a list, or only named values for a dict."
            )
        if kwargs:
            return kwargs
        if not args:
            return None
        return args[0] if len(args) == 1 else args


def _is_dataclass(obj: Any) -> bool:
    return dataclasses.is_dataclass(obj) and not isinstance(obj, type)


def _fields(obj: Any) -> dict[str, Any]:
    return {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}


def _shared_default(obj: Any) -> Any:
    # PERF: only here is it needed, and it is slow to load (benchmark: import).
    from decimal import Decimal

    if isinstance(obj, (Decimal, uuid.UUID)):
        return str(obj)
    if _is_dataclass(obj):
        return dataclasses.asdict(obj)
    if hasattr(type(obj), "__html__"):
        return str(obj.__html__())
    raise TypeError(
        f"Object of type {type(obj).__name__} is not JSON serializable. Convert it first, or "
        "teach the application's JSON provider to: set `app.json.default`."
    )


def default_for_json(obj: Any) -> Any:
    """What Flask's JSON makes of types that JSON does not know.

    A date or datetime becomes its HTTP date; a Decimal or UUID its text; a dataclass a dict; an
    object with `__html__` its HTML.

    Raises:
        TypeError: it is something else.
    """
    return http_date(obj) if isinstance(obj, date) else _shared_default(obj)


class DefaultJSONProvider(JSONProvider):
    """JSON as Flask writes and reads it, with the standard library."""

    #: Called with what JSON does not know; returns something that it does.
    default: Callable[[Any], Any] = staticmethod(default_for_json)

    #: Write characters outside ASCII as escapes.
    ensure_ascii = True

    #: Sort the keys of dicts, so that equal values are equal text. Keys of mixed types cannot be.
    sort_keys = True

    #: Write responses without whitespace; None does so unless the application debugs.
    compact: bool | None = None

    #: The media type of `response`.
    mimetype = "application/json"

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """An object as JSON text; the keyword arguments are those of `json.dumps`.

        Raises:
            TypeError: the object, or one in it, has no form in JSON.
        """
        kwargs.setdefault("default", self.default)
        kwargs.setdefault("ensure_ascii", self.ensure_ascii)
        kwargs.setdefault("sort_keys", self.sort_keys)
        return json.dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The object that JSON text or bytes stand for; keyword arguments as for `json.loads`.

        Bytes may be UTF-8, UTF-16 or UTF-32.

        Raises:
            ValueError: it is not JSON, or nested too deeply.
        """
        try:
            return json.loads(s, **kwargs)
        except RecursionError:
            raise _too_deep(s) from None

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response with JSON: of one argument, a list of several, or a dict of named ones.

        Without arguments it is `null`. It ends with a newline.

        Raises:
            TypeError: both positional and named arguments were given.
        """
        body = self._body(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(body, mimetype=self.mimetype)

    def _body(self, obj: Any) -> str:
        layout: Any = {"separators": (",", ":")} if self._is_compact() else {"indent": 2}
        return f"{self.dumps(obj, **layout)}\n"

    def _is_compact(self) -> bool:
        return not self._app.debug if self.compact is None else self.compact


def _for_msgspec(obj: Any) -> Any:
    """What msgspec writes for types it does not know, which are subclasses of those it does."""
    if isinstance(obj, str):
        return str.__str__(obj)
    if isinstance(obj, int):
        return int.__int__(obj)
    if isinstance(obj, float):
        return float.__float__(obj)
    if isinstance(obj, datetime):
        text = obj.isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text
    if isinstance(obj, date):
        return obj.isoformat()
    if hasattr(obj, "__pydantic_serializer__"):
        # By the names that its schema has.
        return obj.__pydantic_serializer__.to_python(obj, mode="json", by_alias=True)
    return _shared_default(obj)


#: The attributes by which classes of models are known: msgspec's, dataclasses, attrs', Pydantic's.
MODEL_MARKS = (
    "__struct_fields__",
    "__dataclass_fields__",
    "__attrs_attrs__",
    "__pydantic_serializer__",
)


@lru_cache(200)
def is_record(kind: Hashable) -> bool:
    """Whether the instances of a class are data, and nothing that a view may return otherwise."""
    own = {name for base in getattr(kind, "__mro__", ()) for name in base.__dict__}
    # WSGI applications, streams and errors are responses of their own.
    other = {"__call__", "__next__", "__aiter__", "with_traceback"}
    return not own.isdisjoint(MODEL_MARKS) and own.isdisjoint(other)


def fast_default(obj: Any) -> Any:
    """What Quaff's JSON makes of types that JSON does not know.

    Dates and times become ISO 8601; a Decimal or UUID its text; a dataclass a dict; a set a list;
    bytes base64; an enum member its value; an object with `__html__` its HTML.

    Raises:
        TypeError: it is something else.
    """
    if _is_dataclass(obj):
        return _fields(obj)
    return msgspec.to_builtins(obj, str_keys=True, enc_hook=_for_msgspec)


class FastJSONProvider(DefaultJSONProvider):
    """JSON with msgspec: Quaff's default.

    It writes UTF-8 without whitespace, keys in the order of the dict. Types that JSON does not
    know become what `fast_default` makes of them; NaN and the infinities become `null`. It reads
    UTF-8, and neither `NaN` nor `Infinity`.

    Where you set `sort_keys`, `ensure_ascii` or `default`, or pass arguments of `json.dumps` or
    `json.loads`, the standard library does the work, more slowly.
    """

    default: Callable[[Any], Any] = staticmethod(fast_default)
    ensure_ascii = False
    responds_with_models = True
    sort_keys = False
    compact: bool | None = True

    #: Called when an attribute was assigned or deleted.
    on_change: Callable[[], None] | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        self._changed()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._changed()

    def _changed(self) -> None:
        self.__dict__.pop("_is_plain", None)
        if self.on_change is not None:
            self.on_change()

    @property
    def writes_plainly(self) -> bool:
        """Whether `encode` and a media type are all that there is to a response."""
        return _is_own(self, "response") and _is_own(self, "encode")

    @property
    def _own_dumps(self) -> bool:
        """Whether `dumps` is ours, so that `encode` need not call it."""
        return _is_own(self, "dumps")

    @lazy
    def _is_plain(self) -> bool:
        """Whether the settings ask for nothing but msgspec's JSON; asked again when one is set.

        PERF: all of them need not be read for each answer (benchmark: parameter and JSON).
        """
        return self._own_dumps and bool(self.compact) and not self._is_adjusted()

    @lazy
    def _encoder(self) -> msgspec.json.Encoder:
        return msgspec.json.Encoder(enc_hook=_for_msgspec)

    @lazy
    def _decode(self) -> Callable[[str | bytes], Any]:
        return guarded(msgspec.json.Decoder().decode)

    def encode(self, obj: Any) -> bytes:
        """The body of a JSON response: UTF-8, with a newline at the end.

        Raises:
            TypeError: the object, or one in it, has no form in JSON.
            ValueError: it contains itself.
        """
        if self._is_plain:
            # PERF: the same as `_write` (benchmark: parameter and JSON).
            try:
                body = self._encoder.encode(obj)
            except _REFUSALS:
                body = b""
            if not body or (_BRACKET in body and _holds_multidict(obj, body)):
                body = self._write_converted(obj)
            return body + b"\n"
        if not self._own_dumps:
            return _utf8(self._body(obj))
        body = self._write_adjusted(obj)
        return (body if self._is_compact() else msgspec.json.format(body, indent=2)) + b"\n"

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """An object as JSON text; keyword arguments, as for `json.dumps`, make it slower.

        Raises:
            TypeError: the object, or one in it, has no form in JSON.
            ValueError: it contains itself.
        """
        if not kwargs:
            return self._write_adjusted(obj).decode()
        if kwargs.get("indent") is None:
            kwargs.setdefault("separators", (",", ":"))
        return super().dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The object that JSON text or bytes stand for; keyword arguments as for `json.loads`.

        Raises:
            ValueError: it is not JSON, not UTF-8, or nested too deeply. A JSONDecodeError says
                where.
        """
        if kwargs:
            return super().loads(s, **kwargs)
        try:
            return self._decode(s)
        except (RecursionError, msgspec.DecodeError):
            # PERF: only what msgspec refuses can have a byte order mark (benchmark: JSON body).
            return self._loads_unmarked(s)

    def _loads_unmarked(self, s: str | bytes) -> Any:
        if isinstance(s, (bytes, bytearray)):
            s = s.removeprefix(codecs.BOM_UTF8)
        try:
            return self._decode(s)
        except RecursionError:
            raise _too_deep(s) from None
        except msgspec.DecodeError as error:
            raise _located(error, s) from None

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response with JSON: of one argument, a list of several, or a dict of named ones.

        Without arguments it is `null`. It ends with a newline.

        Raises:
            TypeError: both positional and named arguments were given.
        """
        body = self.encode(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(body, mimetype=self.mimetype)

    def _is_adjusted(self) -> bool:
        """Whether there are settings that only the standard library obeys."""
        return self.sort_keys or self.ensure_ascii or self.default is not fast_default

    def _write_adjusted(self, obj: Any) -> bytes:
        if self._is_adjusted():
            return _utf8(super().dumps(obj, separators=(",", ":")))
        return self._write(obj)

    def _write(self, obj: Any) -> bytes:
        try:
            body = self._encoder.encode(obj)
        except _REFUSALS:
            # What msgspec refuses it may take in another form; if not, it says so again, outside of
            # this block, so that it is said once.
            body = b""
        # PERF: looking for one byte first takes an eighth of the time (benchmark: parameter and
        # JSON).
        if not body or (_BRACKET in body and _holds_multidict(obj, body)):
            return self._write_converted(obj)
        return body

    def _write_converted(self, obj: Any) -> bytes:
        try:
            return self._encoder.encode(_convert(obj))
        except RecursionError:
            raise ValueError(
                "The value cannot be written as JSON: it contains itself, or is nested too deeply."
            ) from None


def _is_own(provider: FastJSONProvider, name: str) -> bool:
    """Whether a method is ours, and neither a subclass's nor one that was assigned."""
    method = getattr(FastJSONProvider, name)
    return getattr(getattr(provider, name), "__func__", None) is method


_REFUSALS = (TypeError, ValueError, RecursionError)
_BRACKET = ord("[")


def _utf8(text: str) -> bytes:
    # In JSON a lone surrogate can only stand in a string, where this is its escape.
    return text.encode("utf-8", "backslashreplace")


def _holds_multidict(obj: Any, body: bytes) -> bool:
    """Whether there is a MultiDict among the dicts and lists of a value.

    Args:
        obj: the value.
        body: its JSON.

    NOTE: a MultiDict is a dict of lists, and msgspec writes it as one; the standard library
    writes the first value of each key.

    PERF: every value of a MultiDict is a list in the JSON, and counts in `lists`. Once other dicts
    explain them all, there is none, and the rest need not be looked through (benchmark:
    parameter and JSON).
    """
    lists = body.count(b'":[')
    if not lists:
        return False
    containers = [obj]
    for container in containers:  # which grows meanwhile
        if isinstance(container, dict):
            if isinstance(container, MultiDict):
                return True
            for value in container.values():
                if type(value) not in _SCALARS:
                    containers.append(value)
                    lists -= isinstance(value, (list, tuple))
            if lists <= 0:
                return False
        elif isinstance(container, (list, tuple)):
            for value in container:
                if type(value) not in _SCALARS:
                    containers.append(value)
    return False


_SCALARS = frozenset({str, int, float, bool, type(None)})
_KEYS = {None: "null", True: "true", False: "false"}


def _convert(value: Any) -> Any:
    """The value in types that msgspec writes as the standard library's json does."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            # A lone surrogate exists in JSON only as an escape.
            return msgspec.Raw(json.dumps(str.__str__(value)).encode())
        return value
    if isinstance(value, dict):
        return {_convert_key(key): _convert(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_convert(item) for item in value]
    if _is_dataclass(value):
        return _convert(_fields(value))
    return value


def _convert_key(key: Any) -> Any:
    if key is None or key is True or key is False:
        return _KEYS[key]
    return int.__int__(key) if isinstance(key, int) else key


def _too_deep(document: str | bytes) -> json.JSONDecodeError:
    # SECURITY: a client's deep nesting is its fault (400), never an error of ours (500).
    return json.JSONDecodeError("The JSON is nested too deeply", _text(document), 0)


def _text(document: str | bytes) -> str:
    return document if isinstance(document, str) else bytes(document).decode("utf-8", "replace")


def _located(error: msgspec.DecodeError, document: str | bytes) -> json.JSONDecodeError:
    """msgspec's error, which counts bytes, as one that knows line and column."""
    message = str(error).removeprefix("JSON is malformed: ")
    text = _text(document)
    place = re.search(r" \(byte (\d+)\)$", message)
    if place is not None:
        data = text.encode("utf-8", "replace")[: int(place[1])]
        position = len(data.decode("utf-8", "ignore"))
        message = message[: place.start()]
    else:
        position = len(text) if message == "Input data was truncated" else 0
    return json.JSONDecodeError(message[:1].upper() + message[1:], text, position)
