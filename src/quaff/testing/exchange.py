"""One request and its response, between a thread that waits and a coroutine that answers.

The application runs as a task on the background loop, so a test may wait for it whether or not it
runs on an event loop itself. The response crosses over piece by piece, at most one piece ahead of
the test, as a server with a full buffer would have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.datastructures import EnvironHeaders, Headers
from werkzeug.http import HTTP_STATUS_CODES

from ..bridge import run

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Bytes of a request's body that are delivered at a time.
PIECE = 65_536

#: Seconds that an application has to end after the client has gone away.
PATIENCE = 5.0

Answer = tuple[Iterable[bytes], str, Headers]

#: The head of a response, a piece of its body, or None at the end.
_Item = tuple[int, Headers] | bytes | None


class ClientGone(OSError):
    """What sending raises when nobody listens any more."""


class IncomingMessage:
    """A request as an async server sees it.

    Args:
        environ: the request as WSGI has it.
    """

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.method: str = environ["REQUEST_METHOD"]
        self.scheme: str = environ["wsgi.url_scheme"]
        self.http_version = environ.get("SERVER_PROTOCOL", "HTTP/1.1").partition("/")[2]
        self.root_path = _text(environ.get("SCRIPT_NAME", ""))
        self.path = self.root_path + _text(environ.get("PATH_INFO", ""))
        # What Werkzeug's builder makes of a path has the escapes of the test, and not the root.
        uri = environ.get("REQUEST_URI", "").partition("?")[0]
        self.raw_path = quote(self.root_path) + quote(uri, safe="/%:@!$&'()*+,;=~")
        self.query_string: str = environ.get("QUERY_STRING", "")
        self.server: tuple[str, int] = (environ["SERVER_NAME"], int(environ["SERVER_PORT"]))
        self.client: tuple[str, int] | None = None
        if "REMOTE_ADDR" in environ:
            self.client = (environ["REMOTE_ADDR"], int(environ.get("REMOTE_PORT", 0)))
        self.headers = [(name.lower(), value) for name, value in EnvironHeaders(environ)]
        self._read_body(environ)

    def _read_body(self, environ: WSGIEnvironment) -> None:
        length = environ.get("CONTENT_LENGTH") or ""
        stream = environ["wsgi.input"]
        body = b""
        #: Whether the body ends before its announced length.
        self.is_cut = False
        if length.isdecimal():
            body = stream.read(int(length))
            self.is_cut = len(body) < int(length)
        elif environ.get("wsgi.input_terminated"):
            body = stream.read()
            if body and not any(name == "transfer-encoding" for name, _ in self.headers):
                self.headers.append(("transfer-encoding", "chunked"))
        self.body: bytes = body
        # A redirect that keeps the method sends the body once more.
        environ["wsgi.input"] = BytesIO(body)

    def body_pieces(self) -> list[bytes]:
        """The body as it arrives: at least one piece."""
        return [self.body[at : at + PIECE] for at in range(0, len(self.body), PIECE)] or [b""]


def _text(value: str) -> str:
    return value.encode("latin1").decode(errors="replace")


class Exchange:
    """The response of one request on its way from an application to a test."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[_Item] = asyncio.Queue()
        self._room = asyncio.Semaphore(1)
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: BaseException | None = None
        self._began = False
        #: Whether the application has said that the response is complete.
        self.complete = False
        #: Set when the response is complete or the client has gone away.
        self.over = asyncio.Event()

    # -- the application's side, on the loop -------------------------------------------------

    async def begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Begin the response.

        Raises:
            RuntimeError: it has begun already.
        """
        if self._began:
            raise RuntimeError("The application began its response twice.")
        self._began = True
        self._items.put_nowait((status, Headers(list(headers))))

    async def add(self, piece: bytes) -> None:
        """Send a piece of the body.

        Raises:
            RuntimeError: the response has not begun.
            ClientGone: nobody listens any more.
        """
        if not self._began:
            raise RuntimeError("The application sent a body before it began its response.")
        if piece:
            await self._room.acquire()
        if self.over.is_set():
            raise ClientGone("The client has gone away, or the response was complete already.")
        if piece:
            self._items.put_nowait(piece)

    def finish(self) -> None:
        """End the response."""
        self.complete = True
        self.over.set()

    async def _work(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except BaseException as error:
            self._error = error
        finally:
            self.over.set()
            self._items.put_nowait(None)

    # -- the test's side ---------------------------------------------------------------------

    def answer(self, application: Coroutine[Any, Any, None], buffered: bool) -> Answer:
        """Run an application and return the iterable, status and headers of its response.

        Args:
            application: its coroutine, which speaks to this exchange.
            buffered: wait for the whole response.

        Raises:
            Exception: what the application raised before its response began.
            RuntimeError: it ended without a response.
        """
        head = self._taken(run(self._start(application)))
        if not isinstance(head, tuple):
            raise RuntimeError("The application ended without beginning a response.")
        code, headers = head
        body = Body(self)
        body.fetch(everything=buffered)
        return body, _status_line(code), headers

    async def _start(self, application: Coroutine[Any, Any, None]) -> _Item:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._work(application))
        return await self._next()

    def next(self) -> _Item:
        """The head of the response, then the pieces of its body, then None.

        Raises:
            Exception: what the application raised.
        """
        return self._taken(run(self._next()))

    async def _next(self) -> _Item:
        item = await self._items.get()
        if isinstance(item, bytes):
            self._room.release()
        return item

    def _taken(self, item: _Item) -> _Item:
        # NOTE: raised here and not on the loop, which SystemExit would end.
        if item is None and self._error is not None:
            raise self._error
        return item

    def forget(self) -> None:
        """Go away without waiting; for whoever cannot wait."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self.over.set()
        self._room.release()

    async def abandon(self) -> None:
        """Go away, and wait until the application has noticed."""
        self._leave()
        if self._task is not None:
            _, working = await asyncio.wait({self._task}, timeout=PATIENCE)
            for task in working:
                task.cancel()


class Body:
    """The body of a response, fetched as it is iterated over."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._fetched: list[bytes] = []
        self._ended = False

    def fetch(self, everything: bool) -> None:
        """Wait for the first piece, or for all of them; and for the end, if it is in sight."""
        while not self._ended and (everything or not self._fetched or self._exchange.complete):
            self._fetch_one()

    def _fetch_one(self) -> None:
        try:
            piece = self._exchange.next()
        except BaseException:
            self._ended = True
            raise
        if isinstance(piece, bytes):
            self._fetched.append(piece)
        else:
            self._ended = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._fetched and not self._ended:
            self._fetch_one()
        if not self._fetched:
            raise StopIteration
        return self._fetched.pop(0)

    def close(self) -> None:
        """Go away, if the response has not ended yet."""
        if not self._ended:
            self._ended = True
            self._fetched.clear()
            run(self._exchange.abandon())

    def __del__(self) -> None:
        if not self._ended:
            self._exchange.forget()


def _status_line(code: int) -> str:
    # As the WSGI gateway writes it, though no async protocol carries the words.
    return f"{code} {HTTP_STATUS_CODES.get(code, 'UNKNOWN').upper()}"
