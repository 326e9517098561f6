"""Server-sent events as text: what one event looks like, written and read.

The format is that of the WHATWG HTML standard, section 9.2, "Server-sent events".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["CONTENT_TYPE", "Event", "event_of", "parsed"]

CONTENT_TYPE = "text/event-stream; charset=utf-8"

#: NOTE: not str.splitlines, which splits at characters that end no line of this format.
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event.

    Args:
        data: the message: a string as it is, anything else as JSON. An event without data is not
            shown to the page, but its `id` and `retry` count.
        event: its name, for `addEventListener`; browsers take "message" if None.
        id: what the browser sends as Last-Event-ID when it connects again.
        retry: milliseconds after which the browser connects again when the connection broke.
        comment: text that browsers ignore.

    Raises:
        TypeError: a field has a value of a wrong type.
        ValueError: a field has a value that would end its line, or `retry` is negative.
    """

    data: Any = None
    event: str | None = None
    id: str | int | None = None
    retry: int | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        _check("event", self.event, str)
        _check("id", self.id, str, int)
        _check("retry", self.retry, int)
        _check("comment", self.comment, str)
        # SECURITY: a line end in a field would let its author add fields, or whole events.
        for name, value in (("event", self.event), ("id", self.id)):
            if isinstance(value, str) and not {"\r", "\n", "\0"}.isdisjoint(value):
                raise ValueError(
                    f"The {name} of an event may not contain a line end or NUL: {value!r}."
                )
        if self.retry is not None and self.retry < 0:
            raise ValueError(f"The retry of an event is in milliseconds, not {self.retry}.")

    def encode(self, dumps: Callable[[Any], str]) -> bytes:
        """The event as it is sent.

        Args:
            dumps: makes JSON of data that is no string.
        """
        lines = []
        if self.comment is not None:
            lines += [f": {line}" for line in _LINE_END.split(self.comment)]
        if self.event is not None:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {self.retry}")
        if self.data is not None:
            text = self.data if isinstance(self.data, str) else dumps(self.data)
            lines += [f"data: {line}" for line in _LINE_END.split(text)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n"


def _check(name: str, value: Any, *kinds: type) -> None:
    if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"The {name} of an event is {names}, not {type(value).__name__}.")


_KEYS = frozenset(field.name for field in fields(Event))


def event_of(item: Any) -> Event:
    """The event that an item of a stream stands for.

    Args:
        item: an Event, a string that is its data, or a dict of an Event's fields.

    Raises:
        TypeError: it is something else, or a field has a value of a wrong type.
        ValueError: a dict has a key that no field has, or a field's value may not be sent.
    """
    if isinstance(item, Event):
        return item
    if isinstance(item, str):
        return Event(item)
    if not isinstance(item, dict):
        raise TypeError(
            f"A stream of events yields strings, dicts and Event objects, not "
            f"{type(item).__name__}. Yield {{'data': value}} to send a value as JSON."
        )
    unknown = item.keys() - _KEYS
    if unknown or not item:
        names = ", ".join(sorted(map(repr, unknown))) or "no key at all"
        raise ValueError(
            f"A dict that stands for an event has {names}. Its keys are data, event, id, retry and "
            "comment. Yield {'data': value} to send a dict as JSON."
        )
    return Event(**item)


def parsed(pieces: Iterable[bytes]) -> Iterator[Event]:
    """The events in a stream, as a browser would see them: those with data, and no comments.

    `event`, `id` and `retry` are those of the event itself, and None where it has none.

    Args:
        pieces: the stream, cut anywhere.
    """
    values: dict[str, Any] = {}
    for number, line in enumerate(_lines(pieces)):
        if number == 0:
            line = line.removeprefix("\N{BYTE ORDER MARK}")
        if line:
            _take(line, values)
            continue
        if "data" in values:
            yield Event(**values)
        values = {}


def _take(line: str, values: dict[str, Any]) -> None:
    name, _, value = line.partition(":")
    value = value.removeprefix(" ")
    if name == "data":
        values["data"] = f"{values['data']}\n{value}" if "data" in values else value
    elif name == "event" or (name == "id" and "\0" not in value):
        values[name] = value
    elif name == "retry" and value.isascii() and value.isdecimal():
        values["retry"] = int(value)


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The complete lines; what stands behind the last line end is no line."""
    rest = b""
    for piece in pieces:
        rest += piece
        # NOTE: a CR at the end may be half a line end.
        whole, end = (rest[:-1], rest[-1:]) if rest.endswith(b"\r") else (rest, b"")
        *lines, last = re.split(rb"\r\n|\r|\n", whole)
        rest = last + end
        for line in lines:
            yield line.decode(errors="replace")
    if rest.endswith(b"\r"):
        yield rest[:-1].decode(errors="replace")
