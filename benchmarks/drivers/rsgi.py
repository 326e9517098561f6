"""RSGI, Granian's own protocol, with scope and protocol written in Python."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter_ns
from typing import Any

from ..messages import Answer, Message


class RSGIDriver:
    """Calls an RSGI program in an event loop of its own, which it has told that serving begins."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        if hasattr(application, "__rsgi_init__"):
            application.__rsgi_init__(self._loop)

    def ask(self, message: Message) -> Answer:
        """See Driver."""
        protocol = KeepingProtocol(message.body)
        self._loop.run_until_complete(self._application.__rsgi__(RSGIScope(message), protocol))
        return Answer(protocol.status, protocol.fields, protocol.content)

    def run(self, messages: Sequence[Message], times: int) -> int:
        """See Driver."""
        return self._loop.run_until_complete(self._run(messages, times))

    async def _run(self, messages: Sequence[Message], times: int) -> int:
        handle = self._application.__rsgi__
        calls = [
            (RSGIScope(message), RSGIProtocol(message.body))
            for _ in range(times)
            for message in messages
        ]
        begin = perf_counter_ns()
        for scope, protocol in calls:
            await handle(scope, protocol)
        return perf_counter_ns() - begin

    def close(self) -> None:
        """See Driver."""
        if hasattr(self._application, "__rsgi_del__"):
            self._application.__rsgi_del__(self._loop)
        self._loop.close()


class RSGIHeaders:
    """Header fields."""

    __slots__ = ("_fields", "_first")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields
        self._first = dict(reversed(fields))

    def items(self) -> list[tuple[str, str]]:
        """All fields."""
        return self._fields

    def keys(self) -> list[str]:
        """The names."""
        return list(self._first)

    def values(self) -> list[str]:
        """The values of all fields."""
        return [value for _, value in self._fields]

    def get(self, name: str, default: Any = None) -> Any:
        """The first field of that name."""
        return self._first.get(name, default)

    def get_all(self, name: str) -> list[str]:
        """All fields of that name."""
        return [value for field, value in self._fields if field == name]

    def __getitem__(self, name: str) -> str:
        return self._first[name]

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._fields)


class RSGIScope:
    """The request as a server hands it over."""

    __slots__ = ("headers", "method", "path", "query_string")

    proto = "http"
    rsgi_version = "1.6"
    http_version = "1.1"
    scheme = "http"
    server = "127.0.0.1:8000"
    client = "127.0.0.1:50000"
    authority = None

    def __init__(self, message: Message) -> None:
        self.method = message.method
        self.path = message.path
        self.query_string = message.query
        self.headers = RSGIHeaders(message.fields)


class RSGIProtocol:
    """Takes an answer, and forgets it."""

    __slots__ = ("_body", "content", "fields", "status")

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> Any:
        yield self._body

    async def client_disconnect(self) -> None:
        """Wait for the client to go away, which it does not."""
        await asyncio.get_running_loop().create_future()

    def response_empty(self, status: int, headers: Any) -> None:
        """Answer without a body."""

    def response_str(self, status: int, headers: Any, body: str) -> None:
        """Answer with a text."""

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        """Answer with bytes."""

    def response_file(self, status: int, headers: Any, file: str) -> None:
        """Answer with a file, which the server reads."""

    def response_file_range(
        self, status: int, headers: Any, file: str, start: int, end: int
    ) -> None:
        """Answer with the bytes of a file from `start` up to, not including, `end`."""

    def response_stream(self, status: int, headers: Any) -> Any:
        """Answer with what is sent to the object returned."""
        return self

    async def send_bytes(self, data: bytes) -> None:
        """Send a piece of a stream."""

    async def send_str(self, data: str) -> None:
        """Send a piece of a stream."""


class KeepingProtocol(RSGIProtocol):
    """Takes an answer, and keeps it."""

    __slots__ = ()

    def response_empty(self, status: int, headers: Any) -> None:
        self.response_bytes(status, headers, b"")

    def response_str(self, status: int, headers: Any, body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.fields = headers
        self.content = body

    def response_file(self, status: int, headers: Any, file: str) -> None:
        with open(file, "rb") as opened:
            self.response_bytes(status, headers, opened.read())

    def response_file_range(
        self, status: int, headers: Any, file: str, start: int, end: int
    ) -> None:
        with open(file, "rb") as opened:
            opened.seek(start)
            self.response_bytes(status, headers, opened.read(end - start))

    def response_stream(self, status: int, headers: Any) -> Any:
        self.response_bytes(status, headers, b"")
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.content += data

    async def send_str(self, data: str) -> None:
        self.content += data.encode()
