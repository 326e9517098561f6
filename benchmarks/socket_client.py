"""A client of very many WebSockets, as cheap as Python has it, so that the server is what is slow.

python -m benchmarks.socket_client PORT PID {echo|idle|broadcast} prints JSON. PID is the server's,
whose memory and processor time is looked at.

It writes frames by hand (RFC 6455) and counts the bytes that come back: a message of 32 bytes is a
frame of 38 bytes to the server and of 34 back. It asks for no compression.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from time import perf_counter
from typing import Any

import uvloop

from .processes import processor_seconds
from .processes import resident as resident_memory

PAYLOAD = b"a message of exactly 32 bytes..."
#: A mask of zeros leaves the payload as it is.
FRAME = b"\x81\xa0\0\0\0\0" + PAYLOAD
ANSWER = b"\x81\x20" + PAYLOAD
HANDSHAKE = (
    b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ECHOING, IDLE, SUBSCRIBERS = 64, 2000, 1000
#: How many connections are opened at once.
WAVE = 50


class Connection(asyncio.Protocol):
    """One WebSocket."""

    def __init__(self, path: bytes) -> None:
        self._path = path
        self._head = b""
        self._pending = 0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = 0
        self.on_message: Any = None

    def connection_made(self, transport: Any) -> None:
        """Ask for the WebSocket."""
        self._transport = transport
        transport.write(HANDSHAKE % self._path)

    def data_received(self, data: bytes) -> None:
        """Take the server's agreement, and then messages."""
        if not self.opened.done():
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(head.decode("latin1")))
                return
            self.opened.set_result(None)
        self._pending += len(data)
        while self._pending >= len(ANSWER):
            self._pending -= len(ANSWER)
            self.received += 1
            if self.on_message is not None:
                self.on_message(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Say so to who waits for it to open."""
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))

    def send(self, *_: Any) -> None:
        """Send the message."""
        self._transport.write(FRAME)


async def open_many(port: int, path: bytes, number: int) -> list[Connection]:
    """That many open WebSockets.

    Raises:
        ConnectionError: the server refuses one.
    """
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    for _ in range(number // WAVE + 1):
        wave = min(WAVE, number - len(connections))
        pairs = await asyncio.gather(
            *(
                loop.create_connection(lambda: Connection(path), "127.0.0.1", port)
                for _ in range(wave)
            )
        )
        await asyncio.gather(*(connection.opened for _, connection in pairs))
        connections += (connection for _, connection in pairs)
    return connections


async def echo(port: int, pid: int, seconds: float = 2) -> dict[str, float]:
    """Messages a second, each connection waiting for the answer before it sends again."""
    connections = await open_many(port, b"/echo", ECHOING)
    for connection in connections:
        connection.on_message = Connection.send
        connection.send()
    await asyncio.sleep(0.3)
    before, used, begin = _received(connections), processor_seconds(pid), perf_counter()
    await asyncio.sleep(seconds)
    number = _received(connections) - before
    return {
        "rate": number / (perf_counter() - begin),
        "cpu": (processor_seconds(pid) - used) / number * 1e6,
    }


async def idle(port: int, pid: int) -> dict[str, float]:
    """KiB of the server's memory for a connection that is open and silent."""
    # The first one loads what every one needs.
    first = await open_many(port, b"/echo", 1)
    await asyncio.sleep(0.5)
    before = resident_memory(pid)
    connections = await open_many(port, b"/echo", IDLE)
    await asyncio.sleep(1)
    memory = resident_memory(pid) - before
    assert all(connection.opened.done() for connection in first + connections)
    return {"memory": memory * 1024 / IDLE}


async def broadcast(port: int, pid: int, times: int = 30) -> dict[str, float]:
    """Deliveries a second, where one connection sends and all receive."""
    connections = await open_many(port, b"/broadcast", SUBSCRIBERS)
    # A subscription may begin a little after the connection.
    await asyncio.sleep(1)
    for _ in range(3):
        await _one_to_all(connections)
    used, begin = processor_seconds(pid), perf_counter()
    for _ in range(times):
        await _one_to_all(connections)
    number = times * SUBSCRIBERS
    return {
        "rate": number / (perf_counter() - begin),
        "cpu": (processor_seconds(pid) - used) / number * 1e6,
    }


async def _one_to_all(connections: list[Connection]) -> None:
    done = asyncio.get_running_loop().create_future()
    missing = len(connections)

    def received(_: Connection) -> None:
        nonlocal missing
        missing -= 1
        if not missing:
            done.set_result(None)

    for connection in connections:
        connection.on_message = received
    connections[0].send()
    await asyncio.wait_for(done, 10)


def _received(connections: list[Connection]) -> int:
    return sum(connection.received for connection in connections)


def main() -> None:
    """Do what the command line says."""
    port, pid, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tasks = {"echo": echo, "idle": idle, "broadcast": broadcast}
    print(json.dumps(uvloop.run(tasks[what](port, pid))))


if __name__ == "__main__":
    main()
