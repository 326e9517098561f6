"""WebSocket: a connection on which messages go both ways (RFC 6455).

It begins as an HTTP request, so it is a Request with all its fields; and then it carries messages.
What moves the messages is a Connection, which a gateway provides.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from .environ import MADE_UP
from .request import Request
from .validity import check_headers

__all__ = [
    "BlockingWebSocket",
    "Connection",
    "InvalidMessage",
    "MessageTooLarge",
    "UpgradeRequired",
    "WebSocket",
    "WebSocketDisconnect",
]

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    Received = DefaultTypeVar("Received", default=Any)
    Sent = DefaultTypeVar("Sent", default=Any)
else:
    Received, Sent = TypeVar("Received"), TypeVar("Sent")

T = TypeVar("T")
Message = str | bytes

#: Bytes, or characters, of the longest message that is accepted, unless the application says
#: otherwise.
MAX_MESSAGE = 1024 * 1024

# Close codes (RFC 6455, section 7.4.1).
NORMAL = 1000
GOING_AWAY = 1001
ABNORMAL = 1006
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011


class WebSocketDisconnect(Exception):
    """The other side has closed the connection, or it broke.

    A view need not catch it: it is the normal end of a conversation.

    Args:
        code: the close code (RFC 6455, section 7.4); 1006 if the connection broke.
        reason: what the other side said, if anything.
    """

    def __init__(self, code: int = ABNORMAL, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"The WebSocket was closed by the other side with code {self.code}{reason}."


class InvalidMessage(BadRequest):
    """A message is not what the view expects; the connection is closed with code 1007."""

    close_code = 1007


class MessageTooLarge(RequestEntityTooLarge):
    """A message is longer than WEBSOCKET_MAX_SIZE; the connection is closed with code 1009."""

    close_code = 1009


class UpgradeRequired(HTTPException):
    """An HTTP request for a URL that is a WebSocket (RFC 9110, section 15.5.22)."""

    code = 426
    description = "This URL is a WebSocket. Connect to it by a WebSocket client."

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        """The fields of the response. `Upgrade` is sent where an application may send it.

        NOTE: a WSGI application must not (PEP 3333), and HTTP/2 has no such field.
        """
        fields = super().get_headers(environ, scope)
        if environ and MADE_UP in environ and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
            fields = [*fields, ("Upgrade", "websocket")]
        return fields


class Connection(Protocol):
    """What a gateway moves messages with."""

    async def accept(self, subprotocol: str | None, headers: list[tuple[str, str]]) -> None:
        """Accept the connection."""

    async def receive(self) -> Message:
        """The next message; WebSocketDisconnect at the end."""
        ...

    async def send(self, message: Message) -> None:
        """Send a message; WebSocketDisconnect if there is nobody any more."""

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""


class WebSocket(Request, Generic[Received, Sent]):
    """A WebSocket connection, with the fields of the request that opened it.

    It accepts itself when the view first receives or sends. In an `async def` view its methods are
    awaited; a plain view gets a `BlockingWebSocket`, whose methods of the same names wait.

    `ws: WebSocket[Question, Answer]` says which messages the application receives and sends, for
    `app.asyncapi()`.
    """

    connection: Connection
    #: The same for plain functions.
    blocking: BlockingWebSocket
    #: Characters or bytes that a message may have; None for any number.
    max_size: int | None = MAX_MESSAGE
    #: The subprotocols that the client offers, where the server tells; else a field says so.
    offered: list[str] | None = None
    #: Whether the connection was accepted.
    accepted = False
    #: The code that either side closed with; None while the connection is open.
    close_code: int | None = None
    #: Gives further header fields of the acceptance, such as the session's cookie.
    acceptance_headers: Callable[[], Iterable[tuple[str, str]]] | None = None
    #: Called once, when it is accepted.
    on_accept: Callable[[], None] | None = None

    @property
    def subprotocols(self) -> list[str]:
        """The subprotocols that the client offers, the one it likes best first."""
        if self.offered:
            return list(self.offered)
        fields = self.headers.getlist("Sec-WebSocket-Protocol")
        return [name.strip() for field in fields for name in field.split(",") if name.strip()]

    @property
    def closed(self) -> bool:
        """Whether either side has closed the connection."""
        return self.close_code is not None

    async def accept(
        self,
        subprotocol: str | None = None,
        headers: Any = None,
    ) -> None:
        """Accept the connection, which receiving and sending does by itself.

        Args:
            subprotocol: one of `subprotocols`, or None.
            headers: further fields of the response, as a mapping or as pairs. A server may not be
                able to send them.

        Raises:
            ValueError: the client does not offer the subprotocol, or a field cannot be sent.
            RuntimeError: the connection is accepted already.
        """
        if self.accepted:
            raise RuntimeError(
                "The WebSocket is accepted already. accept() comes before the first receive() or "
                "send(), and only once."
            )
        if subprotocol is not None and subprotocol not in self.subprotocols:
            raise ValueError(
                f"The client does not offer the subprotocol {subprotocol!r}. It offers: "
                f"{', '.join(self.subprotocols) or 'none'}. See websocket.subprotocols."
            )
        fields = list(Headers(headers))
        if self.acceptance_headers is not None:
            fields.extend(self.acceptance_headers())
        # SECURITY: servers write them down as they are.
        check_headers(fields)
        self.accepted = True
        try:
            await self.connection.accept(subprotocol, fields)
        except BaseException:
            self.accepted = False
            raise
        if self.on_accept is not None:
            self.on_accept()

    async def receive(self) -> Message:
        """The next message: text or bytes, as the client sent it.

        Raises:
            WebSocketDisconnect: the client has closed the connection.
            MessageTooLarge: the message is longer than WEBSOCKET_MAX_SIZE.
        """
        if not self.accepted:
            await self.accept()
        if self.close_code is not None:
            raise WebSocketDisconnect(self.close_code)
        try:
            message = await self.connection.receive()
        except WebSocketDisconnect as end:
            self.close_code = end.code
            raise
        if self.max_size is not None and len(message) > self.max_size:
            raise MessageTooLarge(f"A message may have {self.max_size:,} characters or bytes.")
        return message

    async def receive_json(self) -> Any:
        """The next message, which must be JSON; by the application's provider.

        Raises:
            InvalidMessage: it is no JSON.
            WebSocketDisconnect: the client has closed the connection.
        """
        message = await self.receive()
        try:
            return self.settings.json.loads(message)
        except (ValueError, RecursionError) as error:
            raise InvalidMessage("The message is not valid JSON.") from error

    async def send(self, message: Message) -> None:
        """Send a message: a string as text, bytes as a binary message.

        Raises:
            TypeError: the message is neither.
            WebSocketDisconnect: the connection is closed.
        """
        if not isinstance(message, str | bytes):
            raise TypeError(
                f"A WebSocket sends str or bytes, not {type(message).__name__}. Use send_json() "
                "for other values."
            )
        if not self.accepted:
            await self.accept()
        if self.close_code is not None:
            raise WebSocketDisconnect(self.close_code)
        try:
            await self.connection.send(message)
        except WebSocketDisconnect as end:
            self.close_code = end.code
            raise

    async def send_json(self, value: Any) -> None:
        """Send a value as JSON text, by the application's provider.

        Raises:
            TypeError: the value cannot be JSON.
            WebSocketDisconnect: the connection is closed.
        """
        await self.send(self.settings.json.dumps(value))  # type: ignore[attr-defined]

    async def close(self, code: int = NORMAL, reason: str = "") -> None:  # type: ignore[override]
        """Close the connection; nothing if it is closed already.

        A connection that was not accepted is refused with 403 Forbidden.

        Args:
            code: 1000, or 3000 to 4999 for the application's own meanings.
            reason: at most 123 bytes of UTF-8.

        Raises:
            ValueError: the code or the reason is none that may be sent.
        """
        if not (code == NORMAL or 1001 <= code <= 1014 or 3000 <= code <= 4999) or (
            code in (1004, 1005, ABNORMAL)
        ):
            raise ValueError(
                f"{code} is no close code that may be sent: 1000 is a normal end, and an "
                "application's own codes are 3000 to 4999 (RFC 6455, section 7.4)."
            )
        if len(reason.encode()) > 123:
            raise ValueError("The reason of a close may have 123 bytes of UTF-8.")
        if self.close_code is None:
            self.close_code = code
            if self.accepted:
                await self.connection.close(code, reason)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """The messages until the connection is closed."""
        try:
            while True:
                yield await self.receive()
        except WebSocketDisconnect:
            return


class BlockingWebSocket(Generic[Received, Sent]):
    """A WebSocket for a plain function: its methods wait in their thread.

    All other attributes are the WebSocket's.

    Args:
        websocket: the connection.
        wait: gives the result of an awaitable.
    """

    def __init__(self, websocket: WebSocket, wait: Callable[[Awaitable[Any]], Any]) -> None:
        self._websocket = websocket
        self._wait = wait

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)

    def accept(self, subprotocol: str | None = None, headers: Any = None) -> None:
        """See `WebSocket.accept`."""
        self._wait(self._websocket.accept(subprotocol, headers))

    def receive(self) -> Message:
        """See `WebSocket.receive`."""
        message: Message = self._wait(self._websocket.receive())
        return message

    def receive_json(self) -> Any:
        """See `WebSocket.receive_json`."""
        return self._wait(self._websocket.receive_json())

    def send(self, message: Message) -> None:
        """See `WebSocket.send`."""
        self._wait(self._websocket.send(message))

    def send_json(self, value: Any) -> None:
        """See `WebSocket.send_json`."""
        self._wait(self._websocket.send_json(value))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `WebSocket.close`."""
        self._wait(self._websocket.close(code, reason))

    def __iter__(self) -> Iterator[Message]:
        try:
            while True:
                yield self.receive()
        except WebSocketDisconnect:
            return

    def __repr__(self) -> str:
        return f"<Blocking {self._websocket!r}>"
