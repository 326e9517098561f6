"""Server-sent events as text: written, and read as a browser would."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quaff import Event
from quaff.http.sse import event_of, parsed


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event("hello"), "data: hello\n\n"),
        (Event(""), "data: \n\n"),
        (Event("two\nlines\r\nor\rmore"), "data: two\ndata: lines\ndata: or\ndata: more\n\n"),
        # These end lines for Python, but not for browsers.
        (Event("a\x0bb\u2028c"), "data: a\x0bb\u2028c\n\n"),
        (Event({"a": [1, None]}), 'data: {"a": [1, null]}\n\n'),
        (Event(False), "data: false\n\n"),
        (Event("d", "name", "1", 500, "why"), ": why\nevent: name\nid: 1\nretry: 500\ndata: d\n\n"),
        (Event(id=7), "id: 7\n\n"),
        (Event(id=""), "id: \n\n"),
        (Event(comment="one\ntwo"), ": one\n: two\n\n"),
    ],
)
def test_events_as_they_are_sent(event: Event, text: str) -> None:
    assert event.encode(json.dumps).decode() == text


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
def test_a_field_cannot_add_another(field: str, end: str) -> None:
    with pytest.raises(ValueError, match=rf"The {field} of an event may not contain a line end"):
        Event("x", **{field: f"a{end}data: forged"})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"event": 1}, "The event of an event is str, not int"),
        ({"id": 1.5}, "The id of an event is str or int, not float"),
        ({"retry": "5"}, "The retry of an event is int, not str"),
        ({"retry": True}, "The retry of an event is int, not bool"),
        ({"comment": b"x"}, "The comment of an event is str, not bytes"),
    ],
)
def test_fields_of_wrong_types(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Event(**fields)


def test_a_negative_retry() -> None:
    with pytest.raises(ValueError, match="in milliseconds, not -1"):
        Event(retry=-1)


def test_items_of_streams() -> None:
    event = Event("x")
    assert event_of(event) is event
    assert event_of("x") == event
    assert event_of({"data": {"a": 1}, "id": 3}) == Event({"a": 1}, id=3)


@pytest.mark.parametrize("item", [b"bytes", 1, None, ["data"], ("data",)])
def test_items_that_are_no_events(item: Any) -> None:
    with pytest.raises(TypeError, match="strings, dicts and Event objects, not"):
        event_of(item)


def test_a_dict_that_is_a_message_and_no_event() -> None:
    with pytest.raises(ValueError, match=r"has 'from', 'text'\. Its keys are data, event, id"):
        event_of({"text": "hello", "from": "ada", "data": 1})
    with pytest.raises(ValueError, match="has no key at all"):
        event_of({})


# -- as browsers read ----------------------------------------------------------------------------

#: A stream, and the events in it: among them the examples of the standard, section 9.2.6.
STREAMS = [
    ("data: YHOO\ndata: +2\ndata: 10\n\n", [Event("YHOO\n+2\n10")]),
    (
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
        [Event("first event", id="1"), Event("second event", id="")],
    ),
    ("data\n\ndata\ndata\n\ndata:", [Event(""), Event("\n")]),
    ("data:test\n\ndata: test\n\n", [Event("test"), Event("test")]),
    ("event: add\ndata: 1\n\nevent: none\n\ndata: 2\n\n", [Event("1", "add"), Event("2")]),
    ("data: a\r\rdata: b\r\n\r\ndata: c\n\r", [Event("a"), Event("b"), Event("c")]),
    ("\ufeffdata: a\n\n\ufeffdata: b\n\n", [Event("a")]),
    ("retry: 10\nretry: x\nretry: \u0663\nid: a\0b\nother: 1\ndata: a\n\n", [Event("a", retry=10)]),
    ("data: \u2028 \N{SNOWMAN}\n\n", [Event("\u2028 \N{SNOWMAN}")]),
]


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_streams_as_they_are_read(stream: str, events: list[Event]) -> None:
    assert list(parsed([stream.encode()])) == events


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_a_stream_may_be_cut_anywhere(stream: str, events: list[Event]) -> None:
    assert list(parsed(bytes([byte]) for byte in stream.encode())) == events


def test_what_is_written_is_read_again() -> None:
    events = [Event("a\nb", "name", "1"), Event("", retry=5), Event(" c ", id="\N{SNOWMAN}")]
    assert list(parsed(event.encode(json.dumps) for event in events)) == events
