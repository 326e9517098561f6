"""Detection: whether a view may have something to bind, found out without loading what binds."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["is_typed"]

#: Where the classes of markers are, which are not loaded for this.
MARKERS = "quaff.binding.markers"


def is_typed(view: Callable[..., Any]) -> bool:
    """Whether the view, or a method of its class, has annotated parameters, or a marker."""
    return any(_is_annotated(function) for function in _answering(view))


def _answering(view: Callable[..., Any]) -> list[Any]:
    """The functions that answer for a view: itself, or the methods of its class."""
    answering = getattr(getattr(view, "view_class", None), "answering", None)
    if answering is None:
        return [view]
    return [answering(method) for method in getattr(view, "methods", None) or ("GET",)]


def _is_annotated(function: Any) -> bool:
    """Whether the innermost function has annotated parameters."""
    function = inspect.unwrap(function)
    while hasattr(function, "func"):
        function = inspect.unwrap(function.func)  # functools.partial
    if not hasattr(function, "__code__"):
        function = getattr(function, "__call__", function)  # noqa: B004 - a method
    given = getattr(function, "__defaults__", None) or ()
    # A marker as default is a mistake, which is told where signatures are read.
    if any(type(value).__module__ == MARKERS for value in given):
        return True
    try:
        annotated = set(getattr(function, "__annotations__", ()))
    except NameError:  # Python 3.14 evaluates them, and some name is for type checkers only.
        return True
    return not annotated <= {"return", *_starred(function)}


def _starred(function: Any) -> tuple[str, ...]:
    """The names of `*args` and `**kwargs`, to which nothing is bound."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ()
    first = code.co_argcount + code.co_kwonlyargcount
    flags = (inspect.CO_VARARGS, inspect.CO_VARKEYWORDS)
    names: tuple[str, ...] = code.co_varnames[first:]
    return names[: sum(bool(code.co_flags & flag) for flag in flags)]
