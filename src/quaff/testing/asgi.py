"""A server that speaks ASGI 3 with an application, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from ..http.websocket import WebSocketDisconnect
from . import websocket
from .exchange import Answer, ClientGone, Exchange, IncomingMessage
from .websocket import Accepted, Refused, Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def call(application: Any, environ: WSGIEnvironment, buffered: bool) -> Answer:
    """The response of an ASGI application to a request that is given as WSGI has it.

    Raises:
        Exception: what the application raises.
    """
    message = IncomingMessage(environ)
    conversation = _Conversation(message)
    coroutine = application(scope_of(message), conversation.receive, conversation.send)
    return conversation.exchange.answer(coroutine, buffered)


def scope_of(message: IncomingMessage) -> dict[str, Any]:
    """The HTTP connection scope of a request (ASGI HTTP specification, version 2.4)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": message.http_version,
        "method": message.method,
        "scheme": message.scheme,
        "path": message.path,
        "raw_path": message.raw_path.encode("latin1"),
        "query_string": message.query_string.encode("latin1"),
        "root_path": message.root_path,
        "headers": [
            (name.encode("latin1"), value.encode("latin1")) for name, value in message.headers
        ],
        "client": message.client,
        "server": message.server,
    }


class _Conversation:
    """The `receive` and `send` of one request."""

    def __init__(self, message: IncomingMessage) -> None:
        self.exchange = Exchange()
        self._incoming = message.body_pieces()
        self._is_cut = message.is_cut

    async def receive(self) -> dict[str, Any]:
        if self._incoming:
            body = self._incoming.pop(0)
            more = bool(self._incoming) or self._is_cut
            return {"type": "http.request", "body": body, "more_body": more}
        if not self._is_cut:
            await self.exchange.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            headers = message.get("headers", ())
            await self.exchange.begin(
                message["status"],
                [(name.decode("latin1"), value.decode("latin1")) for name, value in headers],
            )
        elif kind == "http.response.body":
            await self.exchange.add(message.get("body", b""))
            if not message.get("more_body", False):
                self.exchange.finish()
        else:
            raise RuntimeError(
                f"The application sent {kind!r}, which HTTP over ASGI does not know."
            )


def connect(application: Any, environ: WSGIEnvironment, subprotocols: tuple[str, ...]) -> Any:
    """A connection to a WebSocket of an ASGI application, or how it was refused."""
    message = IncomingMessage(environ)
    scope = scope_of(message)
    del scope["method"]
    scope.update(
        type="websocket",
        scheme={"http": "ws", "https": "wss"}[message.scheme],
        subprotocols=list(subprotocols),
        extensions={"websocket.http.response": {}},
    )

    def converse(wire: Wire) -> Any:
        end = _WebSocketEnd(wire)
        return lambda: application(scope, end.receive, end.send)

    return websocket.connect(converse)


class _WebSocketEnd:
    """The `receive` and `send` of one WebSocket."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._asked = False
        self._refusal: Refused | None = None

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "websocket.connect"}
        message = await self._wire.incoming.get()
        if isinstance(message, WebSocketDisconnect):
            self._wire.closed = True
            self._wire.incoming.put_nowait(message)
            return {
                "type": "websocket.disconnect",
                "code": message.code,
                "reason": message.reason,
            }
        kind = "text" if isinstance(message, str) else "bytes"
        return {"type": "websocket.receive", kind: message}

    async def send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._put(Accepted(message.get("subprotocol"), _decoded(message.get("headers", ()))))
        elif kind == "websocket.send":
            if self._wire.closed:
                raise ClientGone("The client has closed the WebSocket.")
            text = message.get("text")
            self._put(message["bytes"] if text is None else text)
        elif kind == "websocket.close":
            self._wire.closed = True
            self._put(WebSocketDisconnect(message.get("code", 1000), message.get("reason") or ""))
        elif kind == "websocket.http.response.start":
            self._refusal = Refused(message["status"], _decoded(message.get("headers", ())), b"")
        elif kind == "websocket.http.response.body" and self._refusal is not None:
            self._refusal = self._refusal._replace(body=self._refusal.body + message["body"])
            if not message.get("more_body", False):
                self._put(self._refusal)
        else:
            raise RuntimeError(f"The application sent {kind!r}, which is out of place here.")

    def _put(self, item: Any) -> None:
        self._wire.outgoing.put_nowait(item)


def _decoded(headers: Any) -> Headers:
    return Headers([(name.decode("latin1"), value.decode("latin1")) for name, value in headers])
