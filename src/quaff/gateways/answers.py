"""What async gateways share: running the pipeline, and the pieces of a Response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from .. import pipeline, pipeline_sync
from ..bridge import in_thread, iterate_in_thread, make_home
from ..http.response import BODILESS, sends_plainly

if TYPE_CHECKING:
    from ..http.request import Request
    from ..http.response import Response
    from ..plan import Plan

#: A WSGI application that stands around the application's own, as middleware does.
Middleware = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


async def answer(plan: Plan, request: Request, middleware: Middleware | None) -> Response:
    """The response to a request.

    A route with sync functions only runs in a thread, in one go. A route with async functions
    runs on this loop.

    Args:
        middleware: called instead of the pipeline, in a thread, if the application has any.
    """
    if middleware is not None:
        return await in_thread(_through, middleware, plan, request)
    if not plan.threaded:
        plan.match(request)
        if not request.route.all_sync:
            make_home()
            return await pipeline.respond(plan, request)
    return await in_thread(pipeline_sync.respond, plan, request)


def _through(middleware: Middleware, plan: Plan, request: Request) -> Response:
    """The response that WSGI middleware gives, with its body still to be iterated."""
    response: Any = plan.response_class.from_app(middleware, request.environ)
    pipeline.check(response)
    return response  # type: ignore[no-any-return]


class Answer:
    """A Response as what is sent: a status, header fields and a body.

    Args:
        response: any Response of Werkzeug's kind.
        request: the request it answers.
    """

    def __init__(self, response: Response, request: Request) -> None:
        self.response = response
        self.status = response.status_code
        if sends_plainly(type(response)):
            self.headers = response.sent_headers()
            body: Any = response.response
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
        if bodiless:
            self.whole = b""
        elif isinstance(body, (list, tuple)):
            self.whole = b"".join(_encoded(piece) for piece in body)

    @property
    def must_close(self) -> bool:
        """Whether something waits for the end of the response."""
        body = self.response.response
        return bool(self.response._on_close) or hasattr(body, "close") or hasattr(body, "aclose")

    async def close(self) -> None:
        """End the response: files are closed, and whoever waits for it is called."""
        close = getattr(self.response.response, "aclose", None)
        try:
            if close is not None:
                await close()
        finally:
            await in_thread(self.response.close)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body of a stream, piece by piece; sync iterators run in a thread."""
        body = self._body
        if hasattr(body, "__aiter__"):
            async for piece in body:
                if piece:
                    yield _encoded(piece)
            return
        async with aclosing(iterate_in_thread(iter(body))) as source:
            async for piece in source:
                if piece:
                    yield _encoded(piece)


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece
