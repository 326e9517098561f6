"""ASGI 3: one coroutine a request, on the server's event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, MutableMapping, Sequence
from contextlib import aclosing
from functools import partial
from traceback import format_exception
from typing import IO, TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import BadRequest, HTTPException

from .answers import Answer, Gone, Middleware, answer
from .bodies import BodyBuffer, has_body, refused_body
from .disconnects import Watch

if TYPE_CHECKING:
    from ..http.request import Request
    from ..lifespan import Lifespan
    from ..plan import Plan

R = TypeVar("R", bound="Request")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def handle(
    plan: Plan, middleware: Middleware | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer one HTTP request.

    Raises:
        Exception: what the application propagates.
    """
    try:
        request = request_of(plan.request_class, scope)
    except BadRequest as error:
        await _refuse(plan, error, scope, send)
        return
    if has_body(request):
        limit = plan.settings.max_content_length
        body = await read_body(receive, request.content_length, limit)
        if body is None:
            return  # The client went away; nobody waits for an answer.
        request.take_body(body)
    extensions = scope.get("extensions") or ()
    if "http.response.early_hint" in extensions:
        request.hint = partial(_hint, send)
    gone = partial(until_gone, receive)
    response = await answer(plan, request, middleware, gone)
    if response is None:
        return
    if response.__class__ is plan.plain_class:
        plain = response.plain_sending(request.method)
        if plain is not None:
            await _send_plain(response.status_code, *plain, send)
            return
    await _send(Answer(response, request), send, extensions, gone)


async def _send_plain(
    status: int, headers: list[tuple[str, str]], pieces: list[bytes], send: Send
) -> None:
    """Send what most responses are (see `Response.plain_sending`).

    PERF: two fields, whose names are known (benchmark: plain text on ASGI).
    """
    (_, kind), (_, length) = headers
    fields = [(b"content-type", kind.encode("latin1")), (b"content-length", length.encode())]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": pieces[0] if pieces else b""})


async def until_gone(receive: Receive) -> None:
    """Wait until the client has gone away or has its whole answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


def request_of(kind: type[R], scope: Scope) -> R:
    """The Request, of a class, of an HTTP or WebSocket scope."""
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "").rstrip("/")
    if root_path and f"{path}/".startswith(f"{root_path}/"):
        # The path of an ASGI scope has the root path in front, unless the server is an old one.
        path = path[len(root_path) :]
    client = scope.get("client")
    server = scope.get("server")
    request = kind.from_fields(
        # A WebSocket begins with a GET.
        method=scope.get("method", "GET"),
        scheme=scope.get("scheme", "http"),
        server=None if server is None else (server[0], server[1]),
        root_path=root_path,
        path="/" + path.lstrip("/"),
        query_string=scope.get("query_string", b""),
        raw_headers=scope["headers"],
        remote_addr=None if client is None else client[0],
        http_version=scope.get("http_version", "1.1"),
    )
    request.scope = scope
    return request


async def read_body(receive: Receive, length: int | None, limit: int | None) -> IO[bytes] | None:
    """The body as a file; None if the client went away before its end."""
    if length is not None and limit is not None and length > limit:
        return refused_body()
    buffer = BodyBuffer(limit)
    while not buffer.full:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        await buffer.add(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return await buffer.finish()


async def _hint(send: Send, links: Sequence[str]) -> None:
    """Send early hints (RFC 8297)."""
    await send(
        {"type": "http.response.early_hint", "links": [link.encode("latin1") for link in links]}
    )


async def _send(
    answer: Answer, send: Send, extensions: Container[str] = (), gone: Gone | None = None
) -> None:
    headers = [
        (name.lower().encode("latin1"), value.encode("latin1")) for name, value in answer.headers
    ]
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.whole is not None:
            await send({"type": "http.response.body", "body": answer.whole})
            return
        # A part of a file is not to be had in this way.
        file = answer.file if "http.response.pathsend" in extensions else None
        if file is not None and answer.status == 200:
            await send({"type": "http.response.pathsend", "path": file[0]})
            return
        with Watch(gone) as watch:
            async with aclosing(answer.pieces()) as pieces:
                async for piece in pieces:
                    try:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    except OSError:
                        return  # The client has gone away, and the server says so in this way.
        if not watch.noticed:
            await send({"type": "http.response.body", "body": b""})
    finally:
        if answer.must_close:
            await answer.close()


async def _refuse(plan: Plan, error: HTTPException, scope: Scope, send: Send) -> None:
    """Answer a request that is not worth the application's time."""
    request = request_of(plan.request_class, {**scope, "headers": []})
    response: Any = plan.error_response(error, request)
    await _send(Answer(response, request), send)


async def lifespan(app: Lifespan, receive: Receive, send: Send) -> None:
    """Start and stop the application when the server says so."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await app.start()
            except Exception as error:
                reason = "".join(format_exception(error))
                await send({"type": "lifespan.startup.failed", "message": reason})
                return
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await app.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
