"""A server that speaks RSGI 1.6 with an application, in memory; it does what Granian does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]
from werkzeug.datastructures import Headers as WerkzeugHeaders

from ..http.websocket import WebSocketDisconnect
from . import websocket
from .exchange import Answer, ClientGone, Exchange, IncomingMessage
from .websocket import Accepted, Refused, Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Headers = list[tuple[str, str]]


def call(application: Any, environ: WSGIEnvironment, buffered: bool) -> Answer:
    """The response of an RSGI application to a request that is given as WSGI has it.

    Raises:
        Exception: what the application raises.
    """
    message = IncomingMessage(environ)
    exchange = Exchange()
    coroutine = _converse(application, RSGIScope(message), RSGIProtocol(message, exchange))
    return exchange.answer(coroutine, buffered)


async def _converse(application: Any, scope: RSGIScope, protocol: RSGIProtocol) -> None:
    await application.__rsgi__(scope, protocol)
    await protocol.deliver()


class RSGIHeaders:
    """Header fields whose names are found in any case."""

    def __init__(self, pairs: Headers) -> None:
        self._pairs = pairs

    def __contains__(self, key: str) -> bool:
        return key.lower() in self.keys()

    def keys(self) -> list[str]:
        """The names in lower case, each once."""
        return list(dict(self._pairs))

    def values(self) -> list[str]:
        """All values."""
        return [value for _, value in self._pairs]

    def items(self) -> Headers:
        """All fields; a name may come several times."""
        return list(self._pairs)

    def get(self, key: str, default: Any = None) -> Any:
        """The first value of a name."""
        return next(iter(self.get_all(key)), default)

    def get_all(self, key: str) -> list[str]:
        """All values of a name."""
        return [value for name, value in self._pairs if name == key.lower()]


class RSGIScope:
    """What an RSGI server says of a request."""

    #: "http" or "ws".
    proto = "http"
    rsgi_version = "1.6"

    def __init__(self, message: IncomingMessage) -> None:
        self.http_version = message.http_version
        self.method = message.method
        self.scheme = message.scheme
        self.path = message.path
        self.query_string = message.query_string
        self.server = f"{message.server[0]}:{message.server[1]}"
        self.client = f"{message.client[0]}:{message.client[1]}" if message.client else ""
        #: The host in HTTP/2's pseudo header; HTTP/1 has a Host field instead.
        self.authority: str | None = None
        self.headers = RSGIHeaders(message.headers)


class RSGIProtocol:
    """Reading a request's body and answering it."""

    def __init__(self, message: IncomingMessage, exchange: Exchange) -> None:
        self._message = message
        self._exchange = exchange
        self._whole: tuple[int, Headers, bytes] | None = None
        self._transport: RSGIStreamTransport | None = None

    async def __call__(self) -> bytes:
        """The whole body; ProtocolError if it was cut short."""
        if self._message.is_cut:
            raise ProtocolError("The connection was closed before the body was complete.")
        return self._message.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # One that was cut short just ends here.
        for piece in self._message.body_pieces():
            yield piece

    async def client_disconnect(self) -> None:
        """Wait until the client goes away or has the response."""
        await self._exchange.over.wait()

    def response_empty(self, status: int, headers: Headers) -> None:
        """Answer without a body."""
        self._answer(status, headers, b"")

    def response_str(self, status: int, headers: Headers, body: str) -> None:
        """Answer with text."""
        self.response_bytes(status, headers, body.encode())

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer with bytes, and with their number if no field gives it.

        A second answer is ignored.
        """
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("content-length", str(len(body)))]
        self._answer(status, headers, body)

    def _answer(self, status: int, headers: Headers, body: bytes) -> None:
        if self._whole is None and self._transport is None:
            self._whole = (status, headers, body)

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Answer with a file, or with 404 if there is none."""
        self._respond_file(status, headers, file, 0, None)

    def response_file_range(
        self, status: int, headers: Headers, file: str, start: int, end: int
    ) -> None:
        """Answer with the bytes of a file from `start` up to, not including, `end`."""
        self._respond_file(status, headers, file, start, end)

    def _respond_file(
        self, status: int, headers: Headers, file: str, start: int, end: int | None
    ) -> None:
        try:
            with open(file, "rb") as opened:
                body = opened.read()[start:end]
        except OSError:
            self.response_bytes(404, [], b"Not found")
        else:
            self.response_bytes(status, headers, body)

    def response_stream(self, status: int, headers: Headers) -> RSGIStreamTransport:
        """Begin an answer whose body follows piece by piece."""
        self._transport = RSGIStreamTransport(status, headers, self._exchange)
        return self._transport

    async def deliver(self) -> None:
        """Send what the application left to the server."""
        if self._whole is not None:
            status, headers, body = self._whole
            await self._exchange.begin(status, headers)
            await self._exchange.add(body)
            self._exchange.finish()
        elif self._transport is not None:
            await self._transport.begin()


class RSGIStreamTransport:
    """Sending a body piece by piece."""

    def __init__(self, status: int, headers: Headers, exchange: Exchange) -> None:
        self._head: tuple[int, Headers] | None = (status, headers)
        self._exchange = exchange

    async def begin(self) -> None:
        """Send the head, if that has not happened yet."""
        if self._head is not None:
            head, self._head = self._head, None
            await self._exchange.begin(*head)

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes; ProtocolClosed if the client has gone away."""
        await self.begin()
        try:
            await self._exchange.add(data)
        except ClientGone as error:
            raise ProtocolClosed from error

    async def send_str(self, data: str) -> None:
        """Send text; ProtocolClosed if the client has gone away."""
        await self.send_bytes(data.encode())


def connect(application: Any, environ: WSGIEnvironment, subprotocols: tuple[str, ...]) -> Any:
    """A connection to a WebSocket of an RSGI application, or how it was refused.

    The subprotocols are in the header fields only, as they are with Granian.
    """
    scope = RSGIScope(IncomingMessage(environ))
    scope.proto = "ws"

    def converse(wire: Wire) -> Any:
        return lambda: application.__rsgi__(scope, RSGIWebsocketProtocol(wire))

    return websocket.connect(converse)


class RSGIWebsocketMessage:
    """A message; its kind is 0 for a close, 1 for bytes, 2 for text."""

    def __init__(self, kind: int, data: str | bytes | None) -> None:
        self.kind = kind
        self.data = data


class RSGIWebsocketProtocol:
    """Accepting or refusing a WebSocket, and carrying its messages."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._accepted = False

    async def accept(self) -> RSGIWebsocketProtocol:
        """Accept the connection, and return what carries the messages."""
        self._accepted = True
        self._wire.outgoing.put_nowait(Accepted(None, WerkzeugHeaders()))
        return self

    def close(self, status: int | None = None) -> None:
        """Refuse the connection with a status, or end it; neither code nor reason is sent."""
        if self._wire.closed:
            return
        self._wire.closed = True
        if self._accepted:
            self._wire.outgoing.put_nowait(WebSocketDisconnect(1005))
        else:
            self._wire.outgoing.put_nowait(Refused(status or 403, WerkzeugHeaders(), b""))

    async def receive(self) -> RSGIWebsocketMessage:
        """The next message."""
        message = await self._wire.incoming.get()
        if isinstance(message, WebSocketDisconnect):
            self._wire.closed = True
            self._wire.incoming.put_nowait(message)
            return RSGIWebsocketMessage(0, None)
        return RSGIWebsocketMessage(2 if isinstance(message, str) else 1, message)

    async def send_str(self, data: str) -> None:
        """Send text; ProtocolClosed if the client has gone away."""
        self._send(data)

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes; ProtocolClosed if the client has gone away."""
        self._send(data)

    def _send(self, data: str | bytes) -> None:
        if self._wire.closed:
            raise ProtocolClosed
        self._wire.outgoing.put_nowait(data)
