"""The client's end of a WebSocket, without a server."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator
from os import urandom
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from werkzeug.datastructures import Headers

from ..bridge import run
from ..http.websocket import ABNORMAL, NORMAL, Message, WebSocketDisconnect

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

__all__ = ["WebSocketRefused", "WebSocketTester"]

#: Seconds that a test waits for a message.
PATIENCE = 5.0
#: Seconds that a view has to end after it has closed the connection.
ENDING = 0.5


class Accepted(NamedTuple):
    """The application has accepted the connection."""

    subprotocol: str | None
    headers: Headers


class Refused(NamedTuple):
    """The application has answered with a response instead."""

    status: int
    headers: Headers
    body: bytes


class WebSocketRefused(Exception):
    """The application did not accept the connection.

    Args:
        response: what it answered instead.
    """

    def __init__(self, response: TestResponse) -> None:
        super().__init__(f"The WebSocket was refused: {response.status}.")
        self.response = response


class Wire:
    """What carries messages between an application on the background loop and a test."""

    def __init__(self) -> None:
        #: To the application; an exception tells it that the test has closed the connection.
        self.incoming: asyncio.Queue[Message | WebSocketDisconnect] = asyncio.Queue()
        #: To the test; an exception tells it how the conversation ended.
        self.outgoing: asyncio.Queue[Accepted | Refused | Message | BaseException] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None
        self.closed = False
        #: Whether the test has cancelled the application, which waited for something else.
        self.cancelled = False

    async def start(self, application: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let the application run."""
        self.task = asyncio.create_task(self._work(application))

    async def _work(self, application: Callable[[], Coroutine[Any, Any, None]]) -> None:
        end: BaseException = WebSocketDisconnect(ABNORMAL, "The application has ended.")
        try:
            await application()
        except BaseException as error:
            if not (self.cancelled and isinstance(error, asyncio.CancelledError)):
                end = error
        self.closed = True
        self.outgoing.put_nowait(end)

    async def take(self, timeout: float) -> Accepted | Refused | Message:
        """What the application does next.

        Raises:
            WebSocketDisconnect: it closed the connection.
            TimeoutError: it did nothing in time.
            BaseException: it raised this.
        """
        item = await asyncio.wait_for(self.outgoing.get(), timeout)
        if not isinstance(item, BaseException):
            return item
        if isinstance(item, WebSocketDisconnect) and self.task is not None:
            # An error that closed the connection says more than the close.
            await asyncio.wait({self.task}, timeout=ENDING)
            while not self.outgoing.empty():
                other = self.outgoing.get_nowait()
                if isinstance(other, BaseException) and not isinstance(other, WebSocketDisconnect):
                    item = other
        self.outgoing.put_nowait(item)  # Whoever asks again is told again.
        raise item

    async def hang_up(self, code: int, reason: str) -> None:
        """Close the connection, and let the application end, or cancel it as it would be."""
        self.incoming.put_nowait(WebSocketDisconnect(code, reason))
        assert self.task is not None
        _, working = await asyncio.wait({self.task}, timeout=ENDING)
        for task in working:
            self.cancelled = task.cancel()
        if working:
            await asyncio.wait(working, timeout=PATIENCE)


class WebSocketTester:
    """A WebSocket connection to an application under test, for a `with` block.

    Args:
        wire: what carries the messages.
        accepted: how the application accepted the connection.
    """

    def __init__(self, wire: Wire, accepted: Accepted) -> None:
        self._wire = wire
        self._open = True
        #: The subprotocol that the application chose.
        self.subprotocol = accepted.subprotocol
        #: The further header fields of the acceptance.
        self.headers = accepted.headers

    def send(self, message: Message) -> None:
        """Send text or bytes."""
        run(self._put(message))

    async def _put(self, message: Message) -> None:
        self._wire.incoming.put_nowait(message)

    def send_json(self, value: Any) -> None:
        """Send a value as JSON."""
        self.send(json.dumps(value))

    def receive(self, timeout: float = PATIENCE) -> Message:
        """The next message.

        Args:
            timeout: seconds to wait for it.

        Raises:
            WebSocketDisconnect: the application has closed the connection.
            TimeoutError: none came in time.
            Exception: what the application propagates.
        """
        message = run(self._wire.take(timeout))
        assert isinstance(message, str | bytes)
        return message

    def receive_json(self, timeout: float = PATIENCE) -> Any:
        """The next message, which is JSON."""
        return json.loads(self.receive(timeout))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close the connection, and wait for the end of the view."""
        if self._open:
            self._open = False
            run(self._wire.hang_up(code, reason))

    def __iter__(self) -> Iterator[Message]:
        try:
            while True:
                yield self.receive()
        except WebSocketDisconnect:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if error is None:
            self._raise_what_remains()

    def _raise_what_remains(self) -> None:
        """Raise what the application raised, if nobody has seen it yet."""
        try:
            while True:
                run(self._wire.take(ENDING))
        except (WebSocketDisconnect, TimeoutError):
            return


def handshake(subprotocols: tuple[str, ...]) -> list[tuple[str, str]]:
    """The header fields that ask for a WebSocket (RFC 6455, section 4.1)."""
    fields = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", b64encode(urandom(16)).decode()),
    ]
    if subprotocols:
        fields.append(("Sec-WebSocket-Protocol", ", ".join(subprotocols)))
    return fields


def connect(
    converse: Callable[[Wire], Callable[[], Coroutine[Any, Any, None]]],
) -> WebSocketTester | Refused:
    """Connect to an application.

    Args:
        converse: makes the application's call of the wire.

    Raises:
        Exception: what the application raised before it accepted.
    """
    wire = run(_wire(converse))
    try:
        first = run(wire.take(PATIENCE))
    except WebSocketDisconnect:
        first = Refused(403, Headers(), b"")
    if isinstance(first, Accepted):
        return WebSocketTester(wire, first)
    assert isinstance(first, Refused)
    return first


async def _wire(converse: Callable[[Wire], Callable[[], Coroutine[Any, Any, None]]]) -> Wire:
    wire = Wire()
    await wire.start(converse(wire))
    return wire
