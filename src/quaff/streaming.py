"""Streams that keep their request's context until they end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import update_wrapper
from typing import Any

from .bridge import here, leave
from .context import Context, current, needed_request

__all__ = ["stream_with_context"]


class ContextStream:
    """An iterator, each of whose steps runs in a context that it keeps alive.

    NOTE: the context is at work only during a step. A stream that is abandoned, or ended in
    another thread, so leaves nothing behind in the thread that began it.
    """

    def __init__(self, iterator: Iterator[Any], context: Context) -> None:
        self._iterator = iterator
        self._context = context
        self._open = True
        context.hold()

    def __iter__(self) -> ContextStream:
        return self

    def __next__(self) -> Any:
        token = current.set(self._context)
        try:
            return next(self._iterator)
        except StopIteration:
            self.close()
            raise
        except BaseException as error:
            self._end(error)
            raise
        finally:
            current.reset(token)

    def close(self) -> None:
        """End the stream; servers do so when the client goes away."""
        self._end(None)

    def _end(self, error: BaseException | None) -> None:
        if not self._open:
            return
        self._open = False
        close = getattr(self._iterator, "close", None)
        token = current.set(self._context)
        try:
            if close is not None:
                close()
        finally:
            current.reset(token)
            self._context.release(error)

    def __del__(self) -> None:
        # A stream that nobody closed; its context must end nevertheless.
        self.close()


class AsyncContextStream:
    """ContextStream for an async iterator."""

    def __init__(self, iterator: AsyncIterator[Any], context: Context) -> None:
        self._iterator = iterator
        self._context = context
        self._loop = here()
        self._open = True
        context.hold()

    def __aiter__(self) -> AsyncContextStream:
        return self

    async def __anext__(self) -> Any:
        token = current.set(self._context)
        try:
            return await anext(self._iterator)
        except BaseException as error:
            await self._end(None if isinstance(error, StopAsyncIteration) else error)
            raise
        finally:
            current.reset(token)

    async def aclose(self) -> None:
        """End the stream; gateways do so when the client goes away."""
        await self._end(None)

    async def _end(self, error: BaseException | None) -> None:
        if self._open:
            self._open = False
            await _end(self._iterator, self._context, error)

    def __del__(self) -> None:
        # A stream that nobody closed, such as that of a response that a hook replaced.
        if self._open:
            leave(_end(self._iterator, self._context, None), self._loop)


async def _end(iterator: AsyncIterator[Any], context: Context, error: BaseException | None) -> None:
    close = getattr(iterator, "aclose", None)
    token = current.set(context)
    try:
        if close is not None:
            await close()
    finally:
        current.reset(token)
        await context.release_async(error)


def stream_with_context(generator_or_function: Any) -> Any:
    """A stream during which `request`, `session` and `g` work; or a decorator that makes one.

    Args:
        generator_or_function: an iterator, an async iterator, or a function that returns one.

    Raises:
        RuntimeError: no request is being handled.
    """
    if hasattr(generator_or_function, "__anext__"):
        return AsyncContextStream(generator_or_function, _context())
    try:
        iterator = iter(generator_or_function)
    except TypeError:
        return _decorated(generator_or_function)
    return ContextStream(iterator, _context())


def _context() -> Context:
    return needed_request("stream_with_context()")


def _decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    def streaming(*args: Any, **kwargs: Any) -> Any:
        return stream_with_context(function(*args, **kwargs))

    return update_wrapper(streaming, function)
