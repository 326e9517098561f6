"""A Redis server that is stopped and started again, and rooms that nobody speaks in any more."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Disconnected

from quaff import Quaff
from quaff.channels import Channels
from quaff.channels.memory import MemoryBackend
from tests.services import accepts, free_port, program, running

PATIENCE = 20


class Server:
    """A Redis server of a test's own, which keeps what it knows in a folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        serve = [program("redis-server"), "--bind", "127.0.0.1", "--port", str(self.port)]
        serve += ["--save", "", "--dir", str(self._folder)]
        ready = running(
            serve, self._folder / "log", lambda: accepts(self.port, b"PING\r\n", b"+PONG")
        )
        self._running.enter_context(ready)

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def channels_of(app: Quaff, server: Server) -> Channels:
    app.config["CHANNELS_URL"] = server.url
    return Channels(app)


async def when(happens: Any) -> Any:
    """The result of a function once it gives one, although Redis is away at first."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if result := await happens():
                    return result
            except Disconnected:
                pass
            await asyncio.sleep(0.01)


def test_a_server_that_comes_back_empty(
    app: Quaff, server: Server, logged: pytest.LogCaptureFixture
) -> None:
    channel = channels_of(app, server)

    async def main() -> None:
        async with channel.subscribe("tea") as messages:
            await channel.join("tea", "ada")
            await asyncio.to_thread(server.stop)
            with pytest.raises(Disconnected):
                await channel.publish("tea", "nobody hears it")
            await asyncio.to_thread(server.start)
            # Nothing was heard before the break, and yet nothing is lost behind it.
            await when(lambda: channel.publish("tea", "again"))
            async with asyncio.timeout(PATIENCE):
                assert (await anext(messages)).data == "again"
            assert await when(lambda: channel.members("tea")) == ["ada"]
        await channel.close()

    asyncio.run(main())
    assert [record.levelname for record in logged.records] == ["WARNING", "INFO"]


def test_what_is_said_in_a_quiet_room_during_a_break(app: Quaff, server: Server) -> None:
    channel, other = channels_of(app, server), channels_of(Quaff("other"), server)

    async def main() -> None:
        await channel.publish("tea", "before")
        async with channel.subscribe("tea") as messages:
            kill = ["CLIENT", "KILL", "TYPE", "pubsub"]
            await asyncio.to_thread(command, server.port, *kill)
            await other.publish("tea", "meanwhile")
            async with asyncio.timeout(PATIENCE):
                assert (await anext(messages)).data == "meanwhile"
        await other.close()
        await channel.close()

    asyncio.run(main())


def command(port: int, *words: str) -> bytes:
    """What Redis answers."""
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(f"{' '.join(words)}\r\n".encode())
        return connection.recv(64)


def test_rooms_that_are_silent_for_a_day_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("quaff.channels.memory.monotonic", lambda: now)
    backend = MemoryBackend(lambda room, id, data: None, history=10)

    async def kept() -> list[str]:
        rooms = [f"room {number}" for number in range(3)]
        return [room for room in rooms if await backend.history(room, None, None)]

    async def main() -> None:
        nonlocal now
        for number in range(3):
            await backend.publish(f"room {number}", b"1")
        now = 60 * 60 * 23
        await backend.publish("room 0", b"2")
        assert len(await kept()) == 3
        now = 60 * 60 * 24 + 1
        await backend.publish("elsewhere", b"3")
        assert await kept() == ["room 0"]

    asyncio.run(main())
