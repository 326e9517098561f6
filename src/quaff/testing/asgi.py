"""A server that speaks ASGI 3 with an application, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .exchange import Answer, Exchange, IncomingMessage

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
