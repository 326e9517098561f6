"""What async gateways share: running the pipeline, and the pieces of a Response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from werkzeug.wsgi import ClosingIterator

from .. import pipeline, pipeline_sync
from ..bridge import in_thread, iterate, iterate_in_thread
from ..http.file_body import FileBody
from ..http.response import BODILESS, Response, sends_itself, sends_plainly
from ..http.validity import check_headers, check_status
from ..pipeline import must_refresh_session
from ..signals import connected
from ..threads import Busy
from .disconnects import go_on

if TYPE_CHECKING:
    from ..context import Context
    from ..http.request import Request
    from ..plan import Plan

T = TypeVar("T")

#: Gives an awaitable that ends when the client has gone away.
Gone = Callable[[], Awaitable[Any]]


def begin(
    plan: Plan,
    context: Context,
    gone: Callable[[T], Awaitable[Any]],
    client: T,
) -> Awaitable[None] | None:
    """Begin to answer a request: what to await until the answer is in the context, if anything.

    There is none afterwards if the client went away before.

    A route with plain functions only runs in a thread, in one go. A route with coroutine functions
    runs on this loop, and only its plain ones in threads.

    Args:
        plan: the one for event loops.
        context: the context of the request.
        gone: gives what ends when the client goes away, on which coroutine functions are cancelled.
        client: how the gateway knows the client.
    """
    if context.found is not None and context.found[0].never_waits:
        # PERF: nobody need watch for its client (benchmark: plain text on ASGI).
        return pipeline.respond(plan, context)
    if plan.middleware is not None:
        return _in_thread(plan, context, _through_middleware)
    if plan.threaded:
        return _in_thread(plan, context, pipeline_sync.respond)
    route = (context.found or plan.finder.match(context))[0]
    if route.needs_thread:
        if route.at_once is not None and not connected and not must_refresh_session(plan, context):
            context.answer = route.at_once(plan.app, context.request)
        return _in_thread(plan, context, pipeline_sync.respond) if context.answer is None else None
    work = pipeline.respond(plan if route.threaded else plan.in_threads, context).__await__()
    # PERF: most answers are there at once, and nobody need look for their clients (benchmark:
    # plain text on ASGI).
    pause = next(work, DONE)
    if pause is DONE:
        return None
    # From now on other threads may ask for it.
    context.loop = plan.get_running_loop()
    return go_on(work, pause, partial(gone, client) if plan.cancels_on_disconnect else None)


#: What a coroutine that is at its end waits for.
DONE = object()


async def _in_thread(
    plan: Plan, context: Context, function: Callable[[Plan, Context], None]
) -> None:
    deadline = None if context.made is None else context.made.deadline
    try:
        await plan.app.threads.run(function, plan.in_threads, context, deadline=deadline)
    except Busy as busy:
        context.answer = plan.error_response(busy, context.request)


def _through_middleware(plan: Plan, context: Context) -> None:
    """Answer with the response that WSGI middleware gives, with its body still to be iterated."""
    middleware: Any = plan.middleware
    # NOTE: what the application's own class changes is in it already.
    response: Any = Response.from_app(middleware, context.request.environ)
    pipeline.check(response)
    context.answer = response


def _sent_by(response: Any, request: Request) -> tuple[int, list[tuple[str, str]], Any]:
    """The status, the header fields and the body that a response gives as a WSGI application."""
    if hasattr(response.response, "__aiter__"):
        response.response = iterate(response.response.__aiter__())
    said: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        said[:] = status, headers

    body = response(request.environ, start_response)
    if not said:
        # A generator says it with its first piece.
        pieces = iter(body)
        body = ClosingIterator(chain([next(pieces, b"")], pieces), getattr(body, "close", None))
    status, headers = said
    code = int(status.partition(" ")[0])
    check_status(code)
    check_headers(headers)
    return code, headers, body


class Answer:
    """A Response as what is sent: a status, header fields and a body.

    Args:
        response: any Response of Werkzeug's kind.
        request: the request it answers.
    """

    def __init__(self, response: Response, request: Request) -> None:
        self.response = response
        self.status = response.status_code
        if sends_plainly(type(response)):  # type: ignore[arg-type]
            self.headers = response.sent_headers()
            body: Any = response.response
        elif sends_itself(type(response)):  # type: ignore[arg-type]
            self.status, self.headers, body = _sent_by(response, request)
        else:
            if hasattr(response.response, "__aiter__"):
                # Werkzeug's own preparation must not touch an async body.
                body = response.response
            else:
                body = response.get_app_iter(request.environ)
            self.headers = response.get_wsgi_headers(request.environ).to_wsgi_list()
        bodiless = request.method == "HEAD" or self.status < 200 or self.status in BODILESS
        #: The whole body, if it is there already; otherwise None, and `pieces` gives it.
        self.whole: bytes | None = None
        self._body = body
        #: Whether closing the body, which is not the response's own, closes the response.
        self._closes_all = body is not response.response and hasattr(body, "close")
        self._bodiless = bodiless
        if bodiless:
            self.whole = b""
        elif isinstance(body, (list, tuple)):
            self.whole = b"".join(_encoded(piece) for piece in body)

    @property
    def file(self) -> tuple[str, int, int] | None:
        """Path, first byte and end of a file that the server may send itself; see FileBody."""
        body = self._body
        if self._bodiless or not isinstance(body, FileBody):
            return None
        return body.sent_by_path()

    def short_file(self) -> bytes | None:
        """The whole body, if it is a file that is in memory and as short as a piece."""
        return self._body.read_whole_at_once() if isinstance(self._body, FileBody) else None

    @property
    def must_close(self) -> bool:
        """Whether something waits for the end of the response."""
        return self._closes_all or self._closes_plainly or hasattr(self.response.response, "aclose")

    @property
    def _closes_plainly(self) -> bool:
        """Whether plain functions are called at the end, which may wait."""
        return bool(self.response._on_close) or hasattr(self.response.response, "close")

    async def close(self) -> None:
        """End the response: files are closed, and whoever waits for it is called."""
        if self._closes_all:
            await in_thread(self._body.close)
            return
        body = self.response.response
        if isinstance(body, FileBody) and not self.response._on_close:
            # PERF: closing a file that was only read waits for no disk (benchmark: range of a
            # file).
            body.close()
            return
        close = getattr(body, "aclose", None)
        try:
            if close is not None:
                await close()
        finally:
            if self._closes_plainly:
                await in_thread(self.response.close)

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body of a stream or a file, piece by piece."""
        body = self._body
        if self._closes_all:
            # It is closed by `close`, and only once.
            body = (piece for piece in body)
        return _pieces_of_file(body) if isinstance(body, FileBody) else _pieces_of_stream(body)


async def _pieces_of_stream(body: Any) -> AsyncGenerator[bytes, None]:
    """The pieces of a stream; sync iterators run in a thread."""
    if hasattr(body, "__aiter__"):
        async for piece in body:
            if piece:
                yield _encoded(piece)
        return
    async with aclosing(iterate_in_thread(iter(body))) as source:
        async for piece in source:
            if piece:
                yield _encoded(piece)


async def _pieces_of_file(body: FileBody) -> AsyncGenerator[bytes, None]:
    """The pieces of a file; what must be read from disk is read in a thread."""
    from asyncio import sleep  # PERF: as in the bridge (benchmark: import)

    while not body.is_read:
        piece = body.read_at_once()
        if piece is None:
            piece = await in_thread(body.read, to_its_end=True)
            if not piece:
                return
            yield piece
        else:
            yield piece
            if not body.is_read:
                # Others have their turn, although neither disk nor client was waited for.
                await sleep(0)


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece
