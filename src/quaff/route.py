"""Route: an endpoint with all that a request for it runs through, compiled."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import update_wrapper
from time import monotonic
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import GatewayTimeout
from werkzeug.utils import import_string

from .bridge import never_waits
from .context import current
from .http.request import enclosing_blueprints
from .threads import Busy

if TYPE_CHECKING:
    from .app import Quaff
    from .binding.binder import Binder
    from .http.request import Request
    from .http.response import Response
    from .plan import Plan

__all__ = ["Hook", "Route", "in_time"]

#: A function and whether it is a coroutine function.
Hook = tuple[Callable[..., Any], bool]


class Route:
    """An endpoint with all that a request for it runs through."""

    __slots__ = (
        "after",
        "at_once",
        "before",
        "bind",
        "bind_is_async",
        "binder",
        "blueprints",
        "endpoint",
        "errors",
        "has_before",
        "has_teardown",
        "is_straight",
        "makes_request",
        "needs_thread",
        "never_waits",
        "own_view",
        "preprocessors",
        "settings",
        "teardown",
        "threaded",
        "timeout",
        "view",
        "view_is_async",
    )

    def __init__(self, plan: Plan, endpoint: str | None) -> None:
        app = plan.app
        self.endpoint = endpoint
        self.settings = plan.settings
        name = endpoint.rpartition(".")[0] if endpoint is not None else None
        #: Innermost blueprint first; None stands for the application.
        self.blueprints: tuple[str | None, ...] = (*enclosing_blueprints(name), None)
        outer_first = self.blueprints[::-1]
        self.preprocessors = plan.hooks(app.url_value_preprocessors, outer_first)
        self.before = plan.hooks(app.before_request_funcs, outer_first)
        self.has_before = bool(self.preprocessors or self.before)
        self.after = plan.hooks(app.after_request_funcs, self.blueprints, backwards=True)
        self.teardown = plan.hooks(app.teardown_request_funcs, self.blueprints, backwards=True)
        self.has_teardown = plan.has_teardown or bool(self.teardown)
        #: Whether nothing but its view takes part in a request that goes well.
        self.is_straight = plan.is_straight and not (self.has_before or self.after)
        #: Whether plain functions run in threads under async servers.
        self.threaded: bool = plan.option(self, "threaded", True)
        #: Seconds that the view may take; None for any number.
        self.timeout: float | None = plan.option(self, "timeout", None)
        #: "problem" if HTTP errors are problem details; None for pages.
        self.errors: str | None = plan.option(self, "errors", None)
        self.view: Callable[..., Any] = plan.raise_routing_exception
        self.view_is_async = False
        #: What makes the arguments of the view, if they are not just the values of the URL.
        self.binder: Binder | None = plan.binders.get(endpoint or "")
        self.bind: Callable[..., Any] | None = None
        self.bind_is_async = False
        if self.binder is not None:
            self.bind = self.binder.bind
            self.has_teardown = self.has_teardown or self.binder.has_exits
        #: Whether the view is none of the application's functions.
        self.own_view = endpoint is None
        if endpoint is not None:
            self.view, self.view_is_async = plan.hook(_view_of(app, endpoint))
            if self.timeout is not None and self.view_is_async:
                self.view = in_time(self.view, self.timeout)
            if app.config.get("VALIDATE_RESPONSES"):
                # PERF: other applications do not load it (benchmark: import).
                keep = import_string("quaff.binding.returns:checked")
                written = app.view_functions[endpoint]
                self.view = keep(self.view, written, self.view_is_async, app.json)
        #: Whether the request is needed in any case, or was asked for in an earlier one.
        self.makes_request = (
            not self.is_straight or self.bind is not None or self.timeout is not None
        )
        self._settle()
        #: Whether an async server has nothing to wait for, whether the view fails or not.
        self.never_waits = (
            self.is_straight
            and self.threaded
            and not self.has_teardown
            and self.bind is None
            and not plan.handlers_wait
            and never_waits(self.view)
        )

    def _settle(self) -> None:
        hooks = (*self.preprocessors, *self.before, *self.after, *self.teardown)
        # One thread can then serve the whole request.
        all_sync = not self.view_is_async and not any(is_async for _, is_async in hooks)
        #: Whether an async server needs a thread for it.
        self.needs_thread = self.threaded and all_sync and not (self.own_view and not hooks)
        #: Where a thread is needed: asked for an answer that waits for nothing; None if it has
        #: none. Nobody but the view may take part in the request.
        self.at_once: Callable[[Quaff, Request], Response | None] | None = None
        if self.is_straight and self.needs_thread and not self.has_teardown:
            self.at_once = getattr(self.view, "at_once", None)

    def with_view(self, view: Callable[..., Any]) -> Route:
        """The same hooks around another view, which is a plain function."""
        twin: Route = copy(self)
        twin.view, twin.view_is_async, twin.own_view = view, False, True
        twin.binder = twin.bind = None
        twin.never_waits = False
        twin._settle()
        return twin

    def for_loop(self, hop: Callable[..., Callable[..., Any]]) -> Route:
        """The route as async servers need it.

        It is the same one if it needs a thread for itself. Else plain functions become coroutine
        functions, if they may not run on the loop.

        Args:
            hop: makes a coroutine function of a plain one, by running it in a thread.
        """
        if self.needs_thread:
            return self
        twin: Route = copy(self)
        if self.binder is not None and self.binder.waits:
            twin.bind = self.binder.on_loop(hop if self.threaded else None)
            twin.bind_is_async = True
        if self.threaded:
            twin._hop(hop)
        return twin

    def _hop(self, hop: Callable[..., Callable[..., Any]]) -> None:
        for name in ("preprocessors", "before", "after", "teardown"):
            options = {"in_any_case": True} if name == "teardown" else {}
            hooks = tuple(
                (function if is_async else hop(function, **options), True)
                for function, is_async in getattr(self, name)
            )
            setattr(self, name, hooks)
        if not (self.view_is_async or self.own_view):
            self.view, self.view_is_async = hop(self.view), True


def _view_of(app: Quaff, endpoint: str) -> Callable[..., Any]:
    try:
        return app.view_functions[endpoint]
    except KeyError:
        raise LookupError(
            f"A rule leads to the endpoint {endpoint!r}, but the application has no view function "
            f"for it. Give it one with @app.endpoint({endpoint!r}), or pass view_func= to "
            "add_url_rule()."
        ) from None


def in_time(view: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """A coroutine function that is cancelled when its request's time is over, and answers 504.

    Where hooks that waited for threads have used up the time, it is not begun, and answers 503.
    """

    async def view_in_time(**values: Any) -> Any:
        import asyncio  # PERF: an application without async code never loads it (benchmark: import)

        deadline = current.get().request.deadline
        left = seconds if deadline is None else deadline - monotonic()
        if left <= 0:
            raise Busy
        try:
            async with asyncio.timeout(left) as limit:
                return await view(**values)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise GatewayTimeout(f"The view took longer than {seconds:g} seconds.") from error

    return update_wrapper(view_in_time, view)
