"""The life of a request, written once.

`respond` is the whole life: the context is set, the request is dispatched, the context is torn
down. The functions under it are its steps. Each step is also what the application's method of
the same name does, so that an override can call it with `super()`.

Rules of this file:

* A sync function is called; what a coroutine function gives is awaited.
* `pipeline_sync` is generated from this file and waits in its thread instead; WSGI uses it.
  Only `def`, `async def` and `await` can be translated.
* A step that the application replaced is called on the application.
* Nothing here inspects a function: the Plan has done so.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.exceptions import BadRequestKeyError, HTTPException, InternalServerError
from werkzeug.routing import RoutingException

from .bridge import explain
from .context import Context, current
from .http.validity import check_headers, check_status
from .signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    connected,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)

if TYPE_CHECKING:
    from blinker import Signal

    from .http.request import Request
    from .http.response import Response
    from .plan import Plan
    from .route import Route

# PERF: Python 3.11 makes a bound method for each call of a method of an imported name (benchmark:
# plain text).
set_current, reset_current = current.set, current.reset


async def respond(plan: Plan, context: Context) -> None:
    """Leave the answer to a request in its context: a Response, or the body where that is all.

    PERF: a coroutine that returns something hands it to whoever began it by an exception, which
    takes several times as long as a call (benchmark: plain text on ASGI).

    Raises:
        Exception: what a view or hook raised, where the application propagates errors.
    """
    app = plan.app
    if not app._got_first_request:
        app._got_first_request = True
    context._holds = 1
    token = set_current(context)
    route: Route | None = None
    error: BaseException | None = None
    try:
        try:
            if plan.opens_contexts or connected:
                await begin(plan, context, token.old_value)
            route, _, values = context.found or plan.finder.match(context)
            if not route.is_straight or connected:
                if plan.full_dispatch_request is None:
                    context.answer = await full_dispatch(plan, context)
                else:
                    context.answer = plan.full_dispatch_request()
                return
            # PERF: the same, where nothing but the view takes part (benchmark: plain text).
            try:
                if route.bind is not None:
                    bound = route.bind(context.request, values or {})
                    values = await bound if route.bind_is_async else bound
                value = route.view(**values) if values else route.view()
                if route.view_is_async:
                    value = await value
            except Exception as raised:
                value = await recover(plan, context, raised)
            if (
                context._after is None
                and context._open_session is None
                and not (plan.session_cookie and must_refresh_session(plan, context))
            ):
                writer = plan.writers[type(value)]
                if writer is not None:
                    context.answer = writer[0](value), writer[1]
            if context.answer is None:
                context.answer = await finalize(plan, context, value)
        except Exception as raised:
            error = raised
            if plan.handle_exception is None:
                context.answer = await handle_exception(plan, context, raised)
            else:
                context.answer = plan.handle_exception(raised)
    except BaseException as raised:
        # The error of the request is the first one, whatever came of handling it.
        error = error or raised
        raise
    finally:
        if context.keep is not None:
            context.error = error
            context.keep(context)
        try:
            context._holds = holds = context._holds - 1
            if not holds:
                context._torn_down = True
                made = context.made
                if (
                    route is None
                    or route.has_teardown
                    or connected
                    or (made is not None and made.has_files)
                ):
                    await teardown(plan, context, error)
        finally:
            reset_current(token)
            # The error, its traceback and this frame would hold each other.
            error = None


async def begin(plan: Plan, context: Context, outer: object) -> None:
    """Send the signal of a pushed context and, for a request, open the session and match.

    Args:
        outer: the context around this one, if there is one.
    """
    if plan.nested_requests_share_g and isinstance(outer, Context) and outer.app is plan.app:
        if context.has_request:
            context.share_g(outer)
        elif outer.has_request:
            context.borrow_request(outer)
    if context._g_owner is None and appcontext_pushed.receivers:
        await announce(plan, appcontext_pushed)
    if context.has_request and not context._borrows_request:
        if not plan.lazy_session:
            context.opened_session()
        if context.found is None:
            plan.finder.match(context)


async def full_dispatch(plan: Plan, context: Context) -> Response:
    """Hooks, view and finishing; errors that a handler takes become its response."""
    route: Route = context.found[0]
    value = None
    try:
        if request_started.receivers:
            await announce(plan, request_started)
        if plan.preprocess_request is not None:
            value = plan.preprocess_request()
        elif route.has_before:
            value = await preprocess(plan, context)
        if value is None:
            if plan.dispatch_request is not None:
                value = plan.dispatch_request()
            else:
                value = await dispatch(plan, context)
    except Exception as error:
        value = await recover(plan, context, error)
    if plan.finalize_request is None:
        return await finalize(plan, context, value)
    return plan.finalize_request(value)  # type: ignore[no-any-return]


async def recover(plan: Plan, context: Context, error: Exception) -> Any:
    """What stands for the value of a view that raised an error; the error, if nobody takes it."""
    request = context.request
    if request.exits is not None:
        request.failure = error
    if plan.handle_user_exception is None:
        return await handle_user_exception(plan, context, error)
    return plan.handle_user_exception(error)


async def dispatch(plan: Plan, context: Context) -> Any:
    """What the view returns."""
    request = context.request
    route: Route = context.found[0]
    values = request.view_args or {}
    if route.bind is not None:
        bound = route.bind(request, values)
        values = await bound if route.bind_is_async else bound
    value = route.view(**values)
    return await value if route.view_is_async else value


async def announce(plan: Plan, signal: Signal, **details: Any) -> None:
    """Send a signal, whose receivers may be coroutine functions."""
    for receiver in signal.receivers_for(plan.app):
        function, is_async = plan.hook(receiver)
        result = function(plan.app, **details)
        if is_async:
            await result


async def preprocess(plan: Plan, context: Context) -> Any:
    """URL value preprocessors, then the before hooks; the first value that is not None ends it."""
    request = context.request
    route: Route = context.found[0]
    for function, is_async in route.preprocessors:
        result = function(request.endpoint, request.view_args)
        if is_async:
            await result
    for function, is_async in route.before:
        value = function()
        if is_async:
            value = await value
        if value is not None:
            return value
    return None


async def finalize(
    plan: Plan, context: Context, value: Any, from_error_handler: bool = False
) -> Response:
    """The value as a Response that has passed the after hooks.

    Args:
        from_error_handler: errors in the after hooks are logged, since the response is already
            that of an error.
    """
    response: Any = None
    if plan.make_response is None:
        # PERF: nothing else that a view may return is an error (benchmarks: 404, 405).
        if isinstance(value, HTTPException):
            response = plan.error_response(value, context.request)
            # The frames of its traceback hold the context, which may hold the error.
            value.__traceback__ = None
        else:
            response = plan.plain_response(value)
    if response is None:
        if inspect.isawaitable(value):
            # A plain function returned a coroutine, as a decorator around an async view does.
            value = await value
        make = plan.make_response or plan.own_make_response
        response = make(value)
    try:
        if plan.process_response is not None:
            response = plan.process_response(response)
        elif (
            context.found[0].after
            or context._after is not None
            or context._open_session is not None
            or (plan.session_cookie and must_refresh_session(plan, context))
        ):
            response = await process_response(plan, context, response)
        if request_finished.receivers:
            await announce(plan, request_finished, response=response)
        if response.__class__ is not plan.response_class or response._headers is not None:
            check(response)
    except Exception:
        if not from_error_handler:
            raise
        plan.app.logger.exception("An after_request function failed on the response of an error.")
        response = sendable(plan, response)
    return response  # type: ignore[no-any-return]


def check(response: Any) -> None:
    """Let no response reach a server that the server could not send.

    Raises:
        ValueError: the status or a header is none that HTTP knows.
    """
    code = response._status_code
    if not 100 <= code <= 599:
        check_status(code)
    check_headers(response.headers)


def sendable(plan: Plan, response: Any) -> Any:
    """The response of an error, or a bare one if a hook made it impossible to send."""
    try:
        check(response)
    except Exception:
        return plan.own_make_response(InternalServerError())
    return response


def must_refresh_session(plan: Plan, context: Context) -> bool:
    """Whether a session that nobody has read may have to be sent again."""
    if plan.session_cookie is None or context.made is None:
        # NOTE: gateways make a request that has cookies before they ask for its answer.
        return False
    cookies = context.made.cookie_header
    return cookies is not None and plan.session_cookie in cookies


async def process_response(plan: Plan, context: Context, response: Any) -> Any:
    """The response after the after hooks, with the session saved."""
    if context._after is not None:
        for after in context._after:
            function, is_async = plan.hook(after)
            response = function(response)
            if is_async or inspect.isawaitable(response):
                # The next client that asks for the route may wait for it, and is watched.
                context.found[0].never_waits = False
                response = await response
            if response is None:
                _refuse_nothing(after)
    for function, is_async in context.found[0].after:
        response = function(response)
        if is_async:
            response = await response
        if response is None:
            _refuse_nothing(function)
    if (
        context._open_session is not None
        or not plan.lazy_session
        or (plan.session_cookie and must_refresh_session(plan, context))
    ):
        interface = plan.app.session_interface
        session = context.opened_session()
        if not interface.is_null_session(session):
            interface.save_session(plan.app, session, response)
    return response


def _refuse_nothing(function: Callable[..., Any]) -> NoReturn:
    name = getattr(function, "__qualname__", repr(function))
    raise TypeError(
        f"The after_request function {name}() returned None. It must return a response: the "
        "one it was given, or another."
    )


async def handle_user_exception(plan: Plan, context: Context, error: Exception) -> Any:
    """What the registered handler makes of an error; errors without handler are raised again."""
    app = plan.app
    if isinstance(error, BadRequestKeyError) and (
        app.debug or app.config["TRAP_BAD_REQUEST_ERRORS"]
    ):
        error.show_exception = True
    if isinstance(error, HTTPException) and not app.trap_http_exception(error):
        if plan.handle_http_exception is not None:
            return plan.handle_http_exception(error)
        return await handle_http_exception(plan, context, error)
    handler = app._find_error_handler(error, context.found[0].blueprints)
    if handler is None:
        raise error
    return await _called(plan, handler, error)


async def handle_http_exception(plan: Plan, context: Context, error: HTTPException) -> Any:
    """What the registered handler makes of an HTTP error; without handler, the error itself."""
    # A response in place of an error has no code, and a redirect of the router is no error.
    if error.code is None or isinstance(error, RoutingException):
        return error
    handler = plan.app._find_error_handler(error, context.found[0].blueprints)
    return error if handler is None else await _called(plan, handler, error)


async def handle_exception(plan: Plan, context: Context, error: Exception) -> Response:
    """The response to an error that nothing handled: logged, and a 500.

    Raises:
        Exception: the error itself, where the application propagates errors.
    """
    app = plan.app
    if got_request_exception.receivers:
        await announce(plan, got_request_exception, exception=error)
    propagate = app.config["PROPAGATE_EXCEPTIONS"]
    if propagate is None:
        propagate = app.testing or app.debug
    explain(error)
    if propagate:
        raise error
    app.log_exception((type(error), error, error.__traceback__))
    value: Any = InternalServerError(original_exception=error)
    if context.found is None:
        plan.finder.refuse(context, None)
    handler = app._find_error_handler(value, context.found[0].blueprints)
    if handler is not None:
        value = await _called(plan, handler, value)
    if plan.finalize_request is None:
        return await finalize(plan, context, value, from_error_handler=True)
    return plan.finalize_request(value, from_error_handler=True)  # type: ignore[no-any-return]


async def _called(plan: Plan, handler: Callable[..., Any], error: Exception) -> Any:
    function, is_async = plan.hook(handler)
    value = function(error)
    return await value if is_async else value


async def teardown(plan: Plan, context: Context, error: BaseException | None) -> None:
    """Run the teardown functions, all of them, and close uploaded files.

    Raises:
        ExceptionGroup: of what they raised, if more than one did; a single error as it is.
    """
    errors: list[BaseException] = []
    if error is not None and plan.app.should_ignore_error(error):
        error = None
    if context.has_request and not context._borrows_request:
        if plan.do_teardown_request is None:
            await teardown_request(plan, context, error, errors)
        else:
            _collecting(errors, plan.do_teardown_request, error)
        if context.made is not None and context.made.has_files:
            context.made.close()
    if context._g_owner is None:
        if plan.do_teardown_appcontext is None:
            await teardown_appcontext(plan, context, error, errors)
        else:
            _collecting(errors, plan.do_teardown_appcontext, error)
        if appcontext_popped.receivers:
            await announce(plan, appcontext_popped)
    if context._borrows_request:
        context.return_request()
    raise_collected(errors)


async def teardown_request(
    plan: Plan,
    context: Context,
    error: BaseException | None,
    errors: list[BaseException],
) -> None:
    """Run the teardown functions of a request; what they raise is collected."""
    if context.made is not None:
        await leave(context.made, error, errors)
    route = plan.unmatched if context.found is None else context.found[0]
    for hook in route.teardown:
        await _tear(hook, error, errors)
    if request_tearing_down.receivers:
        await _announce_end(plan, request_tearing_down, error, errors)


async def leave(request: Request, error: BaseException | None, errors: list[BaseException]) -> None:
    """Run what ends with the request, in the reverse order of its beginning."""
    if request.exits is not None:
        for hook in reversed(request.exits):
            await _tear(hook, error or request.failure, errors)
        # Errors hold the frames that hold the request.
        request.exits = request.failure = None


async def teardown_appcontext(
    plan: Plan,
    context: Context,
    error: BaseException | None,
    errors: list[BaseException],
) -> None:
    """Run the teardown functions of a context; what they raise is collected."""
    for hook in plan.teardown_appcontext:
        await _tear(hook, error, errors)
    if appcontext_tearing_down.receivers:
        await _announce_end(plan, appcontext_tearing_down, error, errors)


async def _tear(
    hook: tuple[Callable[..., Any], bool],
    error: BaseException | None,
    errors: list[BaseException],
) -> None:
    function, is_async = hook
    try:
        result = function(error)
        if is_async:
            await result
    except BaseException as raised:
        # Also one that cancels the task, as of a client that goes away in this moment.
        errors.append(raised)


async def _announce_end(
    plan: Plan, signal: Signal, error: BaseException | None, errors: list[BaseException]
) -> None:
    try:
        await announce(plan, signal, exc=error)
    except Exception as raised:
        errors.append(raised)


def _collecting(
    errors: list[BaseException],
    function: Callable[[BaseException | None], None],
    error: BaseException | None,
) -> None:
    try:
        function(error)
    except Exception as raised:
        errors.append(raised)


def raise_collected(errors: list[BaseException]) -> None:
    """Raise the error, or a group of them; nothing if there is none.

    Raises:
        BaseException: one that is no Exception goes before all others.
    """
    failures: list[Exception] = []
    for error in errors:
        if not isinstance(error, Exception):
            raise error
        failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup("Several teardown functions failed.", failures)
