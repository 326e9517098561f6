"""RSGI 1.x, Granian's own protocol: one coroutine a request, fewer objects than ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Container, Iterable
from contextlib import aclosing
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import BadRequest, HTTPException

from ..bridge import make_home
from ..http.response import LENGTHS
from .answers import Answer, begin
from .arrivals import arrive
from .bodies import (
    IN_MEMORY,
    NO_BODY,
    BodyBuffer,
    broken_body,
    note_length,
    overlong_body,
    refused_body,
)
from .disconnects import Watch

if TYPE_CHECKING:
    from ..http.head import RequestHead
    from ..http.request import Request
    from ..plan import Plan

R = TypeVar("R", bound="Request")

#: A scope, its header fields, and method, path and Host of the request.
Message = tuple[Any, Any, str, str, str | None]


async def handle(plan: Plan, scope: Any, protocol: Any) -> None:
    """Answer one HTTP request.

    Args:
        plan: the one for event loops.
        scope: of RSGI, as the other one.

    Raises:
        Exception: what the application propagates.
    """
    try:
        message = message_of(scope, plan.finder.known)
    except BadRequest as error:
        await _refuse(plan, error, scope, protocol)
        return
    _, fields, method, path, host = message
    has_body = method not in NO_BODY or "content-length" in fields or "transfer-encoding" in fields
    is_read = has_body or (plan.session_cookie is not None and "cookie" in fields)
    context = arrive(plan, _make, message, method, path, host, is_read)
    if has_body:
        encoding, length = fields.get("transfer-encoding"), fields.get("content-length")
        size = note_length(context.request, encoding, length)
        limit = plan.settings.max_content_length
        context.request.take_body(await read_body(protocol, size, limit))
    waiting = begin(plan, context, _until_gone, protocol)
    if waiting is not None:
        await waiting
    answer: Any = context.answer
    if answer is None:
        return
    if answer.__class__ is tuple:
        content, kind = answer
        if content and method != "HEAD":
            # The server adds the length (benchmark: plain text, served on RSGI); over HTTP/2 it
            # adds none where there is nothing to send.
            protocol.response_bytes(200, [kind.field], content)
            return
        status, head, content = 200, [kind.field, LENGTHS[len(content)].field], b""
    elif answer.__class__ is plan.plain_class and (plain := answer.plain_sending(method)):
        status, (head, content) = answer.status_code, plain
    else:
        make_home()
        await _send(Answer(answer, context.request), protocol)
        return
    if content:
        protocol.response_bytes(status, head, content)
    else:
        protocol.response_empty(status, head)


def _until_gone(protocol: Any) -> Awaitable[None]:
    return protocol.client_disconnect()  # type: ignore[no-any-return]


class _Scopes:
    """Reads RSGI scopes; see `quaff.http.head.Source`."""

    def field(self, request: RequestHead, name: str) -> str | None:
        values = request.raw_headers.get_all(name)
        if name == "cookie" and values:
            return "; ".join(values)
        return values[0] if values else None

    def headers(self, scope: Any) -> Iterable[tuple[str, str]]:
        pairs = [(name, value) for name, value in scope.headers.items() if value or name != "host"]
        if scope.authority and not any(name == "host" for name, _ in pairs):
            pairs = [*pairs, ("host", scope.authority)]
        return pairs

    def query(self, scope: Any) -> bytes:
        return scope.query_string.encode("latin1")  # type: ignore[no-any-return]

    def fields(self, scope: Any) -> dict[str, Any]:
        host, _, port = scope.server.rpartition(":")
        return {
            "scheme": scope.scheme,
            "server": (host, int(port)) if port.isdecimal() else (scope.server, None),
            "root_path": "",
            "remote_addr": scope.client.rpartition(":")[0] or None,
            "http_version": scope.http_version,
        }


class _NoFields(_Scopes):
    """For requests whose header fields contradict each other."""

    def field(self, request: RequestHead, name: str) -> str | None:
        return None

    def headers(self, scope: Any) -> Iterable[tuple[str, str]]:
        return ()


_scopes = _Scopes()
_no_fields = _NoFields()


def message_of(scope: Any, known: Container[str] = ()) -> Message:
    """What there is to know of an HTTP or WebSocket scope before the request is made.

    Args:
        scope: of RSGI.
        known: paths that need not be looked at any more.

    Raises:
        BadRequest: the client sent two Host fields.
    """
    # PERF: the server makes a new object each time (benchmark: plain text, served on RSGI).
    fields = scope.headers
    hosts = fields.get_all("host")
    if len(hosts) > 1:
        raise BadRequest("The request has more than one Host field.")
    # HTTP/2 names the host in a pseudo header.
    host = (hosts and hosts[0]) or scope.authority or None
    path: str = scope.path
    if path not in known:
        path = _rooted(path)
    return scope, fields, scope.method, path, host


def _rooted(path: str) -> str:
    """The path with one slash at its beginning."""
    return "/" + path.lstrip("/")


def _make(kind: type[R], message: Message) -> R:
    return kind.of_scope(_scopes, *message)


def request_of(kind: type[R], scope: Any) -> R:
    """The Request, of a class, of an HTTP or WebSocket scope.

    Raises:
        BadRequest: the client sent two Host fields.
    """
    return _make(kind, message_of(scope))


async def read_body(protocol: Any, length: int | None, limit: int | None) -> IO[bytes] | bytes:
    """The body, as bytes if it came in one piece.

    NOTE: iterating over a body that the client cut short ends as if it were complete, so one that
    is taken in pieces is compared with its length later. Reading it whole raises, and is the only
    way to know of a body of unknown length (measured on granian).
    """
    if length is not None and limit is not None and length > limit:
        return refused_body()
    if length is None or length <= IN_MEMORY:
        try:
            body: bytes = await protocol()
        except RuntimeError:  # ProtocolError, ProtocolClosed
            return broken_body()
        # It is in memory already, however long it is, and need not be copied.
        if limit is None or len(body) <= limit:
            return body
        return overlong_body(BytesIO(body), limit)
    buffer = BodyBuffer(limit)
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
                    try:
                        await transport.send_bytes(piece)
                    except RuntimeError:  # ProtocolClosed
                        return  # The client has gone away.
    finally:
        # Granian ends the response when nobody has it any more, and an error has this frame.
        transport = None
        if answer.must_close:
            await answer.close()


async def _refuse(plan: Plan, error: HTTPException, scope: Any, protocol: Any) -> None:
    """Answer a request that is not worth the application's time."""
    kind = plan.request_class
    request = kind.of_scope(_no_fields, scope, None, scope.method, _rooted(scope.path), None)
    response: Any = plan.error_response(error, request)
    await _send(Answer(response, request), protocol)
