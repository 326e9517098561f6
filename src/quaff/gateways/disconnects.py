"""Clients that go away before they have their answer: the work for them is cancelled."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Generator
from time import monotonic
from types import TracebackType, coroutine
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import asyncio

#: Seconds after which it is worth looking whether the client is still there.
DELAY = 0.1
#: Seconds that sending goes on without a pause.
TURN = 0.005


class _Rounds(threading.local):
    """Looks, on the loop of a thread, for answers that take longer than DELAY.

    PERF: a timer for all requests at once; most of them never see it (benchmark: plain text on
    ASGI).
    """

    loop: asyncio.AbstractEventLoop | None = None

    def of(self, loop: asyncio.AbstractEventLoop) -> set[Watch]:
        """The watches to look at; one is taken out when its answer is there."""
        if self.loop is not loop:
            self.loop, self.watches = loop, set[Watch]()
            self.is_due = False
        if not self.is_due:
            self.is_due = True
            loop.call_later(DELAY, self._look, loop, self.watches)
        return self.watches

    def _look(self, loop: asyncio.AbstractEventLoop, watches: set[Watch]) -> None:
        for watch in tuple(watches):
            watch.grow_old(loop)
        if watches:
            loop.call_later(DELAY, self._look, loop, watches)
        elif self.watches is watches:
            self.is_due = False


_rounds = _Rounds()


class Watch:
    """Cancels the task that enters this `with` block when the client goes away.

    The block then ends as if nothing had happened; `noticed` tells.

    Args:
        gone: gives an awaitable that ends when the client has gone away; None for no watching.
    """

    _task: asyncio.Task[Any] | None = None
    _watches: set[Watch] | None = None
    _watcher: asyncio.Task[None] | None = None
    _is_old = False
    #: Whether the client has gone away and the task was cancelled.
    noticed = False

    def __init__(self, gone: Callable[[], Awaitable[Any]] | None) -> None:
        self._gone = gone

    def __enter__(self) -> Self:
        if self._gone is not None:
            # PERF: an application without async code never loads it (benchmark: import).
            import asyncio

            loop = asyncio.get_running_loop()
            self._task = asyncio.current_task(loop)
            self._watches = _rounds.of(loop)
            self._watches.add(self)
        return self

    def grow_old(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look for the client, at the second call."""
        if self._is_old and self._gone is not None and self._watches is not None:
            self._watches.discard(self)
            self._watcher = loop.create_task(self._look(self._gone))
        self._is_old = True

    async def _look(self, gone: Callable[[], Awaitable[Any]]) -> None:
        await gone()
        if self._task is not None:
            self.noticed = True
            self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if self._watches is not None:
            self._watches.discard(self)
        if self._watcher is not None:
            self._watcher.cancel()
        if self.noticed and self._task is not None:
            # Another cancellation, as of a server that stops, still counts.
            from asyncio import CancelledError

            return self._task.uncancel() == 0 and isinstance(error, CancelledError)
        return False


class Turns:
    """Gives others on the loop their turn while much is sent.

    NOTE: Granian and hypercorn wait for nobody when they send to a client that has gone away. What
    never waits either would hold the loop, and nobody could notice.
    """

    def __init__(self) -> None:
        self._end = monotonic() + TURN

    async def give(self) -> None:
        """Let the others run if it is time."""
        if monotonic() > self._end:
            from asyncio import sleep  # PERF: as in the bridge (benchmark: import)

            await sleep(0)
            self._end = monotonic() + TURN


@coroutine
def go_on(
    work: Generator[Any, Any, Any], pause: Any, gone: Callable[[], Awaitable[Any]] | None
) -> Generator[Any, Any, None]:
    """Await a coroutine that was begun by hand, to its end or until the client goes away.

    Args:
        work: what `__await__` of the coroutine gave.
        pause: what it waits for first.
        gone: as of Watch.
    """
    with Watch(gone):
        while True:
            error: BaseException | None = None
            try:
                yield pause
            except BaseException as raised:
                error = raised
            try:
                pause = work.send(None) if error is None else work.throw(error)
            except StopIteration:
                return
            finally:
                # The error, its traceback and this frame would hold each other.
                error = None
