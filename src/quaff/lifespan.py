"""What happens around serving: functions before and after it, and tasks beside it.

A worker process starts once and stops once. Under ASGI and RSGI the server says when. WSGI knows
neither: there the application starts with its first request, and stops when the process ends.
"""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from . import bridge, ongoing
from .bridge import explain, in_thread, is_async, make_home, run
from .context import Context, needed_response
from .threads import Threads

if TYPE_CHECKING:
    from .app import Quaff

__all__ = ["BackgroundTasks", "Lifespan", "after_response"]

_END = object()


class Lifespan:
    """The start and the end of an application in this process.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app
        #: Whether the application has started and not yet stopped.
        self.started = False
        self._generators: list[tuple[Any, str]] = []
        self._lock = threading.Lock()
        self._stops_at_exit = False
        self._forget_signals: Callable[[], None] | None = None

    async def start(self, serves_here: bool = False) -> None:
        """Run what comes before serving: the functions, then the generators up to their `yield`.

        Args:
            serves_here: whether the requests are answered on this loop, so that what goes on
                there must be ended when the server is told to stop.

        Raises:
            Exception: what one of them raised; those that began before it were ended again.
        """
        if self.started:
            return
        make_home()
        self.started = True
        if serves_here:
            self._forget_signals = ongoing.end_at_signals(asyncio.get_running_loop())
        try:
            for function in self.app.before_serving_funcs:
                await self._call(function, "before_serving")
            for function in self.app.while_serving_gens:
                await self._begin(function)
        except BaseException:
            await self.stop(after=False)
            raise

    async def _begin(self, function: Callable[[], Any]) -> None:
        generator = function()
        name = _name_of(function)
        if not (hasattr(generator, "__anext__") or hasattr(generator, "__next__")):
            raise TypeError(
                f"The while_serving function {name}() is no generator. It must yield once: what "
                "stands before the yield runs before serving, and what stands behind it after."
            )
        if await self._step(generator, name) is _END:
            raise RuntimeError(f"The while_serving function {name}() ended without a yield.")
        self._generators.append((generator, name))

    async def stop(self, after: bool = True) -> None:
        """Run what comes after serving, and wait for the background tasks.

        Errors are logged, and the rest is run.

        Args:
            after: whether the after_serving functions are run.
        """
        make_home()
        if self._forget_signals is not None:
            self._forget_signals()
            self._forget_signals = None
        await self.app.background_tasks.finish()
        if not self.started:
            return
        self.started = False
        while self._generators:
            generator, name = self._generators.pop()
            try:
                if await self._step(generator, name) is not _END:
                    raise RuntimeError(f"The while_serving function {name}() yielded twice.")
            except Exception:
                self.app.logger.exception("Exception at the end of while_serving %s()", name)
        for function in self.app.after_serving_funcs if after else ():
            try:
                await self._call(function, "after_serving")
            except Exception:
                self.app.logger.exception("Exception in after_serving %s()", _name_of(function))
        # Those that the functions above have added.
        await self.app.background_tasks.finish()

    async def _call(self, function: Callable[[], Any], kind: str) -> None:
        async with Context(self.app):
            try:
                await (function() if is_async(function) else in_thread(function))
            except Exception as error:
                error.add_note(f"It was raised by the {kind} function {_name_of(function)}().")
                raise

    async def _step(self, generator: Any, name: str) -> Any:
        """Run a generator to its next `yield`; _END if there is none."""
        async with Context(self.app):
            try:
                if hasattr(generator, "__anext__"):
                    return await anext(generator, _END)
                return await in_thread(next, generator, _END)
            except Exception as error:
                error.add_note(f"It was raised by the while_serving function {name}().")
                raise

    # -- without a server that says when ------------------------------------------------------

    def start_here(self) -> None:
        """Start in this thread, if that has not happened; the end of the process stops it.

        Raises:
            Exception: what a function raised.
        """
        with self._lock:
            if not self.started:
                run(self.start())
                self.stop_at_exit()

    def stop_at_exit(self) -> None:
        """Stop when the process ends, unless a server stops the application before."""
        if not self._stops_at_exit:
            self._stops_at_exit = True
            atexit.register(self._stop_here)
            if multiprocessing.parent_process() is not None:
                # A process of multiprocessing, as Granian's workers are, ends without atexit.
                Finalize(None, self._stop_here, exitpriority=0)

    def start_or_die(self) -> None:
        """`start_here`, and if that fails, end the worker: it must not serve.

        Raises:
            Exception: what a function raised.
        """
        try:
            self.start_here()
        except Exception:
            self.app.logger.critical("The application could not start.", exc_info=True)
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    def _stop_here(self) -> None:
        run(self.stop())


def _name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", repr(function))


class BackgroundTasks:
    """Functions that run beside requests, and longer than the request that asked for them.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app
        self._running: set[asyncio.Task[None]] = set()
        # NOTE: without a limit of waiting, since nobody could be told to come later.
        self._threads = Threads(app.threads.size, queue=None, patience=None)

    def add(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Let a function run, from any thread: a coroutine function on the home loop, another in
        a thread. What it raises is logged.
        """
        if not self.app.lifespan.started:
            self.app.lifespan.stop_at_exit()
        loop = bridge.here()
        if bridge.running_loop() is loop:
            self._start(loop, function, args, kwargs)
        else:
            loop.call_soon_threadsafe(self._start, loop, function, args, kwargs)

    def _start(
        self, loop: asyncio.AbstractEventLoop, function: Any, args: Any, kwargs: Any
    ) -> None:
        task = loop.create_task(self._run(function, args, kwargs), name=_name_of(function))
        # NOTE: the loop keeps only weak references to tasks.
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, function: Any, args: Any, kwargs: Any) -> None:
        make_home()
        bridge.inside_thread.set(False)
        bridge.waited_for.set(None)
        try:
            async with Context(self.app):
                if is_async(function):
                    await function(*args, **kwargs)
                else:
                    await self._threads.run(partial(function, *args, **kwargs))
        except (Exception, SystemExit) as error:
            explain(error)
            self.app.logger.exception("Exception in background task %s()", _name_of(function))

    async def finish(self) -> None:
        """Wait for the tasks, also for those that they add, and then cancel the rest.

        It waits BACKGROUND_TASK_SHUTDOWN_TIMEOUT seconds.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self.app.plan.setting("BACKGROUND_TASK_SHUTDOWN_TIMEOUT")
        while (tasks := self._of(loop)) and (left := end - loop.time()) > 0:
            await asyncio.wait(tasks, timeout=left)
        for task in tasks:
            self.app.logger.warning("Background task %s() was cancelled.", task.get_name())
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    def _of(self, loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[None]]:
        return {task for task in self._running if task.get_loop() is loop}


def after_response(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Let a function run when the response of the current request has been sent.

    It runs as a background task does, outside the request: with `current_app` and a new `g`.

    Args:
        function: plain, or a coroutine function.
        args: its arguments; the same `kwargs`.

    Raises:
        RuntimeError: no request is being handled, or a WebSocket, which has no response.
    """
    context = needed_response("after_response()")
    add = partial(context.app.add_background_task, function, *args, **kwargs)

    def when_sent(response: Any) -> Any:
        response.call_on_close(add)
        return response

    context.add_after(when_sent)
