"""Channels in memory and over a real Redis."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from time import time
from typing import Any
from uuid import uuid4

import pytest
import redis as redis_client
import redis.asyncio as redis_asyncio

from quaff import Quaff
from quaff.channels import Channels, Message
from quaff.channels.messages import order
from quaff.testing import QuaffClient

PATIENCE = 10


@pytest.fixture(params=["memory", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the messages go; the test runs for each backend."""
    if request.param == "memory":
        return "memory://"
    return str(request.getfixturevalue("redis_url"))


@pytest.fixture
def app(url: str) -> Quaff:
    """An application whose rooms are its own."""
    app = Quaff("example", static_folder=None)
    app.config.update(CHANNELS_URL=url, CHANNELS_PREFIX=f"test-{uuid4().hex}")
    return app


@pytest.fixture
def channel(app: Quaff) -> Iterator[Channels]:
    channel = Channels(app)
    yield channel
    channel.close()


def alone(work: Callable[[], Awaitable[Any]], channel: Channels) -> Any:
    """The result of async code on a loop of its own, as in a worker."""

    async def main() -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                return await work()
        finally:
            await channel.close()

    return asyncio.run(main())


async def next_of(messages: Any, count: int) -> list[Any]:
    """The data of the next messages."""
    async with asyncio.timeout(PATIENCE):
        return [(await anext(messages)).data for _ in range(count)]


def test_those_who_listen_hear_what_is_published(channel: Channels) -> None:
    async def main() -> None:
        async with channel.subscribe("a") as first, channel.subscribe("a", "b") as second:
            id = await channel.publish("a", {"text": "Grüße", "n": [1, None]})
            await channel.publish("b", "only for the second")
            await channel.publish("c", "for nobody")
            await channel.publish("a", 3)
            heard = await anext(first)
            assert heard == Message("a", {"text": "Grüße", "n": [1, None]}, id)
            assert await next_of(first, 1) == [3]
            assert await next_of(second, 3) == [heard.data, "only for the second", 3]

    alone(main, channel)


def test_plain_code_publishes_and_listens(channel: Channels) -> None:
    ready = threading.Event()
    heard: list[Any] = []

    def listen() -> None:
        with channel.subscribe("room") as messages:
            ready.set()
            for message in messages:
                heard.append(message.data)
                if message.data == "end":
                    break

    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(PATIENCE)
    for word in ("one", "two", "end"):
        assert isinstance(channel.publish("room", word), str)
    thread.join(PATIENCE)
    assert heard == ["one", "two", "end"]


def test_a_forgotten_await_loses_no_message(channel: Channels) -> None:
    async def main() -> None:
        async with channel.subscribe("room") as messages:
            channel.publish("room", "sent")
            assert await next_of(messages, 1) == ["sent"]

    alone(main, channel)


def test_views_hooks_and_tasks_publish(app: Quaff, channel: Channels, client: QuaffClient) -> None:
    async def task() -> None:
        await channel.publish("room", "task")

    @app.get("/plain")
    def plain() -> str:
        channel.publish("room", "plain")
        return ""

    @app.get("/async")
    async def later() -> str:
        await channel.publish("room", "async")
        app.add_background_task(task)
        return ""

    with app.test_app():
        client.get("/plain")
        client.get("/async")
    assert [message.data for message in channel.history("room")] == ["plain", "async", "task"]


def test_the_history(channel: Channels, app: Quaff) -> None:
    app.config["CHANNELS_HISTORY"] = 3
    ids = [channel.publish("room", number) for number in range(5)]
    assert sorted(ids, key=order) == ids
    assert channel.history("room") == [Message("room", number, ids[number]) for number in (2, 3, 4)]
    assert [message.data for message in channel.history("room", limit=2)] == [3, 4]
    assert channel.history("room", limit=0) == []
    assert [message.data for message in channel.history("room", since=ids[3])] == [4]
    assert channel.history("room", since=ids[4]) == []
    assert channel.history("nowhere") == []


@pytest.mark.parametrize("since", ["", "nonsense", "1-2-x", "1-2-3", "-", "9" * 20, "9" * 50, "٣"])
def test_what_is_no_id_stands_for_the_beginning(channel: Channels, since: str) -> None:
    channel.publish("room", "one")
    assert [message.data for message in channel.history("room", since=since)] == ["one"]


def test_a_subscription_replays_what_it_missed_and_goes_on(channel: Channels) -> None:
    async def main() -> None:
        ids = [await channel.publish("room", number) for number in range(4)]
        async with channel.subscribe("room", since=ids[1]) as messages:
            await channel.publish("room", 4)
            assert await next_of(messages, 3) == [2, 3, 4]
        async with channel.subscribe("room", since="") as messages:
            assert await next_of(messages, 5) == [0, 1, 2, 3, 4]

    alone(main, channel)


def test_nothing_is_lost_or_doubled_between_replay_and_life(channel: Channels) -> None:
    async def main() -> None:
        await channel.publish("room", -1)

        async def talk() -> None:
            for number in range(50):
                await channel.publish("room", number)

        talking = asyncio.create_task(talk())
        async with channel.subscribe("room", since="") as messages:
            assert await next_of(messages, 51) == list(range(-1, 50))
        await talking

    alone(main, channel)


def test_a_slow_subscriber_loses_the_oldest_and_is_told(channel: Channels, app: Quaff) -> None:
    app.config["CHANNELS_QUEUE"] = 2

    async def main() -> None:
        async with channel.subscribe("room") as slow, channel.subscribe("room") as other:
            for number in range(5):
                await channel.publish("room", number)
                assert await next_of(other, 1) == [number]
            assert await next_of(slow, 2) == [3, 4]
            assert (slow.missed, other.missed) == (3, 0)

    alone(main, channel)


def test_who_has_left_hears_nothing(channel: Channels) -> None:
    async def main() -> None:
        async with channel.subscribe("room") as stays:
            async with channel.subscribe("room") as leaves:
                pass
            await channel.publish("room", "late")
            assert await next_of(stays, 1) == ["late"]
            assert not leaves._waiting
        assert channel._hub._loops == {}

    alone(main, channel)


def test_all_loops_of_a_process_hear(channel: Channels) -> None:
    ready = threading.Barrier(3)
    heard: list[Any] = []

    def work() -> None:
        async def main() -> None:
            async with channel.subscribe("room") as messages:
                await asyncio.to_thread(ready.wait, PATIENCE)
                heard.extend(await next_of(messages, 1))

        alone(main, channel)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    ready.wait(PATIENCE)
    channel.publish("room", "all")
    for thread in threads:
        thread.join(PATIENCE)
    assert heard == ["all", "all"]


def test_members(channel: Channels) -> None:
    channel.join("room", "Ada")
    channel.join("room", "Ben/1")
    channel.join("room", "Ada")
    assert channel.members("room") == ["Ada", "Ben/1"]
    channel.leave("room", "Ada")
    assert channel.members("room") == ["Ada", "Ben/1"]
    channel.leave("room", "Ada")
    channel.leave("room", "nobody")
    assert channel.members("room") == ["Ben/1"]
    channel.leave("room", "Ben/1")
    assert channel.members("room") == channel.members("elsewhere") == []


@pytest.mark.parametrize("message", [object(), {1, 2}])
def test_messages_are_json(channel: Channels, message: Any) -> None:
    if isinstance(message, set):
        channel.publish("room", message)  # The application's provider knows sets.
        assert sorted(channel.history("room")[0].data) == [1, 2]
    else:
        with pytest.raises(TypeError):
            channel.publish("room", message)


def test_rooms_are_strings(channel: Channels) -> None:
    for call in (
        lambda: channel.publish(1, ""),  # type: ignore[arg-type]
        lambda: channel.subscribe("a", None),  # type: ignore[arg-type]
        lambda: channel.members(b"a"),  # type: ignore[arg-type]
        lambda: channel.subscribe(),
    ):
        with pytest.raises(TypeError, match="name of a room"):
            call()


def test_a_subscription_is_used_in_its_block_and_once(channel: Channels) -> None:
    async def main() -> None:
        messages = channel.subscribe("room")
        with pytest.raises(RuntimeError, match="inside of its block"):
            await anext(messages)
        async with messages:
            pass
        with pytest.raises(RuntimeError, match="used already"):
            await messages.__aenter__()

    alone(main, channel)


def test_an_url_that_nothing_carries(app: Quaff) -> None:
    app.config["CHANNELS_URL"] = "amqp://localhost"
    with pytest.raises(ValueError, match=r"'amqp://localhost', but .* redis://"):
        Channels(app).publish("room", "")


def test_without_an_application() -> None:
    with pytest.raises(RuntimeError, match=r"init_app\(app\)"):
        Channels().publish("room", "")


# -- over Redis only -----------------------------------------------------------------------------


@pytest.fixture
def other_worker(app: Quaff, redis_url: str) -> Callable[[], Channels]:
    """Channels as another process has them."""

    def make() -> Channels:
        other = Quaff("example", static_folder=None)
        other.config.update(CHANNELS_URL=redis_url, CHANNELS_PREFIX=app.config["CHANNELS_PREFIX"])
        return Channels(other)

    return make


over_redis = pytest.mark.parametrize("url", ["redis"], indirect=True)


def test_who_leaves_while_it_enters_makes_nobody_deaf(channel: Channels) -> None:
    async def listen() -> Any:
        async with channel.subscribe("room") as messages:
            return await next_of(messages, 1)

    async def main() -> None:
        for number in range(8):
            first = asyncio.create_task(listen())
            for _ in range(number % 4):
                await asyncio.sleep(0)
            second = asyncio.create_task(listen()) if number > 3 else None
            await asyncio.sleep(0)
            first.cancel()
            await asyncio.wait({first})
            second = second or asyncio.create_task(listen())
            while not second.done():
                await channel.publish("room", "heard")
                await asyncio.sleep(0.005)
            assert await second == ["heard"]
        assert channel._hub._loops == {}

    alone(main, channel)


@over_redis
def test_a_room_that_is_entered_while_the_connection_is_made_is_heard(
    channel: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe = redis_asyncio.client.PubSub.subscribe
    begun = asyncio.Event()

    async def slowly(self: Any, *names: Any) -> None:
        await subscribe(self, *names)
        if not begun.is_set():
            begun.set()
            await asyncio.sleep(0.1)

    monkeypatch.setattr(redis_asyncio.client.PubSub, "subscribe", slowly)

    async def main() -> None:
        async def first() -> Any:
            async with channel.subscribe("first") as messages:
                return await next_of(messages, 1)

        listening = asyncio.create_task(first())
        await begun.wait()
        async with channel.subscribe("second") as messages:
            await channel.publish("second", "late")
            assert await next_of(messages, 1) == ["late"]
        await channel.publish("first", "early")
        assert await listening == ["early"]

    alone(main, channel)


@over_redis
def test_workers_hear_each_other(channel: Channels, other_worker: Callable[[], Channels]) -> None:
    other = other_worker()

    async def main() -> None:
        async with channel.subscribe("room") as messages:
            await other.publish("room", "from afar")
            assert await next_of(messages, 1) == ["from afar"]
            await other.join("room", "Ben")
            await channel.join("room", "Ada")
            await channel.join("room", "Ben")
            assert await channel.members("room") == ["Ada", "Ben"]
            # A worker that ends takes its members with it, and only its own.
            await other.close()
            assert await channel.members("room") == ["Ada", "Ben"]
            await channel.leave("room", "Ben")
            assert await channel.members("room") == ["Ada"]

    alone(main, channel)


@over_redis
def test_members_of_a_dead_worker_expire(app: Quaff, channel: Channels, redis_url: str) -> None:
    key = f"{app.config['CHANNELS_PREFIX']}:members:{{room}}"
    with redis_client.Redis.from_url(redis_url) as server:
        server.zadd(key, {"ghost/dead": time() - 1, "Ben/alive": time() + 10})
        assert channel.members("room") == ["Ben"]
        channel.join("room", "Ada")
        assert channel.members("room") == ["Ada", "Ben"]
        assert server.zscore(key, "ghost/dead") is None


@over_redis
def test_a_broken_connection_heals_and_nothing_is_lost(
    app: Quaff,
    channel: Channels,
    redis_url: str,
    caplog: pytest.LogCaptureFixture,
    other_worker: Callable[[], Channels],
) -> None:
    caplog.set_level(logging.INFO, logger=app.name)

    def kill() -> None:
        with redis_client.Redis.from_url(redis_url) as server:
            server.client_kill_filter(_type="pubsub")

    async def heard() -> AsyncIterator[Any]:
        async with channel.subscribe("room") as messages:
            yield None
            async for message in messages:
                yield message.data

    async def main() -> None:
        other = other_worker()
        messages = heard()
        await anext(messages)
        await other.publish("room", "before")
        assert await anext(messages) == "before"
        await asyncio.to_thread(kill)
        for number in range(20):
            await other.publish("room", number)
        async with asyncio.timeout(PATIENCE):
            assert [await anext(messages) for _ in range(20)] == list(range(20))
        await messages.aclose()  # type: ignore[attr-defined]
        await other.close()

    alone(main, channel)
    assert "The connection to Redis broke" in caplog.text
    assert "The connection to Redis is back" in caplog.text


def test_without_redis_publishing_fails_and_listening_waits(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quaff.channels.redis.PATIENCE", 0.05)
    app = Quaff("example", static_folder=None)
    app.config["CHANNELS_URL"] = "redis://127.0.0.1:1"
    channel = Channels(app)

    async def main() -> None:
        with pytest.raises(redis_client.exceptions.ConnectionError):
            await channel.publish("room", "")
        async with channel.subscribe("room"):
            pass

    alone(main, channel)
    assert "Redis has not answered; 'room' waits for it." in caplog.text
