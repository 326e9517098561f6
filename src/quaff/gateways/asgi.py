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
from .answers import Answer, Gone, Middleware, begin
from .bodies import BodyBuffer, announces_body, overlong_body, refused_body
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
    field = request.read.get
    if announces_body(request, field(b"transfer-encoding"), field(b"content-length")):
        limit = plan.settings.max_content_length
        body = await read_body(receive, request.content_length, limit)
        if body is None:
            return  # The client went away; nobody waits for an answer.
        request.take_body(body)
    extensions = scope.get("extensions")
    if extensions and "http.response.early_hint" in extensions:
        request.hint = partial(_hint, send)
    response: Any = begin(plan, request, middleware, until_gone, receive)
    if response.__class__ is not tuple:
        response = await response
    if response is None:
        return
    if response.__class__ is tuple:
        content, kind = response
        status, fields = 200, [kind.raw_field, (b"content-length", b"%d" % len(content))]
        content = content if request.method != "HEAD" else b""
    elif response.__class__ is plan.plain_class and (
        plain := response.plain_sending(request.method)
    ):
        status, fields = response.status_code, _raw(plain[0])
        content = plain[1][0] if plain[1] else b""
    else:
        make_home()
        await _send(Answer(response, request), send, extensions or (), partial(until_gone, receive))
        return
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


def _raw(fields: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
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
    """Reads ASGI scopes; see `quaff.http.request.Source`."""

    def field(self, request: Request, name: str) -> str | None:
        value = request.read.get(name.encode())
        return None if value is None else value.decode("latin1")

    def headers(self, scope: Scope) -> Iterable[tuple[str, str]]:
        return [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]

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


def request_of(kind: type[R], scope: Scope) -> R:
    """The Request, of a class, of an HTTP or WebSocket scope.

    Raises:
        BadRequest: the client sent two Host fields.
    """
    path: str = scope["path"]
    if root_path := scope.get("root_path"):
        root_path = root_path.rstrip("/")
        if f"{path}/".startswith(f"{root_path}/"):
            # The path of an ASGI scope has the root path in front, unless the server is old.
            path = path[len(root_path) :]
    if path[:1] != "/" or path[1:2] == "/":
        path = "/" + path.lstrip("/")
    raw = scope["headers"]
    table = dict(raw)
    if len(table) != len(raw):
        table = _first_of_each(raw)
    # A WebSocket begins with a GET.
    method = scope.get("method", "GET")
    host = table.get(b"host")
    request = kind.of_scope(
        _scopes, scope, method, path, None if host is None else host.decode("latin1")
    )
    request.read = table
    return request


def _first_of_each(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first of several fields with one name; all cookies, of which HTTP/2 may send many."""
    table: dict[bytes, bytes] = {}
    for name, value in raw:
        if name not in table:
            table[name] = value
        elif name == b"host":
            raise BadRequest("The request has more than one Host field.")
        elif name == b"cookie":
            table[name] += b"; " + value
    return table


async def read_body(
    receive: Receive, length: int | None, limit: int | None
) -> IO[bytes] | bytes | None:
    """The body, as bytes if it came in one piece; None if the client went away before its end."""
    if length is not None and limit is not None and length > limit:
        return refused_body()
    buffer = None
    while (message := await receive())["type"] != "http.disconnect":
        piece: bytes = message.get("body", b"")
        has_more = message.get("more_body", False)
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
    headers = _raw(answer.headers)
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
