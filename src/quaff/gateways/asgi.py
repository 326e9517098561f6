"""ASGI 3: one coroutine a request, on the server's event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, MutableMapping, Sequence
from contextlib import aclosing, suppress
from functools import lru_cache, partial
from io import BytesIO
from traceback import format_exception
from typing import IO, TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import BadRequest, HTTPException

from ..bridge import make_home
from ..http.response import LENGTHS
from .answers import Answer, Gone, begin
from .arrivals import arrive
from .bodies import NO_BODY, BodyBuffer, note_length, overlong_body, refused_body
from .disconnects import Turns, Watch

if TYPE_CHECKING:
    from ..http.head import RequestHead
    from ..http.request import Request
    from ..lifespan import Lifespan
    from ..plan import Plan

R = TypeVar("R", bound="Request")

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

#: A scope, its header fields, and method, path and Host of the request.
Message = tuple[Scope, dict[bytes, bytes], str, str, bytes | None]


async def handle(plan: Plan, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request.

    Args:
        plan: the one for event loops.
        scope: of ASGI, as the other two.

    Raises:
        Exception: what the application propagates.
    """
    try:
        message = message_of(scope, plan.finder.known)
    except BadRequest as error:
        await _refuse(plan, error, scope, send)
        return
    _, fields, method, path, host = message
    has_body = (
        method not in NO_BODY or b"content-length" in fields or b"transfer-encoding" in fields
    )
    is_read = has_body or (plan.session_cookie is not None and b"cookie" in fields)
    context = arrive(plan, _make, message, method, path, host, is_read)
    if has_body:
        encoding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
        size = note_length(context.request, encoding, length)
        body = await read_body(receive, size, plan.settings.max_content_length)
        if body is None:
            return  # The client went away; nobody waits for an answer.
        context.request.take_body(body)
    extensions = scope.get("extensions")
    if extensions and "http.response.early_hint" in extensions:
        context.request.hint = partial(_hint, send)
    waiting = begin(plan, context, until_gone, receive)
    if waiting is not None:
        await waiting
    answer: Any = context.answer
    if answer is None:
        return
    if answer.__class__ is tuple:
        content, kind = answer
        status, head = 200, [kind.raw_field, LENGTHS[len(content)].raw_field]
        if method == "HEAD":
            content = b""
    elif answer.__class__ is plan.plain_class and (plain := answer.plain_sending(method)):
        status, head, content = answer.status_code, raw_fields(plain[0]), plain[1]
    else:
        make_home()
        sent = Answer(answer, context.request)
        await _send(sent, send, extensions or (), partial(until_gone, receive))
        return
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


def raw_fields(fields: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Header fields as ASGI has them: in bytes, with names in lower case."""
    return [(_raw_name(name), value.encode("latin1")) for name, value in fields]


# PERF: applications have few names of fields, and use them again and again (benchmark: hooks).
@lru_cache
def _raw_name(name: str) -> bytes:
    return name.lower().encode("latin1")


async def until_gone(receive: Receive) -> None:
    """Wait until the client has gone away or has its whole answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Scopes:
    """Reads ASGI scopes; see `quaff.http.head.Source`."""

    def field(self, request: RequestHead, name: str) -> str | None:
        value = request.raw_headers.get(name.encode())
        return None if value is None else value.decode("latin1")

    def headers(self, scope: Scope) -> Iterable[tuple[str, str]]:
        return [
            (name.decode("latin1"), value.decode("latin1"))
            for name, value in scope["headers"]
            # Granian makes an empty one where the client has sent none.
            if value or name != b"host"
        ]

    def query(self, scope: Scope) -> bytes:
        return scope.get("query_string", b"")  # type: ignore[no-any-return]

    def fields(self, scope: Scope) -> dict[str, Any]:
        client, server = scope.get("client"), scope.get("server")
        return {
            "scheme": scope.get("scheme", "http"),
            "server": None if server is None else (server[0], server[1]),
            "root_path": scope.get("root_path", "").rstrip("/"),
            "remote_addr": None if client is None else client[0],
            "http_version": scope.get("http_version", "1.1"),
        }


_scopes = _Scopes()


def message_of(scope: Scope, known: Container[str] = ()) -> Message:
    """What there is to know of an HTTP or WebSocket scope before the request is made.

    Args:
        scope: of ASGI.
        known: paths that need not be looked at any more.

    Raises:
        BadRequest: the client sent two Host fields.
    """
    path: str = scope["path"]
    root_path = scope.get("root_path")
    # PERF: most paths are in order, and need no call (benchmark: parameter and JSON).
    if root_path or (path not in known and (path[:1] != "/" or path[1:2] == "/")):
        path = _path_below(root_path or "", path)
    raw = scope["headers"]
    fields = dict(raw)
    if len(fields) != len(raw):
        fields = _first_of_each(raw)
    # A WebSocket begins with a GET.
    return scope, fields, scope.get("method", "GET"), path, fields.get(b"host") or None


def _path_below(root_path: str, path: str) -> str:
    """The path with one slash at its beginning, without the root path.

    The path of a scope has the root path in front, unless the server is old.
    """
    root_path = root_path.rstrip("/")
    if root_path and f"{path}/".startswith(f"{root_path}/"):
        path = path[len(root_path) :]
    return "/" + path.lstrip("/")


def _make(kind: type[R], message: Message) -> R:
    scope, fields, method, path, host = message
    return kind.of_scope(
        _scopes, scope, fields, method, path, None if host is None else host.decode("latin1")
    )


def request_of(kind: type[R], scope: Scope) -> R:
    """The Request, of a class, of an HTTP or WebSocket scope.

    Raises:
        BadRequest: the client sent two Host fields.
    """
    return _make(kind, message_of(scope))


def _first_of_each(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first of several fields with one name; all cookies, of which HTTP/2 may send many.

    SECURITY: they are joined once. Joined one by one, a megabyte of Cookie fields held the loop for
    seconds (as CVE-2025-14550).
    """
    table: dict[bytes, bytes] = {}
    cookies = []
    for name, value in raw:
        if name == b"cookie":
            cookies.append(value)
        elif name not in table:
            table[name] = value
        elif name == b"host":
            raise BadRequest("The request has more than one Host field.")
    if cookies:
        table[b"cookie"] = b"; ".join(cookies)
    return table


async def read_body(
    receive: Receive, length: int | None, limit: int | None
) -> IO[bytes] | bytes | None:
    """The body, as bytes if it came in one piece; None if the client went away before its end."""
    if length is not None and limit is not None and length > limit:
        return refused_body()
    buffer, missing = None, length
    while (message := await receive())["type"] != "http.disconnect":
        piece: bytes = message.get("body", b"")
        has_more = message.get("more_body", False)
        if missing is not None:
            # PERF: Granian says that there is no more in a message of its own, which takes longer
            # than all the rest (benchmark: served, JSON body).
            missing -= len(piece)
            has_more = has_more and missing != 0
        if buffer is None:
            if not has_more:
                # It is in memory already, however long it is, and need not be copied.
                if limit is None or len(piece) <= limit:
                    return piece
                return overlong_body(BytesIO(piece), limit)
            buffer = BodyBuffer(limit)
        await buffer.add(piece)
        if buffer.full or not has_more:
            return await buffer.finish()
    return None


async def _hint(send: Send, links: Sequence[str]) -> None:
    """Send early hints (RFC 8297)."""
    await send(
        {"type": "http.response.early_hint", "links": [link.encode("latin1") for link in links]}
    )


async def _send(
    answer: Answer, send: Send, extensions: Container[str] = (), gone: Gone | None = None
) -> None:
    headers = raw_fields(answer.headers)
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
        # PERF: nobody need look for the client (benchmark: range of a file on ASGI).
        if (content := answer.short_file()) is not None:
            with suppress(OSError):  # As below.
                await send({"type": "http.response.body", "body": content})
            return
        turns = Turns()
        with Watch(gone) as watch:
            async with aclosing(answer.pieces()) as pieces:
                async for piece in pieces:
                    try:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    except OSError:
                        return  # The client has gone away, and the server says so in this way.
                    await turns.give()
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
                await app.start(serves_here=True)
            except Exception as error:
                reason = "".join(format_exception(error))
                await send({"type": "lifespan.startup.failed", "message": reason})
                return
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await app.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
