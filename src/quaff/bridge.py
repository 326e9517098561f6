"""Where sync meets async, and nowhere else.

Rules of this file:

* Sync code that needs a coroutine's result blocks its own thread, never an event loop.
* The coroutine runs on the *home loop*: the loop of the server under ASGI and RSGI, or else one
  background loop that lives as long as the process. Database pools and HTTP clients belong to a
  loop, so all async code of a process shares one.
* Context variables set on one side are seen on the other, in both directions.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from functools import update_wrapper
from opcode import opmap
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")

#: The loop that serves this process's async code, where a gateway has one.
home_loop: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar(
    "quaff.home_loop", default=None
)

#: Whether a thread that an async gateway has handed over to waits for the code that asks.
inside_thread: ContextVar[bool] = ContextVar("quaff.inside_thread", default=False)

#: Where a stream or a WebSocket collects what its plain function waits for, to cancel that.
waited_for: ContextVar[set[asyncio.Task[None]] | None] = ContextVar(
    "quaff.waited_for", default=None
)

_MISSING = object()

#: Seconds after which a thread looks whether the loop that it waits for is still there: a server
#: that stops may leave threads behind, and the process would not end before them.
PATIENCE = 1.0

#: Where the framework's own code is.
_FRAMEWORK = os.path.dirname(__file__) + os.sep


def is_async(function: Any) -> bool:
    """Whether calling `function` gives a coroutine: asked at registration, never at a request."""
    while hasattr(function, "func"):
        function = function.func  # functools.partial
    return inspect.iscoroutinefunction(function) or (
        not inspect.isroutine(function)
        and not inspect.isclass(function)
        and inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - a method
    )


#: Every `await`, `async for` and `async with` has one.
_YIELD = opmap["YIELD_VALUE"]


def never_waits(function: Any) -> bool:
    """Whether `function` is a coroutine function without any `await`.

    Its coroutines end with their first step; nobody can wait for them, or cancel them.
    """
    code = getattr(function, "__code__", None)
    return (
        code is not None
        and bool(code.co_flags & inspect.CO_COROUTINE)
        # Every other byte is an operation, or is zero.
        and _YIELD not in code.co_code[::2]
    )


def _run_on(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop, also after a task that would have ended the process ended only the loop."""
    ended = False
    while not ended:
        with suppress(SystemExit, KeyboardInterrupt):
            loop.run_forever()
            ended = True


class _BackgroundLoop:
    """An event loop in a daemon thread, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def get(self) -> asyncio.AbstractEventLoop:
        loop = self._loop
        if loop is None:
            with self._lock:
                loop = self._loop or self._start()
                self._loop = loop
        return loop

    def _start(self) -> asyncio.AbstractEventLoop:
        import asyncio  # PERF: an application without async code never loads it (benchmark: import)

        # A loop keeps the context it was made in, which may be that of a request.
        loop = Context().run(asyncio.new_event_loop)
        thread = threading.Thread(
            target=_run_on, args=(loop,), name="quaff-background-loop", daemon=True
        )
        thread.start()
        return loop

    def forget(self) -> None:
        """A forked child has the loop's memory but not its thread."""
        self._lock = threading.Lock()
        self._loop = None


_background = _BackgroundLoop()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_background.forget)


def run(awaitable: Awaitable[T]) -> T:
    """The result of `awaitable`, which runs on the home loop while this thread waits.

    In the thread of the home loop it runs at once, as far as it need not wait for anything.

    Raises:
        BlockedLoop: this thread runs the home loop itself, so that waiting would never end.
    """
    loop = here()
    if running_loop() is loop:
        return _at_once(awaitable)
    result: T = _Crossing(awaitable, loop).result()
    return result


def _at_once(awaitable: Awaitable[T]) -> T:
    """The result of an awaitable that has nothing to wait for."""
    work = awaitable if inspect.iscoroutine(awaitable) else _awaited(awaitable)
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    with suppress(RuntimeError):  # It waits for something at its end, too.
        work.close()
    name = getattr(awaitable, "__qualname__", repr(awaitable))
    raise BlockedLoop(
        f"{name}() was to be awaited by blocking the event loop that it must run on, which "
        "would wait for ever. This happens when an async function calls a sync one that needs "
        "an async result; call it in a thread (asyncio.to_thread) or await it directly."
    )


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable


class BlockedLoop(RuntimeError):
    """Plain code on an event loop was to wait for something that happens on this loop."""


def explain(error: BaseException) -> None:
    """Add to an error of event loops which function made it, and what to do."""
    if isinstance(error, BlockedLoop):
        note = f"{_culprit(error)}() is the async function that called the plain code."
    elif "attached to a different loop" in str(error):
        note = (
            f"{_culprit(error)}() awaited something that belongs to another event loop than the "
            "one that runs the application's async functions. Make database pools and clients "
            "inside of an async function, such as one of @app.before_serving, and not with "
            "asyncio.run() at import."
        )
    else:
        return
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _culprit(error: BaseException) -> str:
    """The outermost function that an error came through and that is not the framework's."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_FRAMEWORK):
            return code.co_qualname
        trace = trace.tb_next
    return "An async function"


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that this thread runs; none before anybody loaded asyncio."""
    module = sys.modules.get("asyncio.events")
    return None if module is None else module._get_running_loop()


class _Crossing:
    """One coroutine's way over to a loop and back."""

    def __init__(self, awaitable: Awaitable[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.awaitable = awaitable
        self.loop = loop
        self.context = copy_context()
        self.done = threading.Lock()
        self.done.acquire()
        self.value: Any = None
        self.error: BaseException | None = None
        self.task: asyncio.Task[None] | None = None

    def result(self) -> Any:
        self.loop.call_soon_threadsafe(self._start, context=self.context)
        try:
            while not self.done.acquire(timeout=PATIENCE):
                if not self.loop.is_running():
                    raise RuntimeError(
                        "The event loop has ended, and with it what this thread waited for."
                    )
        except BaseException:
            with suppress(RuntimeError):  # The loop is closed.
                self.loop.call_soon_threadsafe(self._cancel)
            raise
        restore(self.context)
        if self.error is not None:
            raise self.error
        return self.value

    def _start(self) -> None:
        # NOTE: the loop keeps only weak references to tasks.
        self.task = self.loop.create_task(self._work(), context=self.context)
        tasks = waited_for.get()
        if tasks is not None:
            tasks.add(self.task)
            self.task.add_done_callback(tasks.discard)

    def _cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    async def _work(self) -> None:
        try:
            self.value = await self.awaitable
        except BaseException as error:
            self.error = error
            explain(error)
        finally:
            self.done.release()


def restore(context: Context, except_for: tuple[ContextVar[Any], ...] = ()) -> None:
    """Set the variables here to what they are in `context`."""
    for variable, value in context.items():
        if variable.get(_MISSING) is not value and variable not in except_for:
            variable.set(value)


def sync(function: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., T]:
    """A plain function that calls an async one and waits for its result."""

    def blocking(*args: Any, **kwargs: Any) -> T:
        return run(function(*args, **kwargs))

    return update_wrapper(blocking, function)


class _Items(Iterator[T]):
    # NOTE: a generator would not do: one that was never started closes nothing at its end.

    def __init__(self, iterator: AsyncIterator[T]) -> None:
        self._iterator = iterator
        self._open = True

    async def _step(self) -> Any:
        return await anext(self._iterator, _MISSING)

    def __next__(self) -> T:
        try:
            item = run(self._step())
        except BaseException:
            self.close()
            raise
        if item is _MISSING:
            self.close()
            raise StopIteration
        return item  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the async iterator, if it can be closed."""
        close = getattr(self._iterator, "aclose", None)
        if close is not None and self._open:
            self._open = False
            run(close())


def iterate(iterator: AsyncIterator[T]) -> Iterator[T]:
    """The items of an async iterator, each waited for on the home loop."""
    return _Items(iterator)


_left: set[asyncio.Task[Any]] = set()


def _begun(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> asyncio.Task[T]:
    """A task that goes on even if nobody keeps it."""
    task = loop.create_task(coroutine)
    # NOTE: the loop keeps only weak references to tasks.
    _left.add(task)
    task.add_done_callback(_left.discard)
    return task


def settle(coroutine: Coroutine[Any, Any, T]) -> Any:
    """The result of a coroutine in plain code; on an event loop a task, to be awaited.

    The task runs even if nobody awaits it, so that a forgotten `await` loses no work.
    """
    loop = running_loop()
    return run(coroutine) if loop is None else _begun(coroutine, loop)


def here() -> asyncio.AbstractEventLoop:
    """The home loop."""
    return _loop_of_request() or home_loop.get() or _background.get()


def leave(coroutine: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop) -> None:
    """Let a coroutine run on a loop without waiting for it, from any thread."""
    try:
        loop.call_soon_threadsafe(_begun, coroutine, loop)
    except RuntimeError:
        coroutine.close()  # The loop is closed, since the process ends.


# -- from a loop into a thread -------------------------------------------------------------------

#: NOTE: as good as any number. Whoever starts functions here limits them, as `threads` does: a
#: limit of the pool itself would let those that hold a thread wait for those that get none.
MOST_THREADS = 10_000

_pool: ThreadPoolExecutor | None = None


def _threads() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        from concurrent.futures import ThreadPoolExecutor

        _pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="quaff-sync")
    return _pool


def _forget_threads() -> None:
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


def _no_loop() -> asyncio.AbstractEventLoop | None:
    return None


_loop_of_request: Callable[[], asyncio.AbstractEventLoop | None] = _no_loop


def read_loop_from(source: Callable[[], asyncio.AbstractEventLoop | None]) -> None:
    """Let `source` say on which loop the request at work is answered.

    PERF: a request carries its loop, since a context variable of its own would cost more
    (benchmark: plain text on ASGI).
    """
    global _loop_of_request
    _loop_of_request = source


def make_home() -> None:
    """Make the loop that runs this the home loop of the code that is called from here."""
    home_loop.set(running_loop())


async def in_thread(
    function: Callable[..., T],
    *args: Any,
    when_done: Callable[[], None] | None = None,
    to_its_end: bool = False,
) -> T:
    """The result of a sync function, which runs in a thread while this loop goes on.

    Context variables are seen there, and what it sets is seen here afterwards.

    Args:
        function: the function.
        args: its arguments.
        when_done: called when the thread is free again.
        to_its_end: a task that is cancelled meanwhile ends only when the function has ended, since
            both work with the same objects.
    """
    from asyncio import CancelledError, wrap_future  # PERF: as above (benchmark: import)

    loop = running_loop()
    if loop is None:
        raise RuntimeError("in_thread() must be called on an event loop.")
    context = copy_context()
    try:
        work = _threads().submit(context.run, _inside_thread, loop, function, args)
    except RuntimeError:
        # The process ends and starts no threads any more; what is left to do is done here.
        try:
            return context.run(_inside_thread, loop, function, args)
        finally:
            if when_done is not None:
                when_done()
    if when_done is not None:
        work.add_done_callback(lambda _: when_done())
    try:
        result = await wrap_future(work)
    except CancelledError:
        if to_its_end and not work.cancelled():
            with suppress(Exception):
                await wrap_future(work)
        raise
    finally:
        restore(context, except_for=(home_loop, inside_thread))
    return result


def _inside_thread(
    loop: asyncio.AbstractEventLoop, function: Callable[..., T], args: tuple[Any, ...]
) -> T:
    home_loop.set(loop)
    inside_thread.set(True)
    try:
        return function(*args)
    except StopIteration as error:
        # NOTE: no future can hold it on Python 3.11, and whoever awaits it would wait for ever.
        raise RuntimeError("A function raised StopIteration, which ends no coroutine.") from error


async def iterate_in_thread(iterator: Iterator[T]) -> AsyncGenerator[T, None]:
    """The items of a sync iterator, each made in a thread."""
    end: Any = object()
    try:
        while (item := await in_thread(next, iterator, end, to_its_end=True)) is not end:
            yield item
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            await in_thread(close)
