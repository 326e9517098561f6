"""The life of a WebSocket, as `pipeline` is that of a request.

`converse` sets the context, finds the view, runs hooks and view, and ends the conversation. It runs
on the event loop of an async server. Plain functions are called in threads; a plain view keeps its
thread as long as the connection lasts.
"""

from __future__ import annotations

import inspect
from asyncio import CancelledError, Future, Task, get_running_loop, wait
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError

from . import pipeline
from .bridge import explain, is_async, make_home, run, waited_for
from .context import Context, current
from .http.request import enclosing_blueprints
from .http.websocket import (
    GOING_AWAY,
    INTERNAL_ERROR,
    POLICY_VIOLATION,
    BlockingWebSocket,
    WebSocket,
    WebSocketDisconnect,
)
from .signals import appcontext_popped, appcontext_pushed, got_request_exception

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from .http.response import Response
    from .plan import Plan

__all__ = ["SocketRoute", "converse"]

#: Seconds that a plain view has to end when it is cancelled.
PATIENCE = 1.0

#: Not all servers say that it is a WebSocket.
SCHEMES = {"http": "ws", "https": "wss"}


class SocketRoute:
    """The endpoint of a WebSocket with all that a connection to it runs through.

    Plain functions in it give coroutines that run them in threads.
    """

    def __init__(self, plan: Plan, endpoint: str | None) -> None:
        app = plan.app
        name = endpoint.rpartition(".")[0] if endpoint is not None else None
        self.endpoint = endpoint
        self.settings = plan.settings
        self.blueprints: tuple[str | None, ...] = (*enclosing_blueprints(name), None)
        outer_first = self.blueprints[::-1]
        self.preprocessors = plan.hooks(app.url_value_preprocessors, outer_first)
        self.before = plan.hooks(app.before_websocket_funcs, outer_first)
        self.after = plan.hooks(app.after_websocket_funcs, self.blueprints, backwards=True)
        self.teardown = plan.hooks(
            app.teardown_websocket_funcs, self.blueprints, backwards=True, in_any_case=True
        )
        self.errors: str | None = plan.option(self, "errors", None)
        self.view: Callable[..., Any] | None = None
        self.view_is_async = self.is_async_inside = True
        self.takes_websocket = False
        if endpoint is not None:
            view = app.view_functions[endpoint]
            self.view = view
            self.view_is_async = is_async(view)
            #: Whether what the view does is async, though a plain decorator may be around it.
            self.is_async_inside = is_async(inspect.unwrap(view))
            self.takes_websocket = "ws" in inspect.signature(view).parameters
        #: What makes the arguments of the view, if they are not just the values of the URL.
        binder = plan.binders.get(endpoint or "")
        self.bind: Callable[..., Any] | None = None
        if binder is not None:
            self.bind = binder.on_loop(app.threads.hop)


async def converse(plan: Plan, websocket: WebSocket) -> Response | None:
    """Hold the conversation of a WebSocket, to its end.

    Args:
        plan: one whose plain functions run in threads (`Plan.on_loop`).
        websocket: the connection, not yet accepted.

    Returns:
        The response that refuses the connection; None if it was accepted.

    Raises:
        Exception: what a view or hook raised, where the application propagates errors.
    """
    make_home()
    app = plan.app
    context = Context(app, websocket)
    context._holds = 1
    token = current.set(context)
    websocket.blocking = BlockingWebSocket(websocket, run)
    websocket.scheme = SCHEMES.get(websocket.scheme, websocket.scheme)
    websocket.max_size = plan.setting("WEBSOCKET_MAX_SIZE")
    websocket.acceptance_headers = lambda: _session_cookies(plan, context)
    error: BaseException | None = None
    try:
        if appcontext_pushed.receivers:
            await pipeline.announce(plan, appcontext_pushed)
        try:
            value = await _dispatch(plan, context)
        except Exception as raised:
            if _is_end(raised):
                value = None
            else:
                error = raised
                value = await _handle(plan, context, raised)
        return await _finish(plan, context, value)
    except BaseException as raised:
        error = raised
        if websocket.accepted:
            stops = isinstance(raised, CancelledError)
            await websocket.close(GOING_AWAY if stops else INTERNAL_ERROR)
        raise
    finally:
        try:
            context._holds -= 1
            if context._holds == 0:
                context._torn_down = True
                await _teardown(plan, context, error)
        finally:
            current.reset(token)
            error = None


async def _dispatch(plan: Plan, context: Context) -> Any:
    """What a hook or the view returns."""
    websocket: Any = context.request
    _match(plan, context)
    route: SocketRoute = websocket.route
    if websocket.routing_exception is not None:
        raise websocket.routing_exception
    _check_origin(websocket, plan.setting("WEBSOCKET_ALLOWED_ORIGINS"))
    for function, _ in route.preprocessors:
        await function(websocket.endpoint, websocket.view_args)
    for function, _ in route.before:
        value = await function()
        if value is not None:
            return value
    values = dict(websocket.view_args or {})
    if route.bind is not None:
        values = await route.bind(websocket, values)
    if route.takes_websocket:
        values.setdefault("ws", websocket if route.is_async_inside else websocket.blocking)
    view: Any = route.view
    if route.view_is_async:
        return await view(**values)
    value = await _in_thread(plan, websocket, partial(view, **values))
    # A plain function returned a coroutine, as a decorator around an async view does.
    return await value if inspect.isawaitable(value) else value


async def _in_thread(plan: Plan, websocket: WebSocket, view: Callable[[], Any]) -> Any:
    """What a plain view returns, which keeps its thread as long as the connection lasts.

    If it is cancelled, it is woken and has a moment to end, before its request does.
    """
    loop = get_running_loop()
    over: Future[None] = loop.create_future()
    began = False
    waiting: set[Task[None]] = set()
    waited_for.set(waiting)

    def in_its_thread() -> Any:
        nonlocal began
        began = True
        try:
            return view()
        finally:
            with suppress(RuntimeError):  # The loop is closed, since the process ends.
                loop.call_soon_threadsafe(over.cancel)

    try:
        return await plan.app.websocket_threads.run(in_its_thread)
    except CancelledError:
        # It may wait for a message, or be about to, and no server brings one any more.
        if websocket.accepted:
            await websocket.close(GOING_AWAY)
        for task in tuple(waiting):
            task.cancel()
        if began:
            await wait({over}, timeout=PATIENCE)
        raise


def _match(plan: Plan, context: Context) -> None:
    """Find the rule of the connection; what matching raises is stored on it."""
    websocket = context.request
    rule: Rule | None = None
    values: dict[str, Any] | None = None
    try:
        adapter = context.url_adapter
        if adapter is not None:
            adapter.url_scheme = websocket.scheme
            rule, found = adapter.match(method="GET", return_rule=True, websocket=True)
            values = dict(found)
    except HTTPException as error:
        websocket.routing_exception = error
    endpoint = None if rule is None else rule.endpoint
    route = plan.sockets.get(endpoint) or _compiled(plan, endpoint)
    websocket.found = context.found = route, rule, values


def _compiled(plan: Plan, endpoint: str | None) -> SocketRoute:
    route = plan.sockets[endpoint] = SocketRoute(plan, endpoint)
    return route


def _check_origin(websocket: WebSocket, allowed: list[str] | None) -> None:
    """Refuse pages of other sites.

    SECURITY: browsers let any page open a WebSocket to any host, with the host's cookies, and ask
    nobody (cross-site WebSocket hijacking). Clients that are no browsers send no Origin.

    Raises:
        Forbidden: the page that asks belongs to another site.
    """
    origin = websocket.headers.get("Origin")
    if origin is None or (allowed and ("*" in allowed or origin in allowed)):
        return
    try:
        parts = urlsplit(origin)
    except ValueError:
        parts = urlsplit("")  # It is no URL, and nobody's origin.
    defaults = {"http": ":80", "https": ":443"}
    suffix = defaults.get(parts.scheme, "")
    host = websocket.host.lower()
    if parts.netloc.lower().removesuffix(suffix) != host.removesuffix(suffix):
        raise Forbidden(
            "Pages of another site may not open this WebSocket. WEBSOCKET_ALLOWED_ORIGINS lists "
            "the origins that may."
        )


def _is_end(error: Exception) -> bool:
    """Whether an error is the normal end of a conversation, be it in several tasks at once."""
    if isinstance(error, ExceptionGroup):
        return error.split(WebSocketDisconnect)[1] is None
    return isinstance(error, WebSocketDisconnect)


async def _handle(plan: Plan, context: Context, error: Exception) -> Any:
    """What error handlers make of an error, or the end of the conversation."""
    app, websocket = plan.app, context.request
    assert isinstance(websocket, WebSocket)
    if websocket.route is None:
        websocket.found = context.found = _compiled(plan, None), None, None
    try:
        value = await pipeline.handle_user_exception(plan, context, error)
    except Exception as raised:
        error = raised
        if got_request_exception.receivers:
            await pipeline.announce(plan, got_request_exception, exception=error)
        explain(error)
        propagate = app.config["PROPAGATE_EXCEPTIONS"]
        if propagate if propagate is not None else app.testing:
            raise
        app.log_exception((type(error), error, error.__traceback__))
        value = InternalServerError(original_exception=error)
        handler = app._find_error_handler(value, websocket.route.blueprints)
        if handler is not None:
            value = await pipeline._called(plan, handler, value)
    if websocket.accepted:
        await websocket.close(*_close_of(error))
        return None
    return value


def _close_of(error: Exception) -> tuple[int, str]:
    """The close code and the reason that say what a response with the error would have said."""
    status = error.code or 500 if isinstance(error, HTTPException) else 500
    code = getattr(error, "close_code", INTERNAL_ERROR if status >= 500 else POLICY_VIOLATION)
    name = error.name if isinstance(error, HTTPException) else InternalServerError().name
    return code, name


async def _finish(plan: Plan, context: Context, value: Any) -> Response | None:
    """Run the after hooks and close; the response, if the connection is refused."""
    websocket: Any = context.request
    response: Any = None
    if not websocket.accepted:
        make = plan.make_response or plan.own_make_response
        response = make(Forbidden() if value is None else value)
    for function, _ in websocket.route.after:
        response = await function(response) or response
    if websocket.accepted:
        await websocket.close()
        return None
    _save_session(plan, context, response)
    pipeline.check(response)
    return response  # type: ignore[no-any-return]


def _session_cookies(plan: Plan, context: Context) -> list[tuple[str, str]]:
    """The cookie of a session that was changed before the connection was accepted."""
    response = plan.response_class()
    _save_session(plan, context, response)
    return [("Set-Cookie", value) for value in response.headers.getlist("Set-Cookie")]


def _save_session(plan: Plan, context: Context, response: Any) -> None:
    """Save a session that was changed in a response."""
    session = context._open_session
    interface = plan.app.session_interface
    if session is not None and session.modified and not interface.is_null_session(session):
        interface.save_session(plan.app, session, response)


async def _teardown(plan: Plan, context: Context, error: BaseException | None) -> None:
    errors: list[BaseException] = []
    websocket = context.request
    await pipeline.leave(websocket, error, errors)
    for hook in websocket.route.teardown if websocket.route else ():
        await pipeline._tear(hook, error, errors)
    await pipeline.teardown_appcontext(plan, context, error, errors)
    if appcontext_popped.receivers:
        await pipeline.announce(plan, appcontext_popped)
    pipeline.raise_collected(errors)
