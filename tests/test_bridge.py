"""Where sync meets async: results, errors, context variables, threads, forks."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from quaff import bridge

variable: ContextVar[str] = ContextVar("variable", default="unset")


# -- what is async -------------------------------------------------------------------------------


async def coroutine() -> str:
    return "result"


def plain() -> str:
    return "result"


async def generator() -> AsyncIterator[int]:
    yield 1


class Callable:
    async def __call__(self) -> str:
        return "result"

    async def method(self) -> str:
        return "result"

    @classmethod
    async def of_class(cls) -> str:
        return "result"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (coroutine, True),
        (functools.partial(coroutine), True),
        (functools.partial(functools.partial(coroutine)), True),
        (Callable(), True),
        (Callable().method, True),
        (Callable.of_class, True),
        (plain, False),
        (functools.partial(plain), False),
        (lambda: coroutine(), False),
        (generator, False),
        (Callable, False),
        (len, False),
    ],
)
def test_whether_calling_gives_a_coroutine(function: Any, expected: bool) -> None:
    assert bridge.is_async(function) is expected


async def awaits() -> str:
    return await coroutine()


async def loops() -> None:
    async for _ in generator():
        pass


async def enters() -> None:
    async with asyncio.timeout(1):
        pass


async def comprehends() -> list[int]:
    return [item async for item in generator()]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (coroutine, True),
        (Callable().__call__, True),
        (awaits, False),
        (loops, False),
        (enters, False),
        (comprehends, False),
        (generator, False),
        (plain, False),
        (len, False),
        (functools.partial(coroutine), False),
    ],
)
def test_whether_a_coroutine_function_never_waits(function: Any, expected: bool) -> None:
    assert bridge.never_waits(function) is expected


# -- from a thread to a loop ---------------------------------------------------------------------


def test_a_result_comes_back() -> None:
    assert bridge.run(coroutine()) == "result"
    assert bridge.sync(coroutine)() == "result"
    assert bridge.sync(coroutine).__name__ == "coroutine"


def test_any_awaitable_may_be_waited_for() -> None:
    class Awaitable:
        def __await__(self) -> Any:
            yield from asyncio.sleep(0).__await__()
            return "result"

    assert bridge.run(Awaitable()) == "result"


def test_an_error_comes_back_with_its_traceback() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("in a coroutine")

    with pytest.raises(LookupError, match="in a coroutine") as caught:
        bridge.run(fail())
    assert caught.traceback[-1].name == "fail"


def test_variables_are_seen_on_both_sides() -> None:
    async def look(value: str) -> str:
        seen = variable.get()
        await asyncio.sleep(0)
        variable.set(value)
        return seen

    token = variable.set("before")
    try:
        assert bridge.run(look("set in the coroutine")) == "before"
        assert variable.get() == "set in the coroutine"
    finally:
        variable.reset(token)


def test_variables_that_a_failed_coroutine_set_are_seen() -> None:
    async def fail() -> None:
        variable.set("set before the error")
        raise LookupError

    token = variable.set("before")
    try:
        with pytest.raises(LookupError):
            bridge.run(fail())
        assert variable.get() == "set before the error"
    finally:
        variable.reset(token)


def test_all_code_of_a_process_shares_a_loop() -> None:
    loops: list[Any] = []

    async def note() -> None:
        loops.append(asyncio.get_running_loop())

    bridge.run(note())
    thread = threading.Thread(target=lambda: bridge.run(note()))
    thread.start()
    thread.join()
    assert loops[0] is loops[1]


def test_a_task_outlives_the_call_that_started_it() -> None:
    done = threading.Event()
    tasks: list[Any] = []

    async def later() -> None:
        await asyncio.sleep(0.01)
        done.set()

    async def start() -> None:
        tasks.append(asyncio.create_task(later()))

    bridge.run(start())
    assert done.wait(10)


def test_the_shared_loop_keeps_nothing_of_whoever_needed_it_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bridge, "_background", bridge._BackgroundLoop())

    def ask() -> weakref.ref[Any]:
        value: Any = Callable()
        variable.set(value)
        assert bridge.run(coroutine()) == "result"
        return weakref.ref(value)

    kept = contextvars.Context().run(ask)
    gc.collect()
    loop = bridge._background.get()
    loop.call_soon_threadsafe(loop.stop)
    while loop.is_running():
        time.sleep(0.001)
    loop.close()
    assert kept() is None


def test_waiting_for_the_own_loop_is_an_error_and_no_deadlock() -> None:
    ended: list[str] = []

    async def inner() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append("inner")
            await asyncio.sleep(0)

    async def outer() -> None:
        bridge.run(inner())

    with pytest.raises(bridge.BlockedLoop) as caught:
        bridge.run(outer())
    assert "inner() was to be awaited by blocking the event loop" in str(caught.value)
    assert "asyncio.to_thread" in str(caught.value)
    [note] = caught.value.__notes__
    assert "outer() is the async function that called" in note
    assert ended == ["inner"]


def test_on_the_own_loop_is_done_at_once_what_need_not_wait() -> None:
    class Awaitable:
        def __await__(self) -> Any:
            yield from ()
            return variable.get()

    async def inner(value: str) -> asyncio.Task[Any] | None:
        variable.set(value)
        return asyncio.current_task()

    async def outer() -> None:
        assert bridge.run(inner("set inside")) is asyncio.current_task()
        assert bridge.run(Awaitable()) == "set inside"
        with pytest.raises(LookupError):
            bridge.run(fail())

    async def fail() -> None:
        raise LookupError

    contextvars.copy_context().run(bridge.run, outer())


def test_a_thread_of_another_loop_may_wait() -> None:
    async def outer() -> str:
        return bridge.run(coroutine())

    # This blocks a loop, though not the one that it waits for.
    assert asyncio.run(outer()) == "result"


def test_an_interrupted_wait_cancels_the_coroutine() -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    class Interrupted:
        """A lock that is interrupted like one in the main thread."""

        def acquire(self, timeout: float) -> None:
            assert started.wait(10)
            raise KeyboardInterrupt

        def release(self) -> None:
            pass

    crossing = bridge._Crossing(wait(), bridge._background.get())
    crossing.done = Interrupted()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        crossing.result()
    assert cancelled.wait(10)


def test_a_thread_whose_loop_has_ended_waits_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.02)
    began = threading.Event()
    ended: list[BaseException] = []

    async def never() -> None:
        began.set()
        await asyncio.Event().wait()

    def plain() -> None:
        try:
            bridge.run(never())
        except BaseException as error:
            ended.append(error)

    loop = asyncio.new_event_loop()
    context = copy_context()
    context.run(bridge.home_loop.set, loop)
    thread = threading.Thread(target=context.run, args=(plain,))
    thread.start()
    while not began.is_set():
        loop.run_until_complete(asyncio.sleep(0.001))
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(ended[0], RuntimeError)
    tasks = asyncio.all_tasks(loop)
    loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_an_exit_ends_who_waits_for_it_and_not_the_background_loop(
    kind: type[BaseException],
) -> None:
    async def leave() -> None:
        raise kind

    async def begin() -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(leave())

    async def settled(task: asyncio.Task[None]) -> BaseException | None:
        await asyncio.wait({task}, timeout=10)
        return task.exception()

    with pytest.raises(kind):
        bridge.run(leave())
    # One that nobody waits for ends the loop, which goes on.
    task = bridge.run(begin())
    assert type(bridge.run(settled(task))) is kind


# -- iterating -----------------------------------------------------------------------------------


def test_an_async_iterator_as_a_sync_one() -> None:
    closed: list[str] = []

    async def count() -> AsyncIterator[int]:
        try:
            for n in range(3):
                await asyncio.sleep(0)
                yield n
        finally:
            closed.append("closed")

    assert list(bridge.iterate(count())) == [0, 1, 2]
    assert closed == ["closed"]
    iterator = bridge.iterate(count())
    assert next(iterator) == 0
    iterator.close()  # type: ignore[attr-defined]
    assert closed == ["closed", "closed"]


def test_an_async_iterator_that_was_never_begun_is_closed_too() -> None:
    class Iterating:
        closed = 0

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> int:
            raise LookupError

        async def aclose(self) -> None:
            self.closed += 1

    unbegun, failing = Iterating(), Iterating()
    bridge.iterate(unbegun).close()  # type: ignore[attr-defined]
    assert unbegun.closed == 1
    items = bridge.iterate(failing)
    with pytest.raises(LookupError):
        next(items)
    items.close()  # type: ignore[attr-defined]
    assert failing.closed == 1


def test_a_sync_iterator_as_an_async_one() -> None:
    places: list[threading.Thread] = []

    def count() -> Iterator[int]:
        try:
            for n in range(3):
                places.append(threading.current_thread())
                yield n
        finally:
            places.append(threading.current_thread())

    async def collect(limit: int) -> list[int]:
        items = []
        iterator = bridge.iterate_in_thread(count())
        async for item in iterator:
            items.append(item)
            if len(items) == limit:
                break
        await iterator.aclose()  # type: ignore[attr-defined]
        return items

    assert asyncio.run(collect(10)) == [0, 1, 2]
    assert asyncio.run(collect(1)) == [0]
    assert len(places) == 6
    assert threading.main_thread() not in places


def test_a_coroutine_may_be_left_to_a_loop() -> None:
    done = threading.Event()

    async def later() -> None:
        await asyncio.sleep(0)
        done.set()

    bridge.leave(later(), bridge.here())
    assert done.wait(10)


def test_a_coroutine_that_is_left_to_a_closed_loop_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    awaitable = coroutine()
    bridge.leave(awaitable, loop)
    with pytest.raises(RuntimeError, match="already awaited"):
        bridge.run(awaitable)


# -- from a loop to a thread ---------------------------------------------------------------------


def test_a_function_runs_in_a_thread_and_sees_and_sets_variables() -> None:
    def look() -> tuple[str, threading.Thread]:
        seen = variable.get()
        variable.set("set in the thread")
        return seen, threading.current_thread()

    async def main() -> tuple[Any, str]:
        variable.set("set on the loop")
        return await bridge.in_thread(look), variable.get()

    (seen, thread), after = asyncio.run(main())
    assert (seen, after) == ("set on the loop", "set in the thread")
    assert thread is not threading.main_thread()


def test_from_that_thread_async_code_runs_on_the_loop_it_came_from() -> None:
    async def where() -> threading.Thread:
        return threading.current_thread()

    async def main() -> threading.Thread:
        return await bridge.in_thread(lambda: bridge.run(where()))

    assert asyncio.run(main()) is threading.main_thread()


def test_an_error_of_the_function_comes_back() -> None:
    def fail() -> None:
        raise LookupError("in a thread")

    with pytest.raises(LookupError, match="in a thread"):
        asyncio.run(bridge.in_thread(fail))


def test_an_end_of_iteration_comes_back_as_another_error() -> None:
    def fail() -> None:
        next(iter(()))

    async def main() -> None:
        async with asyncio.timeout(5):
            await bridge.in_thread(fail)

    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        asyncio.run(main())
    assert isinstance(caught.value.__cause__, StopIteration)


def test_without_a_loop_there_is_nothing_to_come_back_to() -> None:
    awaitable = bridge.in_thread(plain)
    with pytest.raises(RuntimeError, match="on an event loop"):
        awaitable.send(None)  # type: ignore[attr-defined]


# -- forks ---------------------------------------------------------------------------------------

FORK = """
import asyncio, os, sys, threading
from quaff import bridge

async def result():
    await asyncio.sleep(0)
    return threading.get_ident()

async def in_thread():
    return await bridge.in_thread(threading.get_ident)

bridge.run(result())          # The parent has a loop and a thread for sync code ...
bridge.run(in_thread())
pid = os.fork()
if pid == 0:                  # ... which a child does not have, though it remembers them.
    assert bridge.run(result())
    assert bridge.run(in_thread())
    print("child", flush=True)
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
assert bridge.run(result())
print("parent")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX")
def test_a_forked_child_has_a_loop_and_threads_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "child\nparent\n", done.stderr


def test_an_application_without_async_code_starts_no_loop() -> None:
    script = (
        "import sys, threading\n"
        "from quaff import Quaff\n"
        "app = Quaff('example')\n"
        "app.add_url_rule('/', view_func=lambda: 'body', endpoint='view')\n"
        "from werkzeug.test import Client\n"
        "assert Client(app).get('/').data == b'body'\n"
        "assert 'asyncio' not in sys.modules\n"
        "assert threading.active_count() == 1\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_what_belongs_to_another_loop_is_explained() -> None:
    other = asyncio.new_event_loop()

    async def view() -> None:
        await other.create_future()

    try:
        with pytest.raises(RuntimeError, match="attached to a different loop") as caught:
            bridge.run(view())
    finally:
        other.close()
    [note] = caught.value.__notes__
    assert "view() awaited something that belongs to another event loop" in note
    assert "before_serving" in note
