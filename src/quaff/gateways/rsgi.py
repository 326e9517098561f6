"""RSGI 1.x, Granian's own protocol: one coroutine a request, fewer objects than ASGI."""

from __future__ import annotations

from contextlib import aclosing
from typing import IO, TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import BadRequest, HTTPException

from .answers import Answer, Middleware, answer
from .bodies import IN_MEMORY, BodyBuffer, broken_body, has_body, refused_body
from .disconnects import Watch

if TYPE_CHECKING:
    from ..http.request import Request
    from ..plan import Plan

R = TypeVar("R", bound="Request")


async def handle(plan: Plan, middleware: Middleware | None, scope: Any, protocol: Any) -> None:
    """Answer one HTTP request.

    Raises:
        Exception: what the application propagates.
    """
    try:
        request = request_of(plan.request_class, scope, scope.headers.items())
    except BadRequest as error:
        await _refuse(plan, error, scope, protocol)
        return
    if has_body(request):
        limit = plan.settings.max_content_length
        request.take_body(await read_body(protocol, request.content_length, limit))
    response = await answer(plan, request, middleware, protocol.client_disconnect)
    if response is None:
        return
    if response.__class__ is plan.plain_class:
        plain = response.plain_sending(request.method)
        if plain is not None and plain[1]:
            # PERF: what most responses are (benchmark: plain text on RSGI).
            protocol.response_bytes(response.status_code, plain[0], plain[1][0])
            return
    await _send(Answer(response, request), protocol)


def request_of(kind: type[R], scope: Any, headers: Any) -> R:
    """The Request, of a class, of an HTTP or WebSocket scope."""
    raw = [(name.encode("latin1"), value.encode("latin1")) for name, value in headers]
    if scope.authority and not any(name == b"host" for name, _ in raw):
        # HTTP/2 names the host in a pseudo header.
        raw.append((b"host", scope.authority.encode("latin1")))
    host, _, port = scope.server.rpartition(":")
    request = kind.from_fields(
        method=scope.method,
        scheme=scope.scheme,
        server=(host, int(port)) if port.isdecimal() else (scope.server, None),
        root_path="",
        path="/" + scope.path.lstrip("/"),
        query_string=scope.query_string.encode("latin1"),
        raw_headers=raw,
        remote_addr=scope.client.rpartition(":")[0] or None,
        http_version=scope.http_version,
    )
    request.scope = scope
    return request


async def read_body(protocol: Any, length: int | None, limit: int | None) -> IO[bytes]:
    """The body as a file.

    NOTE: iterating over a body that the client cut short ends as if it were complete, so one that
    is taken in pieces is compared with its length later. Reading it whole raises, and is the only
    way to know of a body of unknown length (measured on granian).
    """
    if length is not None and limit is not None and length > limit:
        return refused_body()
    buffer = BodyBuffer(limit)
    if length is None or length <= IN_MEMORY:
        try:
            await buffer.add(await protocol())
        except RuntimeError:  # ProtocolError, ProtocolClosed
            return broken_body()
        return await buffer.finish()
    async for piece in protocol:
        await buffer.add(bytes(piece))
        if buffer.full:
            break
    return await buffer.finish()


async def _send(answer: Answer, protocol: Any) -> None:
    transport: Any = None
    try:
        if answer.whole is not None:
            if answer.whole:
                protocol.response_bytes(answer.status, answer.headers, answer.whole)
            else:
                protocol.response_empty(answer.status, answer.headers)
            return
        file = answer.file
        if file is not None:
            protocol.response_file_range(answer.status, answer.headers, *file)
            return
        transport = protocol.response_stream(answer.status, answer.headers)
        with Watch(protocol.client_disconnect):
            async with aclosing(answer.pieces()) as pieces:
                async for piece in pieces:
                    await transport.send_bytes(piece)
    finally:
        # Granian ends the response when nobody has it any more, and an error has this frame.
        transport = None
        if answer.must_close:
            await answer.close()


async def _refuse(plan: Plan, error: HTTPException, scope: Any, protocol: Any) -> None:
    """Answer a request that is not worth the application's time."""
    request = request_of(plan.request_class, scope, ())
    response: Any = plan.error_response(error, request)
    await _send(Answer(response, request), protocol)
