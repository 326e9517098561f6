"""WebSockets over ASGI 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest

from ..http.websocket import ABNORMAL, WebSocket, WebSocketDisconnect
from .answers import Answer
from .asgi import raw_fields, request_of
from .disconnects import Turns
from .line import Line, hold

if TYPE_CHECKING:
    from ..http.response import Response
    from ..http.websocket import Message
    from ..plan import Plan
    from .asgi import Receive, Scope, Send


class ASGIConnection:
    """Moves messages by an ASGI server's `receive` and `send`.

    Args:
        receive: the server's.
        send: the server's.
        patience: as of Line.
    """

    def __init__(self, receive: Receive, send: Send, patience: float | None) -> None:
        self._receive = receive
        self._send = send
        self._turns = Turns()
        self.line = Line(self._next, patience)
        self.receive = self.line.receive

    async def accept(self, subprotocol: str | None, headers: list[tuple[str, str]]) -> None:
        """Accept the connection."""
        fields = raw_fields(headers)
        await self._send(
            {"type": "websocket.accept", "subprotocol": subprotocol, "headers": fields}
        )

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive":
            text: str | None = message.get("text")
            return message["bytes"] if text is None else text
        raise WebSocketDisconnect(message.get("code") or ABNORMAL, message.get("reason") or "")

    async def send(self, message: Message) -> None:
        """Send a message."""
        self.line.check()
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            await self._send({"type": "websocket.send", kind: message})
        except OSError as error:
            raise WebSocketDisconnect from error
        await self._turns.give()

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        if self.line.ended is None:
            try:
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
            except (OSError, RuntimeError):
                # The client was faster. Servers say so in different ways.
                return


async def handle(plan: Plan, scope: Scope, receive: Receive, send: Send) -> None:
    """Hold the conversation of one WebSocket.

    Raises:
        Exception: what the application propagates.
    """
    if (await receive())["type"] != "websocket.connect":
        return  # The client went away at once.
    kind = plan.websocket_class or WebSocket
    try:
        websocket = request_of(kind, scope)
    except BadRequest as error:
        websocket = request_of(kind, {**scope, "headers": []})
        refusal: Any = plan.error_response(error, websocket)
        await _refuse(refusal, websocket, scope, send)
        return
    connection = ASGIConnection(receive, send, plan.websocket_patience)
    websocket.connection = connection
    # NOTE: uvicorn with wsproto has them here only.
    websocket.offered = scope.get("subprotocols")
    response = await hold(plan, websocket, connection.line)
    if response is not None:
        await _refuse(response, websocket, scope, send)


async def _refuse(response: Response, websocket: WebSocket, scope: Scope, send: Send) -> None:
    """Refuse the connection, with the response itself where the server can send it."""
    answer = Answer(response, websocket)
    try:
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        body = answer.whole
        if body is None:
            body = b"".join([piece async for piece in answer.pieces()])
        fields = raw_fields(answer.headers)
        await send(
            {"type": "websocket.http.response.start", "status": answer.status, "headers": fields}
        )
        await send({"type": "websocket.http.response.body", "body": body, "more_body": False})
    finally:
        if answer.must_close:
            await answer.close()
