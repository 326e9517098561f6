"""Providers: functions that a view depends on, from their first line to their last."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial
from typing import Any, Protocol

from ..bridge import is_async
from .annotations import innermost

__all__ = ["Exits", "enter", "enter_async", "enter_in", "kind_of"]

#: A function called with the error that ended the work, or None, and whether it is async.
Exit = tuple[Callable[[BaseException | None], Any], bool]


class Exits(Protocol):
    """What keeps the ends of generators until they are due: a request."""

    exits: list[Exit] | None


def kind_of(provider: Callable[..., Any]) -> tuple[bool, bool]:
    """Whether a provider is async, and whether it is a generator."""
    function = innermost(provider)
    if not inspect.isroutine(function) and not inspect.isclass(function):
        function = innermost(getattr(type(function), "__call__", function))  # noqa: B004
    if inspect.isasyncgenfunction(function):
        return True, True
    return is_async(provider), inspect.isgeneratorfunction(function)


def _keep(holder: Exits, end: Callable[..., Any], awaited: bool) -> None:
    if holder.exits is None:
        holder.exits = []
    holder.exits.append((end, awaited))


def enter(holder: Exits, generator: Generator[Any, Any, Any]) -> Any:
    """The value that a generator yields; the rest of it runs in the end."""
    value = _first(generator)
    _keep(holder, partial(leave, generator), False)
    return value


async def enter_async(holder: Exits, generator: AsyncGenerator[Any, Any]) -> Any:
    """The value that an async generator yields; the rest of it runs in the end."""
    try:
        value = await anext(generator)
    except StopAsyncIteration:
        raise _odd(generator, "yields nothing") from None
    _keep(holder, partial(leave_async, generator), True)
    return value


def enter_in(hop: Callable[..., Callable[..., Any]]) -> Callable[..., Any]:
    """`enter` as a coroutine function, whose generators run in threads.

    Args:
        hop: makes a coroutine function of a plain one, by running it in a thread.
    """

    async def enter_in_thread(holder: Exits, generator: Generator[Any, Any, Any]) -> Any:
        value = await hop(_first)(generator)
        _keep(holder, hop(partial(leave, generator), in_any_case=True), True)
        return value

    return enter_in_thread


def _first(generator: Generator[Any, Any, Any]) -> Any:
    try:
        return next(generator)
    except StopIteration:
        # NOTE: this one must not leave a coroutine, where Python allows no StopIteration.
        raise _odd(generator, "yields nothing") from None


def leave(generator: Generator[Any, Any, Any], error: BaseException | None) -> None:
    """Let a generator go on to its end; an error that ended the work is raised at its `yield`.

    Raises:
        Exception: what the generator raises, if it is not the error itself.
    """
    try:
        if error is None:
            next(generator)
        else:
            generator.throw(error)
    except StopIteration:
        return
    except BaseException as raised:
        if raised is error:
            return
        raise
    generator.close()
    raise _odd(generator, "yields more than once")


async def leave_async(generator: AsyncGenerator[Any, Any], error: BaseException | None) -> None:
    """`leave` for async generators."""
    try:
        if error is None:
            await anext(generator)
        else:
            await generator.athrow(error)
    except StopAsyncIteration:
        return
    except BaseException as raised:
        if raised is error:
            return
        raise
    await generator.aclose()
    raise _odd(generator, "yields more than once")


def _odd(generator: Any, what: str) -> RuntimeError:
    return RuntimeError(
        f"The provider {generator.__qualname__}() {what}. A provider that is a generator yields "
        "the value once, and ends what it began after that."
    )
