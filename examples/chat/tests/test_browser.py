"""Two browsers that see each other across two workers of a real server, by way of Redis."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.services import PATIENCE, example


@pytest.fixture
def serving(tmp_path: Path, redis_url: str) -> Callable[..., AbstractContextManager[str]]:
    """A function: options of `quaff serve` -> a context with the address of the chat."""

    def serving(*options: str) -> AbstractContextManager[str]:
        return example("chat", tmp_path / "log", *options, CHANNELS_URL=redis_url)

    return serving


class Person:
    """Somebody in front of a browser.

    Args:
        driver: the browser.
        name: what they call themselves.
    """

    def __init__(self, driver: Any, name: str) -> None:
        self.driver = driver
        self.name = name
        driver.delete_all_cookies()

    def enter(self, address: str, room: str, transport: str = "") -> None:
        """Come in by the door, and then take the transport."""
        self.driver.get(f"{address}/?room={room}")
        self._element("name").send_keys(self.name)
        self.driver.find_element("css selector", "button").click()
        self.until(lambda: self.driver.current_url == f"{address}/rooms/{room}")
        if transport:
            self.driver.get(f"{address}/rooms/{room}?transport={transport}")

    def leave(self) -> None:
        self.driver.get("about:blank")

    def process(self, way: str) -> int:
        """The process that the page is connected to."""
        pattern = re.compile(rf"connected by {way} to process (\d+)")
        self.until(lambda: pattern.fullmatch(self._element("state").text))
        found = pattern.fullmatch(self._element("state").text)
        assert found is not None
        return int(found[1])

    def say(self, text: str) -> None:
        self._element("text").send_keys(f"{text}\n")

    def sees(self, line: str) -> None:
        self.until(lambda: any(shown.endswith(line) for shown in self.lines()))

    def lines(self) -> list[str]:
        return self._element("messages").text.splitlines()  # type: ignore[no-any-return]

    def sees_members(self, *names: str) -> None:
        self.until(lambda: self._element("members").text.split() == list(names))

    def _element(self, id: str) -> Any:
        return self.driver.find_element("id", id)

    def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.driver.find_element("tag name", "body").text
            time.sleep(0.02)

    def complaints(self) -> list[str]:
        """What the browser refused or missed."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture
def ada(chromium: Any) -> Iterator[Person]:
    yield Person(chromium, "ada")
    chromium.delete_all_cookies()


@pytest.fixture
def bob(other_chromium: Any) -> Iterator[Person]:
    yield Person(other_chromium, "bob")
    other_chromium.delete_all_cookies()


@pytest.mark.parametrize(
    ("ways", "interface"),
    [
        (("WebSocket", "WebSocket"), "asgi"),
        (("events", "WebSocket"), "asgi"),
        (("events", "WebSocket"), "rsgi"),
        (("events", "events"), "wsgi"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_two_browsers_see_each_other_across_two_workers(
    serving: Any, ada: Person, bob: Person, ways: tuple[str, str], interface: str
) -> None:
    # Without WebSockets the page takes events by itself.
    forced = ["events" if way == "events" and interface != "wsgi" else "" for way in ways]
    room = f"tea-{uuid4().hex[:8]}"
    with serving("--workers", "2", "--interface", interface) as address:
        ada.enter(address, room, forced[0])
        hers = ada.process(ways[0])
        bob.enter(address, room, forced[1])
        while (his := bob.process(ways[1])) == hers:
            # The other worker has to accept the connection.
            bob.driver.refresh()
        assert his != hers
        ada.sees_members("ada", "bob")
        bob.sees_members("ada", "bob")

        ada.say("<b>hello</b>")
        bob.sees("ada: <b>hello</b>")
        bob.say("hi")
        ada.sees("bob: hi")

        bob.leave()
        ada.sees("bob left")
        ada.sees_members("ada")
        ada.say("still there?")
        ada.sees("ada: still there?")
        bob.driver.back()
        bob.sees("ada: still there?")
        # What he saw before is there too, and once.
        assert sum(line.endswith("ada: <b>hello</b>") for line in bob.lines()) == 1
        refused = [] if interface != "wsgi" else ["426"]
        for person in (ada, bob):
            others = [text for text in person.complaints() if not any(map(text.count, refused))]
            assert others == []
            person.leave()
