"""Tagged JSON: JSON that gives back more types than it has, for data in cookies.

A value that JSON does not know becomes an object with one key, its tag: `{" t": [1, 2]}` is a
tuple. An object that looks like that by chance is escaped with a tag of its own.
"""

from __future__ import annotations

import json
import uuid
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup
from werkzeug.http import http_date, parse_date

from .providers import default_for_json

__all__ = [
    "JSONTag",
    "PassDict",
    "PassList",
    "TagBytes",
    "TagDateTime",
    "TagDict",
    "TagMarkup",
    "TagTuple",
    "TagUUID",
    "TaggedJSONSerializer",
]

_NOTHING: frozenset[type] = frozenset()
_TEXT: frozenset[type] = frozenset({str})
_SCALARS: frozenset[type] = frozenset({str, int, float, bool, type(None)})

_encode = json.JSONEncoder(separators=(",", ":"), default=default_for_json).encode


class JSONTag:
    """Base of tags: how one type becomes JSON and comes back.

    Args:
        serializer: the serializer it belongs to, which tags the values inside.
    """

    __slots__ = ("serializer",)

    #: The key that marks the type; "" for types that JSON knows and that only hold others.
    key: str = ""

    def __init__(self, serializer: TaggedJSONSerializer) -> None:
        self.serializer = serializer

    def check(self, value: Any) -> bool:
        """Whether this tag is for the value."""
        raise NotImplementedError(f"{type(self).__name__} does not define check().")

    def to_json(self, value: Any) -> Any:
        """The value in types of JSON."""
        raise NotImplementedError(f"{type(self).__name__} does not define to_json().")

    def to_python(self, value: Any) -> Any:
        """What `to_json` was given; values inside are untagged already."""
        raise NotImplementedError(f"{type(self).__name__} does not define to_python().")

    def tag(self, value: Any) -> dict[str, Any]:
        """The value in types of JSON, marked with the key."""
        return {self.key: self.to_json(value)}


class TagDict(JSONTag):
    """A dict whose only key is a tag; the key is escaped."""

    __slots__ = ()
    key = " di"

    def check(self, value: Any) -> bool:
        tags = self.serializer.tags
        return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in tags

    def to_json(self, value: Any) -> Any:
        key = next(iter(value))
        return {f"{key}__": self.serializer.tag(value[key])}

    def to_python(self, value: Any) -> Any:
        key = next(iter(value))
        return {key[:-2]: value[key]}


class PassDict(JSONTag):
    """Any other dict, whose values are tagged."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, dict)

    def to_json(self, value: Any) -> Any:
        # Keys become strings in JSON, so they need no tag.
        tag = self.serializer.tag
        return {key: tag(item) for key, item in value.items()}

    tag = to_json


class TagTuple(JSONTag):
    """A tuple."""

    __slots__ = ()
    key = " t"

    def check(self, value: Any) -> bool:
        return isinstance(value, tuple)

    def to_json(self, value: Any) -> Any:
        tag = self.serializer.tag
        return [tag(item) for item in value]

    def to_python(self, value: Any) -> Any:
        return tuple(value)


class PassList(JSONTag):
    """A list, whose items are tagged."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, list)

    def to_json(self, value: Any) -> Any:
        tag = self.serializer.tag
        return [tag(item) for item in value]

    tag = to_json


class TagBytes(JSONTag):
    """Bytes, in base64."""

    __slots__ = ()
    key = " b"

    def check(self, value: Any) -> bool:
        return isinstance(value, bytes)

    def to_json(self, value: Any) -> Any:
        return b64encode(value).decode("ascii")

    def to_python(self, value: Any) -> Any:
        return b64decode(value)


class TagMarkup(JSONTag):
    """Anything with `__html__`; it comes back as Markup."""

    __slots__ = ()
    key = " m"

    def check(self, value: Any) -> bool:
        return callable(getattr(value, "__html__", None))

    def to_json(self, value: Any) -> Any:
        return str(value.__html__())

    def to_python(self, value: Any) -> Any:
        return Markup(value)


class TagUUID(JSONTag):
    """A UUID."""

    __slots__ = ()
    key = " u"

    def check(self, value: Any) -> bool:
        return isinstance(value, uuid.UUID)

    def to_json(self, value: Any) -> Any:
        return value.hex

    def to_python(self, value: Any) -> Any:
        return uuid.UUID(value)


class TagDateTime(JSONTag):
    """A datetime, to the second; it comes back in UTC."""

    __slots__ = ()
    key = " d"

    def check(self, value: Any) -> bool:
        return isinstance(value, datetime)

    def to_json(self, value: Any) -> Any:
        return http_date(value)

    def to_python(self, value: Any) -> Any:
        return parse_date(value)


class TaggedJSONSerializer:
    """Writes and reads tagged JSON. The text is the same as Flask's, in both directions.

    It knows dict, list, tuple, bytes, Markup, UUID and datetime, and what JSON knows. Other types
    become what `default_for_json` makes of them, and stay that.
    """

    __slots__ = ("_decoder", "_plain_to_read", "_plain_to_write", "_untagged", "order", "tags")

    #: The tags of a new serializer, in the order in which they are asked.
    default_tags: list[type[JSONTag]] = [  # noqa: RUF012 - Flask's interface: assign or override
        TagDict,
        PassDict,
        TagTuple,
        PassList,
        TagBytes,
        TagMarkup,
        TagUUID,
        TagDateTime,
    ]

    def __init__(self) -> None:
        #: The tags by their keys.
        self.tags: dict[str, JSONTag] = {}
        #: All tags, in the order in which they are asked.
        self.order: list[JSONTag] = []
        for tag_class in self.default_tags:
            self.register(tag_class)
        self._decoder = json.JSONDecoder(object_hook=self.untag)

    def register(
        self, tag_class: type[JSONTag], force: bool = False, index: int | None = None
    ) -> None:
        """Add a tag.

        Args:
            tag_class: the tag.
            force: replace a tag with the same key.
            index: where in the order it is asked; at the end if None. A tag for a subclass must
                come before the tag for its base.

        Raises:
            KeyError: there is a tag with that key.
        """
        tag = tag_class(self)
        if tag.key:
            if tag.key in self.tags and not force:
                raise KeyError(f"Tag {tag.key!r} is already registered.")
            self.tags[tag.key] = tag
        if index is None:
            self.order.append(tag)
        else:
            self.order.insert(index, tag)
        # PERF: no tag of ours is for these, so they need not be asked; somebody else's tag may be
        # (benchmark: session).
        own = set(map(type, self.order)) <= set(TaggedJSONSerializer.default_tags)
        self._untagged = _SCALARS if own else _NOTHING
        plain, kind = TaggedJSONSerializer, type(self)
        #: The values of dicts that msgspec writes and reads as this class does; floats it writes
        #: in another way.
        self._plain_to_write = self._untagged - {float} if kind.tag is plain.tag else _NOTHING
        self._plain_to_read = _SCALARS if kind.untag is plain.untag else _NOTHING

    def tag(self, value: Any) -> Any:
        """The value in types of JSON, tagged."""
        if type(value) in self._untagged:
            return value
        for tag in self.order:
            if tag.check(value):
                return tag.tag(value)
        return value

    def untag(self, value: dict[str, Any]) -> Any:
        """What a dict of JSON stands for: itself, if its only key is no tag."""
        if len(value) != 1:
            return value
        key = next(iter(value))
        tag = self.tags.get(key)
        return value if tag is None else tag.to_python(value[key])

    def dumps(self, value: Any) -> str:
        """The value as tagged JSON, without whitespace.

        Raises:
            TypeError: it has no form in JSON.
        """
        if self._is_plain(value, self._plain_to_write) and _TEXT.issuperset(map(type, value)):
            try:
                text = msgspec.json.encode(value)
            except ValueError:
                pass  # halves of surrogates
            else:
                # The other characters are escaped in what Flask writes.
                if text.isascii() and b"\x7f" not in text:
                    return text.decode()
        return _encode(self.tag(value))

    def loads(self, value: str | bytes) -> Any:
        """The value that tagged JSON stands for.

        Raises:
            ValueError: it is not JSON.
        """
        if isinstance(value, bytes):
            value = value.decode()
        try:
            plain = msgspec.json.decode(value)
        except ValueError:
            pass  # what only Python takes for JSON: NaN, halves of surrogates, very large numbers
        else:
            if self._is_plain(plain, self._plain_to_read):
                return plain
        return self._decoder.decode(value)

    def _is_plain(self, value: Any, types: frozenset[type]) -> bool:
        """Whether a value is a dict without tags, whose values are of these types.

        PERF: most sessions are, and msgspec reads and writes them ten times as fast (benchmark:
        session).
        """
        return (
            bool(types)
            and type(value) is dict
            and types.issuperset(map(type, value.values()))
            and (len(value) != 1 or self.tags.keys().isdisjoint(value))
        )
