"""WebSockets on the development server, whose WSGI hands out the socket of a request.

wsproto knows the protocol; the conversation runs on the background loop, as async views do there.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from ..bridge import in_thread, make_home, run
from ..gateways.line import Line, hold
from ..gateways.wsgi import start
from ..http.websocket import ABNORMAL, WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from ..app import Quaff
    from ..http.response import Response
    from ..http.websocket import Message

__all__ = ["WithWebSockets"]

#: Where Werkzeug's server puts the socket of a request.
SOCKET = "werkzeug.socket"


class WithWebSockets:
    """The application for Werkzeug's development server, with its WebSockets.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or SOCKET not in environ:
            return self.app(environ, start_response)  # type: ignore[no-any-return]
        if self.app.plan.must_start:
            start(self.app.plan)
        response = run(self._converse(environ))
        if response is not None:
            return response(environ, start_response)
        # The server writes its log and a response, which reaches nobody; it takes that for a client
        # that has gone.
        with suppress(OSError):
            environ[SOCKET].shutdown(socket.SHUT_WR)
        start_response("101 Switching Protocols", [])
        return []

    async def _converse(self, environ: WSGIEnvironment) -> Response | None:
        make_home()
        plan = self.app.plan
        websocket = (plan.websocket_class or WebSocket)(environ)
        connection = SocketConnection(environ[SOCKET], websocket, plan.websocket_patience)
        websocket.connection = connection
        return await hold(plan, websocket, connection.line)


class SocketConnection:
    """Moves messages over a blocking socket, in threads.

    Args:
        sock: the socket, from which the request was read.
        websocket: what the connection belongs to.
        patience: as of Line.
    """

    def __init__(self, sock: socket.socket, websocket: WebSocket, patience: float | None) -> None:
        self._socket = sock
        self._websocket = websocket
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._parts: list[Message] = []
        self._size = 0
        self._events: list[Event] = []
        self.line = Line(self._next, patience)
        self.receive = self.line.receive

    async def accept(self, subprotocol: str | None, headers: list[tuple[str, str]]) -> None:
        """Accept the connection.

        Raises:
            BadRequest: the client's handshake is wrong.
        """
        fields = [
            (name.encode("latin1"), value.encode("latin1"))
            for name, value in self._websocket.headers
        ]
        try:
            self._protocol.initiate_upgrade_connection(fields, self._websocket.path)
        except RemoteProtocolError as error:
            raise BadRequest("The handshake of the WebSocket is not valid.") from error
        list(self._protocol.events())
        extra = [(name.encode("latin1"), value.encode("latin1")) for name, value in headers]
        await self._put(AcceptConnection(subprotocol=subprotocol, extra_headers=extra))

    async def _put(self, event: Event) -> None:
        try:
            data = self._protocol.send(event)
            await in_thread(self._socket.sendall, data)
        except (OSError, LocalProtocolError) as error:
            raise WebSocketDisconnect from error

    async def _next(self) -> Message:
        while True:
            while self._events:
                message = await self._taken(self._events.pop(0))
                if message is not None:
                    return message
            try:
                data = await in_thread(self._socket.recv, 65_536)
                self._protocol.receive_data(data or None)
                self._events.extend(self._protocol.events())
            except (OSError, RemoteProtocolError) as error:
                raise WebSocketDisconnect from error

    async def _taken(self, event: Event) -> Message | None:
        """The message that an event completes, if it does."""
        if isinstance(event, CloseConnection):
            if event.code != ABNORMAL:
                await self._put(event.response())
            raise WebSocketDisconnect(event.code, event.reason or "")
        if isinstance(event, Ping):
            await self._put(event.response())
        elif isinstance(event, TextMessage | BytesMessage):
            limit = self._websocket.max_size
            if limit is None or self._size <= limit:
                self._parts.append(event.data if isinstance(event.data, str) else bytes(event.data))
                self._size += len(event.data)
            if event.message_finished:
                parts, self._parts, self._size = self._parts, [], 0
                empty: Any = "" if isinstance(event, TextMessage) else b""
                return empty.join(parts)  # type: ignore[no-any-return]
        return None

    async def send(self, message: Message) -> None:
        """Send a message."""
        self.line.check()
        if isinstance(message, str):
            await self._put(TextMessage(data=message))
        else:
            await self._put(BytesMessage(data=message))

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        if self.line.ended is None:
            try:
                await self._put(CloseConnection(code=code, reason=reason))
            except WebSocketDisconnect:
                return
