"""Clients that go away before they have their answer: the work for them is cancelled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import asyncio

#: Seconds after which it is worth looking whether the client is still there.
DELAY = 0.1


class Watch:
    """Cancels the task that enters this `with` block when the client goes away.

    The block then ends as if nothing had happened; `noticed` tells.

    Args:
        gone: gives an awaitable that ends when the client has gone away; None for no watching.

    PERF: most answers are quicker than DELAY and pay for a timer only (benchmark: plain text on
    ASGI).
    """

    def __init__(self, gone: Callable[[], Awaitable[Any]] | None) -> None:
        self._gone = gone
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        #: Whether the client has gone away and the task was cancelled.
        self.noticed = False

    def __enter__(self) -> Self:
        if self._gone is not None:
            # PERF: an application without async code never loads it (import time).
            from asyncio import current_task, get_running_loop

            loop = get_running_loop()
            self._task = current_task()
            self._timer = loop.call_later(DELAY, self._begin, loop, self._gone)
        return self

    def _begin(self, loop: asyncio.AbstractEventLoop, gone: Callable[[], Awaitable[Any]]) -> None:
        self._watcher = loop.create_task(self._look(gone))

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
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self.noticed and self._task is not None:
            # Another cancellation, as of a server that stops, still counts.
            from asyncio import CancelledError

            return self._task.uncancel() == 0 and isinstance(error, CancelledError)
        return False
