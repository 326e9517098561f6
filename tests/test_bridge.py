"""Where sync meets async."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from quaff import bridge

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


class Callable_:
    async def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (double, True),
        (functools.partial(double, 2), True),
        (Callable_(), True),
        (Callable_, False),
        (len, False),
        (lambda: None, False),
    ],
)
def test_coroutine_functions_are_told_apart(function: Any, expected: bool) -> None:
    assert bridge.is_async(function) is expected


def test_run_gives_the_result() -> None:
    assert bridge.run(double(21)) == 42


def test_run_raises_what_the_coroutine_raised() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        bridge.run(fail())


def test_all_coroutines_run_on_one_loop() -> None:
    async def loop() -> int:
        return id(asyncio.get_running_loop())

    assert bridge.run(loop()) == bridge.run(loop())


def test_tasks_live_on_after_the_call_that_began_them() -> None:
    done = threading.Event()

    async def later() -> None:
        await asyncio.sleep(0.01)
        done.set()

    async def begin() -> set[Any]:
        return {asyncio.create_task(later())}

    tasks = bridge.run(begin())
    assert done.wait(5)
    assert len(tasks) == 1


def test_variables_cross_in_both_directions() -> None:
    async def change() -> str:
        seen = variable.get()
        variable.set("set inside")
        return seen

    token = variable.set("set outside")
    try:
        assert bridge.run(change()) == "set outside"
        assert variable.get() == "set inside"
    finally:
        variable.reset(token)


def test_blocking_the_loop_that_must_do_the_work_is_an_error() -> None:
    async def outer() -> str:
        try:
            bridge.run(double(1))
        except RuntimeError as error:
            return str(error)
        return "no error"

    message = bridge.run(outer())
    assert message.startswith("double()")
    assert "asyncio.to_thread" in message


def test_an_async_iterator_step_by_step() -> None:
    closed = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10):
                yield number
        finally:
            closed.append(True)

    iterator = bridge.iterate(numbers())
    assert [next(iterator), next(iterator)] == [0, 1]
    iterator.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_in_thread_leaves_the_loop_free_and_carries_variables() -> None:
    def work() -> tuple[str, bool]:
        seen = variable.get()
        variable.set("set in the thread")
        time.sleep(0.01)
        return seen, threading.current_thread() is threading.main_thread()

    async def main() -> tuple[str, bool, str]:
        variable.set("set on the loop")
        seen, on_main = await bridge.in_thread(work)
        return seen, on_main, variable.get()

    assert asyncio.run(main()) == ("set on the loop", False, "set in the thread")


def test_async_code_called_from_such_a_thread_runs_on_the_loop_it_came_from() -> None:
    async def loop() -> int:
        return id(asyncio.get_running_loop())

    async def main() -> bool:
        return await bridge.in_thread(bridge.run, loop()) == id(asyncio.get_running_loop())

    assert asyncio.run(main())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    bridge.run(double(1))
    child = os.fork()
    if child == 0:
        os._exit(bridge.run(double(21)))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 42
