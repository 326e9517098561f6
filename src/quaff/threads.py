"""Threads: how many plain functions of an application run at once for async servers.

A thread costs memory, and a server that starts one for every client that waits can be killed by
clients that wait. So their number is limited, and the number of requests that wait for one; beyond
that, clients are told to come later.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial, update_wrapper
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import ServiceUnavailable

from .bridge import in_thread, inside_thread

if TYPE_CHECKING:
    import asyncio

__all__ = ["Busy", "Threads"]

T = TypeVar("T")

#: Seconds after which a client that was refused may come again.
RETRY_AFTER = 1


class Busy(ServiceUnavailable):
    """No thread is free for a request, and it may not or need not wait longer (503)."""

    description = "The server is busy. Please try again."

    def __init__(self) -> None:
        super().__init__(retry_after=RETRY_AFTER)


class Threads:
    """The threads of an application.

    Args:
        size: how many plain functions run at once.
        queue: how many wait for a thread; None for any number.
        patience: seconds that one waits at most; None for ever.
    """

    def __init__(
        self, size: int = 40, queue: int | None = 1_000, patience: float | None = 30.0
    ) -> None:
        self.size = size
        self.queue = queue
        self.patience = patience
        #: How many run now.
        self.busy = 0
        #: How many had to wait, and for how many seconds altogether.
        self.delayed = 0
        self.delay = 0.0
        #: How many were refused.
        self.refused = 0
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()
        self._lock = threading.Lock()

    def counters(self) -> dict[str, float]:
        """What the threads do now and have done so far, for logs and debug pages."""
        return {
            "size": self.size,
            "busy": self.busy,
            "waiting": len(self._waiting),
            "delayed": self.delayed,
            "delay": self.delay,
            "refused": self.refused,
        }

    async def run(
        self,
        function: Callable[..., T],
        *args: Any,
        to_its_end: bool = False,
        in_any_case: bool = False,
        deadline: float | None = None,
    ) -> T:
        """The result of a function, which runs in a thread when one is free.

        Args:
            function: the function.
            args: its arguments.
            to_its_end: as of `bridge.in_thread`.
            in_any_case: it is never refused, and runs even if the task is cancelled that waits.
            deadline: until when it may wait, by `time.monotonic()`; None for as long as any.

        Raises:
            Busy: too many wait already, or it waited too long.
        """
        if inside_thread.get():
            # Somebody who holds a thread waits for this, so it must not wait for another's end.
            return await in_thread(function, *args, to_its_end=to_its_end)
        with self._lock:
            free = self.busy < self.size
            if free:
                self.busy += 1
        if not free:
            try:
                await self._wait(in_any_case, deadline)
            except BaseException:
                if in_any_case:
                    await in_thread(function, *args, to_its_end=True)
                raise
        return await in_thread(function, *args, when_done=self._release, to_its_end=to_its_end)

    def hop(
        self, function: Callable[..., T], in_any_case: bool = False
    ) -> Callable[..., Coroutine[Any, Any, T]]:
        """A coroutine function that runs a plain one in a thread; `in_any_case` is that of run."""

        async def in_a_thread(*args: Any, **kwargs: Any) -> T:
            work = partial(function, *args, **kwargs)
            return await self.run(work, to_its_end=True, in_any_case=in_any_case)

        return update_wrapper(in_a_thread, function)

    async def _wait(self, in_any_case: bool, deadline: float | None) -> None:
        import asyncio  # PERF: an application without async code never loads it (benchmark: import)

        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        with self._lock:
            if not in_any_case and self.queue is not None and len(self._waiting) >= self.queue:
                self.refused += 1
                raise Busy
            self._waiting.append((loop, turn))
        began = monotonic()
        limits = [] if in_any_case or self.patience is None else [self.patience]
        if deadline is not None:
            limits.append(deadline - began)
        try:
            async with asyncio.timeout(min(limits, default=None)):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                # It went away in the very moment in which its turn came.
                self._release()
            if not isinstance(error, TimeoutError):
                raise
            self.refused += 1
            raise Busy from None
        finally:
            with self._lock:
                self.delayed += 1
                self.delay += monotonic() - began
                if (loop, turn) in self._waiting:
                    self._waiting.remove((loop, turn))

    def _release(self) -> None:
        with self._lock:
            if not self._waiting:
                self.busy -= 1
                return
            loop, turn = self._waiting.popleft()
        try:
            loop.call_soon_threadsafe(self._give, turn)
        except RuntimeError:  # The loop is closed, and with it whoever waited.
            self._release()

    def _give(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            # It went away in the very moment in which its turn came.
            self._release()
        else:
            turn.set_result(None)
