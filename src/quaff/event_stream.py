"""EventStream: a response that goes on, for server-sent events.

The generator runs in a task of its own, and a plain one in threads, whatever the gateway. So the
stream can speak while the generator is silent, and a client that went away is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from contextvars import copy_context
from inspect import CORO_CREATED, getcoroutinestate
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import ongoing
from .bridge import in_thread, iterate_in_thread, make_home, waited_for
from .http.response import Response
from .http.settings import active_settings
from .http.sse import CONTENT_TYPE, Event, event_of

__all__ = ["EventStream"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    Data = DefaultTypeVar("Data", default=Any)
else:
    Data = TypeVar("Data")

#: What is sent when there is nothing to send: a comment.
HEARTBEAT = b":\n\n"

#: Seconds that the end of a stream waits for its generator, which may be in the middle of a step.
PATIENCE = 1.0

_END = object()
_STOP = object()


class EventStream(Response, Generic[Data]):
    """A response of server-sent events, as browsers read them with `EventSource`.

    `-> EventStream[Tick]` says what the `data` of its events is, for documents.

    Args:
        generator: a generator, or any iterable or async iterable. Its items are strings, dicts
            with the keys data, event, id, retry and comment, or Event objects. It is closed once,
            at its end or when the client has gone away. `request` and `session` work in it if it
            is `stream_with_context(generator)`.
        heartbeat: seconds of silence after which a comment is sent, which keeps proxies from
            closing the connection and shows whether the client is there. One is sent at the very
            beginning, so that the client learns that it is connected. None for no comments.
        status: the status of the response.
        headers: further header fields.

    Raises:
        TypeError: the generator is not iterable.

    Example::

        @app.route("/ticks")
        def ticks():
            return EventStream({"data": number, "id": number} for number in range(10))
    """

    #: It tells documents what a view answers that is annotated with this class.
    default_mimetype = "text/event-stream"

    def __init__(
        self,
        generator: Iterable[Any] | AsyncIterable[Any],
        heartbeat: float | None = 15.0,
        status: int | str | None = None,
        headers: Any = None,
    ) -> None:
        if isinstance(generator, str | bytes | dict) or not (
            hasattr(generator, "__aiter__") or hasattr(generator, "__iter__")
        ):
            raise TypeError(
                f"EventStream() takes a generator of events, not {type(generator).__name__}. Call "
                "the generator function: EventStream(ticks())."
            )
        json: Any = active_settings().json
        body: Any = _Events(generator, heartbeat, json.dumps)
        super().__init__(body, status, headers, content_type=CONTENT_TYPE)
        self.headers.setdefault("Cache-Control", "no-cache")
        # nginx collects a response before it passes it on, unless it is told not to.
        self.headers.setdefault("X-Accel-Buffering", "no")


class _Events:
    """The events of a generator as bytes, with heartbeats between them."""

    def __init__(
        self, generator: Any, heartbeat: float | None, dumps: Callable[[Any], str]
    ) -> None:
        self._generator = generator
        self._heartbeat = heartbeat
        self._dumps = dumps
        self._task: asyncio.Task[None] | None = None
        self._open = True
        #: At most one event; the generator goes on when the next one is asked for.
        self._items: asyncio.Queue[Any] = asyncio.Queue()
        self._taken = False
        #: What a plain generator waits for on the loop.
        self._waited_for: set[asyncio.Task[None]] = set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._open:
            raise StopAsyncIteration
        if self._task is None:
            context = copy_context()
            context.run(waited_for.set, self._waited_for)
            work = _work(self._generator, self._items, self._dumps)
            self._task = asyncio.create_task(work, context=context)
            ongoing.add(self)
            if self._heartbeat is not None:
                return HEARTBEAT
        if self._taken:
            self._taken = False
            self._items.task_done()
        try:
            async with asyncio.timeout(self._heartbeat):
                item = await self._items.get()
        except TimeoutError:
            return HEARTBEAT
        if isinstance(item, bytes):
            self._taken = True
            return item
        if item is _STOP:
            await self.aclose()
            raise StopAsyncIteration
        self._open = False
        if item is _END:
            raise StopAsyncIteration
        raise item

    def end(self) -> None:
        """End the stream though its generator would go on, since the server stops."""
        self._items.put_nowait(_STOP)

    async def aclose(self) -> None:
        """End the stream, and wait until the generator is closed.

        A plain generator that blocks its thread for longer is closed when it goes on.
        """
        if not self._open:
            return
        self._open = False
        work: Any = None if self._task is None else self._task.get_coro()
        never_began = work is None or getcoroutinestate(work) == CORO_CREATED
        if self._task is not None:
            self._task.cancel()
            for task in tuple(self._waited_for):
                task.cancel()
            await asyncio.wait({self._task}, timeout=PATIENCE)
        if never_began:
            await _close(self._generator)

    def __del__(self) -> None:
        # A stream that nobody closed, such as that of a response that a hook replaced.
        if self._open and self._task is not None:
            with suppress(RuntimeError):  # The loop is closed, since the process ends.
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)


async def _work(generator: Any, items: asyncio.Queue[Any], dumps: Callable[[Any], str]) -> None:
    """Put the events of a generator into a queue, then its end or the error that ended it."""
    make_home()
    end: Any = _END
    try:
        if hasattr(generator, "__aiter__"):
            source = aiter(generator)
            try:
                await _pass_on(source, items, dumps)
            finally:
                await _close(source)
        else:
            async with aclosing(iterate_in_thread(iter(generator))) as steps:
                await _pass_on(steps, items, dumps)
    except Exception as error:
        end = error
    items.put_nowait(end)


async def _pass_on(
    source: AsyncIterator[Any], items: asyncio.Queue[Any], dumps: Callable[[Any], str]
) -> None:
    async for item in source:
        event: Event = event_of(item)
        items.put_nowait(event.encode(dumps))
        await items.join()


async def _close(generator: Any) -> None:
    if hasattr(generator, "aclose"):
        await generator.aclose()
    elif hasattr(generator, "close"):
        await in_thread(generator.close)
