"""Channels as server-sent events: what is missed is replayed, and who left is gone."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from quaff import EventStream, Quaff, request
from quaff.channels import Channels
from quaff.testing import QuaffClient

PATIENCE = 10.0


class News:
    """An application that streams the room "news", plainly or asynchronously."""

    def __init__(self, app: Quaff, kind: str) -> None:
        self.channel = Channels(app)
        self.closed = threading.Event()
        make: Any = self._plain if kind == "plain" else self._async
        app.add_url_rule("/", "news", lambda: EventStream(make(request.last_event_id)))

    def _plain(self, since: str | None) -> Iterator[Any]:
        try:
            with self.channel.subscribe("news", since=since or "") as messages:
                for message in messages:
                    yield {"data": message.data, "id": message.id}
        finally:
            self.closed.set()

    async def _async(self, since: str | None) -> AsyncIterator[Any]:
        try:
            async with self.channel.subscribe("news", since=since or "") as messages:
                async for message in messages:
                    yield {"data": message.data, "id": message.id}
        finally:
            self.closed.set()


@pytest.fixture(params=["memory", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the messages go; the test runs for each backend."""
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")


@pytest.fixture(params=["plain", "async"])
def news(request: pytest.FixtureRequest, app: Quaff, url: str) -> Iterator[News]:
    app.config.update(CHANNELS_URL=url, CHANNELS_PREFIX=f"test-{uuid4().hex}")
    with app.test_app():
        yield News(app, request.param)


def test_messages_come_as_events(news: News, client: QuaffClient) -> None:
    first = news.channel.publish("news", {"n": 1})
    with client.events("/") as events:
        event = next(events)
        assert (event.data, event.id) == ('{"n":1}', first)
        news.channel.publish("news", {"n": 2})
        assert next(events).data == '{"n":2}'
    with client.events("/", last_event_id=first) as events:
        assert next(events).data == '{"n":2}'


def test_who_waits_in_a_quiet_room_and_goes_away_is_gone(news: News, client: QuaffClient) -> None:
    news.channel.publish("news", 1)
    with client.events("/") as events:
        assert next(events).data == "1"
    # Nobody publishes anything more, and yet the generator ends.
    assert news.closed.wait(PATIENCE)
    assert not news.channel._hub._loops
