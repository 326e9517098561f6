"""What happens in a room, over WebSockets, over server-sent events, and between both."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from quaff.testing import QuaffClient
from quaff.testing.client import Gateway

Visitor = Callable[[str], QuaffClient]


class Stay:
    """A visitor in a room, by either way.

    Args:
        client: of the visitor.
        way: "socket" or "events".
        since: the id of the last message that they know.
    """

    def __init__(self, client: QuaffClient, way: str, since: str = "") -> None:
        self.client = client
        self.way = way
        self.last = since
        self.line: Any
        if way == "socket":
            self.line = client.websocket(f"/rooms/lobby/socket?since={since}")
        else:
            self.line = client.events("/rooms/lobby/events", last_event_id=since or None)
        assert self.hear() == {"kind": "welcome", "process": os.getpid()}

    def hear(self) -> dict[str, Any]:
        """The next message, without its id and time."""
        if self.way == "socket":
            message = self.line.receive_json()
            self.last = message.pop("id", self.last)
        else:
            event = next(self.line)
            message = json.loads(event.data)
            self.last = event.id or self.last
        message.pop("at", None)
        return message  # type: ignore[no-any-return]

    def say(self, text: str) -> None:
        if self.way == "socket":
            self.line.send(text)
        else:
            answer = self.client.post("/rooms/lobby/messages", json={"text": text})
            assert answer.status_code == 204

    def leave(self) -> None:
        self.line.close()


def came(name: str, *members: str) -> dict[str, Any]:
    return {"kind": "came", "name": name, "members": list(members)}


def left(name: str, *members: str) -> dict[str, Any]:
    return {"kind": "left", "name": name, "members": list(members)}


def said(name: str, text: str) -> dict[str, Any]:
    return {"kind": "said", "name": name, "text": text}


#: Through which gateway, how Ada comes, and how Bob does. WSGI has no WebSockets.
WAYS = [
    ("wsgi", ("events", "events")),
    *(
        (gateway, (ada, bob))
        for gateway in ("asgi", "rsgi")
        for ada in ("socket", "events")
        for bob in ("socket", "events")
    ),
]
by_all_ways = pytest.mark.parametrize(
    ("gateway", "ways"), WAYS, ids=[f"{gateway}-{'-'.join(ways)}" for gateway, ways in WAYS]
)


@by_all_ways
def test_two_people(visitor: Visitor, ways: tuple[str, str]) -> None:
    ada = Stay(visitor("ada"), ways[0])
    assert ada.hear() == came("ada", "ada")
    bob = Stay(visitor("bob"), ways[1])
    # What was before he came, he sees too.
    assert bob.hear() == came("ada", "ada")
    assert ada.hear() == bob.hear() == came("bob", "ada", "bob")
    ada.say("hello\n")
    bob.say("<b>hi</b>")
    lines = [said("ada", "hello"), said("bob", "<b>hi</b>")]
    assert sorted([ada.hear(), ada.hear()], key=str) == sorted(lines, key=str)
    assert sorted([bob.hear(), bob.hear()], key=str) == sorted(lines, key=str)
    bob.leave()
    assert ada.hear() == left("bob", "ada")
    ada.leave()


@by_all_ways
def test_who_comes_again_sees_what_they_missed(visitor: Visitor, ways: tuple[str, str]) -> None:
    ada, client = Stay(visitor("ada"), ways[0]), visitor("bob")
    bob = Stay(client, ways[1])
    for message in (came("ada", "ada"), came("bob", "ada", "bob")):
        assert bob.hear() == message
    bob.leave()
    ada.say("one")
    bob = Stay(client, ways[1], bob.last)
    assert [bob.hear(), bob.hear()] == [left("bob", "ada"), said("ada", "one")]
    assert bob.hear() == came("bob", "ada", "bob")
    bob.leave()
    ada.leave()


@by_all_ways
def test_two_windows_of_one_person(visitor: Visitor, ways: tuple[str, str]) -> None:
    client = visitor("ada")
    one, two = Stay(client, ways[0]), Stay(client, ways[1])
    assert one.hear() == two.hear() == came("ada", "ada")
    two.leave()
    one.say("still here")
    assert one.hear() == said("ada", "still here")
    one.leave()


@pytest.mark.parametrize(
    ("text", "problem"),
    [(" \n", "Write something first."), ("a" * 1001, "A message has 1,000 characters at most.")],
)
def test_what_cannot_be_said(visitor: Visitor, gateway: Gateway, text: str, problem: str) -> None:
    ada = visitor("ada")
    answer = ada.post("/rooms/lobby/messages", json={"text": text})
    assert (answer.status_code, answer.json) == (422, {"error": problem})
    if gateway != "wsgi":
        stay = Stay(ada, "socket")
        assert stay.hear() == came("ada", "ada")
        stay.say(text)
        assert stay.hear() == {"kind": "refused", "reason": problem}
        # Nothing of it was kept, and the connection goes on.
        stay.say("short")
        assert stay.hear() == said("ada", "short")
        stay.leave()


@pytest.mark.parametrize("message", [{}, [], "text", {"text": 1}, {"text": None}])
def test_what_is_no_message(visitor: Visitor, message: Any) -> None:
    answer = visitor("ada").post("/rooms/lobby/messages", json=message)
    assert (answer.status_code, answer.json) == (422, {"error": "Write something first."})


def test_forms_of_other_sites_say_nothing(visitor: Visitor) -> None:
    answer = visitor("ada").post("/rooms/lobby/messages", data={"text": "forged"})
    assert answer.status_code == 415
