"""Which of its three interfaces an application is best served on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, Literal

from ..app import Quaff
from ..bridge import is_async

Interface = Literal["wsgi", "asgi", "rsgi"]


def choose_interface(app: Quaff) -> tuple[Interface, str]:
    """The interface to serve `app` on, and the reason in a few words.

    NOTE: never RSGI. Its path is decoded already (%2F is lost), headers that are not text are
    missing, and a body that was cut off looks whole. ASGI shows all of that as it is.
    """
    for rule in app.url_map.iter_rules():
        if rule.websocket:
            return "asgi", f"'{rule.rule}' is a WebSocket"
    views = app.view_functions
    count = sum(map(is_async, views.values()))
    if count:
        return "asgi", f"{count} of {len(views)} views {'is' if count == 1 else 'are'} async"
    for rule in app.url_map.iter_rules():
        if any(map(_answers_with_events, _codes(views.get(rule.endpoint)))):
            return "asgi", f"'{rule.rule}' is a stream"
    return "wsgi", "no view is async"


def _codes(view: Any) -> Iterator[CodeType]:
    """The code of a view, or of the methods of its class."""
    methods = vars(getattr(view, "view_class", object)).values()
    functions: list[Callable[..., Any]] = [view, *filter(inspect.isfunction, methods)]
    for function in functions:
        code = getattr(inspect.unwrap(function), "__code__", None)
        if code is not None:
            yield code


def _answers_with_events(code: CodeType) -> bool:
    """Whether a view makes events, or anything else that it awaits piece by piece.

    Plain generators are downloads for the most part: they end, and keep no thread for long.
    """
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return "EventStream" in code.co_names or any(
        part.co_flags & inspect.CO_ASYNC_GENERATOR for part in (code, *inner)
    )
