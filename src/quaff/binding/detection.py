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
        return any(name != "return" for name in getattr(function, "__annotations__", ()))
    except NameError:  # Python 3.14 evaluates them, and some name is for type checkers only.
        return True
