"""Injection: dependencies for functions that are no views, such as commands and tasks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ..bridge import is_async, run
from ..context import current
from .annotations import innermost
from .errors import place_of
from .parameters import Parameter, signature_of
from .providers import Exit
from .source import Bind, Writer

__all__ = ["inject"]

F = TypeVar("F", bound=Callable[..., Any])


class _Plain:
    """Stands for an application where none is at work."""

    dependency_overrides: dict[Any, Any] = {}  # noqa: RUF012 - never written to


_NO_PLAN = _Plain()


class _Call:
    """One call of an injected function: what has to be ended after it."""

    def __init__(self) -> None:
        self.exits: list[Exit] | None = None

    def end(self, error: BaseException | None) -> None:
        """End what providers began, the last first."""
        for leave, awaited in reversed(self.exits or ()):
            if awaited:
                run(leave(error))
            else:
                leave(error)

    async def end_async(self, error: BaseException | None) -> None:
        """`end` on an event loop."""
        for leave, awaited in reversed(self.exits or ()):
            result = leave(error)
            if awaited:
                await result


def inject(function: F) -> F:
    """The function, whose parameters with `Depends()` are provided where a call does not give them.

    For commands, background tasks and scripts; views need it not. Providers that are generators go
    on when the function returns or raises. What a provider takes from a request comes from its
    defaults where no request is being handled.

    Raises:
        TypeError: the function is a generator.
        AnnotationError: when it is called, if an annotation says nothing that can be provided.
        RuntimeError: when it is called without a request, if a provider needs one.
    """
    inner = innermost(function)
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        raise TypeError(f"inject() cannot tell when {inner.__qualname__}(), a generator, ends.")
    injection = _Injection(function)
    if is_async(function):

        async def injected_async(*args: Any, **kwargs: Any) -> Any:
            call = _Call()
            try:
                bind, request = injection.bind(args, kwargs)
                result = await function(*args, **await bind(request, kwargs, call))
            except BaseException as error:
                await call.end_async(error)
                raise
            await call.end_async(None)
            return result

        return update_wrapper(injected_async, function)  # type: ignore[return-value]

    def injected(*args: Any, **kwargs: Any) -> Any:
        call = _Call()
        try:
            bind, request = injection.bind(args, kwargs)
            result = function(*args, **bind(request, kwargs, call))
        except BaseException as error:
            call.end(error)
            raise
        call.end(None)
        return result

    return update_wrapper(injected, function)  # type: ignore[return-value]


class _Injection:
    """What a function depends on, compiled for each application and kind of call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.signature = inspect.signature(function)
        self.on_loop = is_async(function)
        self._known: WeakKeyDictionary[Any, dict[Any, Bind]] = WeakKeyDictionary()

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Bind, Any]:
        """What makes the arguments of a call, and the request it may read."""
        context = current.get(None)
        request = context.request if context is not None and context.has_request else None
        plan = _NO_PLAN if context is None else context.app.plan
        given = frozenset(self.signature.bind_partial(*args, **kwargs).arguments)
        key = given, request is not None
        known = self._known.setdefault(plan, {})
        if key not in known:
            overrides = _NO_PLAN if context is None else context.app
            known[key] = self._compiled(
                given, overrides.dependency_overrides, has_request=request is not None
            )
        return known[key], request

    def _compiled(
        self, given: frozenset[str], overrides: dict[Any, Any], *, has_request: bool
    ) -> Bind:
        signature = signature_of(self.function, (), given, only_marked=True, overrides=overrides)
        found = signature.parameters if signature is not None else ()
        wanted = tuple(parameter for parameter in found if parameter.source == "depends")
        if not has_request:
            for parameter in wanted:
                self._check(parameter)
        title = f"{innermost(self.function).__qualname__}() in {place_of(self.function)}"
        writer = Writer(title, wanted, on_loop=self.on_loop, injects=True, has_request=has_request)
        return writer.compiled()

    def _check(self, dependency: Parameter) -> None:
        """Refuse what only a request could give."""
        for parameter in dependency.dependencies:
            if parameter.source == "depends":
                self._check(parameter)
            elif parameter.required:
                name = getattr(dependency.provider, "__qualname__", dependency.provider)
                raise RuntimeError(
                    f"{innermost(self.function).__qualname__}() depends on {name}(), whose "
                    f"parameter `{parameter.name}` comes from a request ({parameter.source}), but "
                    "no request is being handled. Give the parameter a default, or pass "
                    f"`{dependency.name}` yourself."
                )
