"""ASGI 3, inside one coroutine of one running loop: nothing waits unless the program makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter_ns
from typing import Any

from ..messages import Answer, Message

Application = Callable[..., Awaitable[None]]


class ASGIDriver:
    """Calls an ASGI program in an event loop of its own, which it has told that serving begins."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._lifespan = Lifespan(application)
        self._wait(self._lifespan.start())

    def ask(self, message: Message) -> Answer:
        """See Driver."""
        sent: list[Any] = []

        async def send(part: Any) -> None:
            sent.append(part)

        self._wait(self._application(scope_of(message), Receive(message.body), send))
        start, *bodies = sent
        fields = (
            (name.decode("latin1"), value.decode("latin1")) for name, value in start["headers"]
        )
        return Answer(start["status"], fields, b"".join(part.get("body", b"") for part in bodies))

    def run(self, messages: Sequence[Message], times: int) -> int:
        """See Driver."""
        taken: int = self._wait(self._run(messages, times))
        return taken

    async def _run(self, messages: Sequence[Message], times: int) -> int:
        application = self._application
        calls = [
            (scope_of(message), Receive(message.body)) for _ in range(times) for message in messages
        ]
        begin = perf_counter_ns()
        for scope, receive in calls:
            await application(scope, receive, send)
        return perf_counter_ns() - begin

    def close(self) -> None:
        """See Driver."""
        self._wait(self._lifespan.stop())
        self._loop.close()

    def _wait(self, awaitable: Any) -> Any:
        return self._loop.run_until_complete(awaitable)


async def send(part: Any) -> None:
    """Take a part of an answer, and forget it."""


class Receive:
    """What a client sends: a body in one piece, and then nothing, for it waits for the answer."""

    __slots__ = ("_body", "_sent")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._sent = False

    async def __call__(self) -> dict[str, Any]:
        if self._sent:
            await asyncio.get_running_loop().create_future()
        self._sent = True
        return {"type": "http.request", "body": self._body, "more_body": False}


def scope_of(message: Message) -> dict[str, Any]:
    """The request as a server hands it over."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "method": message.method,
        "root_path": "",
        "path": message.path,
        "raw_path": message.path.encode(),
        "query_string": message.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in message.fields],
        "state": {},
    }


class Lifespan:
    """The start and the end of serving, for programs that ask for them."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tell the program that serving begins.

        Raises:
            RuntimeError: it says that it cannot.
        """
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.create_task(self._run(scope))
        reply = await self._tell("lifespan.startup")
        if reply["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"The program does not start: {reply.get('message')}")

    async def stop(self) -> None:
        """Tell the program that serving ends."""
        if self._task is not None and not self._task.done():
            await self._tell("lifespan.shutdown")
            await self._task

    async def _tell(self, kind: str) -> dict[str, Any]:
        self._incoming.put_nowait({"type": kind})
        return await self._replies.get()

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._application(scope, self._incoming.get, self._replies.put)
        except Exception:
            # The protocol's way to say that a program does not care.
            self._replies.put_nowait({"type": "lifespan.unsupported"})
