"""WebSockets over RSGI 1.x.

NOTE: Granian's RSGI carries neither header fields nor a subprotocol with an acceptance, no codes
and reasons of closing, and no body with a refusal (measured on granian 2.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest

from ..http.websocket import WebSocket, WebSocketDisconnect
from .answers import Answer
from .line import Line, hold
from .rsgi import request_of

if TYPE_CHECKING:
    from ..http.websocket import Message
    from ..plan import Plan

#: The kind of a message that closes the connection.
CLOSING = 0
#: The close code where the other side gave none (RFC 6455, section 7.4.1).
NO_STATUS = 1005


class RSGIConnection:
    """Moves messages by an RSGI server's protocol and transport.

    Args:
        plan: for the application's log.
        protocol: the server's.
    """

    def __init__(self, plan: Plan, protocol: Any) -> None:
        self._plan = plan
        self._protocol = protocol
        self._transport: Any = None
        self.line = Line(self._next, plan.websocket_patience)
        self.receive = self.line.receive

    async def accept(self, subprotocol: str | None, headers: list[tuple[str, str]]) -> None:
        """Accept the connection.

        Raises:
            RuntimeError: a subprotocol is to be accepted, which RSGI cannot say.
        """
        if subprotocol is not None:
            raise RuntimeError(
                f"RSGI cannot tell a client that the subprotocol {subprotocol!r} was chosen. "
                "Serve the application by ASGI (quaff serve --interface asgi)."
            )
        if headers:
            self._plan.app.logger.warning(
                "RSGI cannot send header fields when it accepts a WebSocket; not sent: %s.",
                ", ".join(sorted({name for name, _ in headers})),
            )
        self._transport = await self._protocol.accept()

    async def _next(self) -> Message:
        try:
            message = await self._transport.receive()
        except RuntimeError as error:  # ProtocolClosed
            raise WebSocketDisconnect from error
        if message.kind == CLOSING:
            raise WebSocketDisconnect(NO_STATUS)
        return message.data  # type: ignore[no-any-return]

    async def send(self, message: Message) -> None:
        """Send a message."""
        self.line.check()
        try:
            if isinstance(message, str):
                await self._transport.send_str(message)
            else:
                await self._transport.send_bytes(message)
        except RuntimeError as error:
            raise WebSocketDisconnect from error

    async def close(self, code: int, reason: str) -> None:
        """Close the connection; code and reason are not sent."""
        if self._protocol is not None:
            self._protocol.close(code)
            self.let_go()

    def let_go(self) -> None:
        """Let go of the server's objects; Granian ends the connection when nobody has them."""
        self._protocol = self._transport = None


async def handle(plan: Plan, scope: Any, protocol: Any) -> None:
    """Hold the conversation of one WebSocket.

    Raises:
        Exception: what the application propagates.
    """
    kind = plan.websocket_class or WebSocket
    try:
        websocket = request_of(kind, scope)
    except BadRequest as error:
        protocol.close(error.code)
        return
    connection = RSGIConnection(plan, protocol)
    websocket.connection = connection
    try:
        response = await hold(plan, websocket, connection.line)
    finally:
        connection.let_go()
    if response is not None:
        answer = Answer(response, websocket)
        protocol.close(answer.status)
        if answer.must_close:
            await answer.close()
