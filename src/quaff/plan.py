"""Plan: everything an application decided, in the form in which requests need it.

An application is configured by many calls and then serves many requests. The Plan is made
between the two, on first use, and made anew after any change. Whatever it can find out then is
never asked again: which functions are coroutine functions, which hooks a route has, which
methods an extension replaced, whether anything looks at the session.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import update_wrapper
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.exceptions import GatewayTimeout, HTTPException, NotFound
from werkzeug.routing import WebsocketMismatch
from werkzeug.routing.converters import DEFAULT_CONVERTERS
from werkzeug.utils import get_content_type, import_string

from . import pipeline
from .binding.detection import is_typed
from .bridge import is_async
from .context import Context, current
from .http.conversion import from_http_exception, to_response
from .http.problems import is_problem, problem_response
from .http.request import Request, enclosing_blueprints
from .http.response import MediaType, Plain, Response, sends_plainly
from .http.settings import RequestSettings
from .http.validity import check_host
from .lazy import lazy
from .pipeline_sync import begin, teardown
from .providers import FastJSONProvider, is_record
from .routing.matcher import Match, Unsure, matcher_for
from .sessions import SecureCookieSessionInterface
from .threads import Busy

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from werkzeug.routing import MapAdapter, Rule

    from .app import Quaff
    from .binding.binder import Binder
    from .binding.parameters import Signature
    from .conversation import SocketRoute
    from .http.websocket import WebSocket
    from .session_cookies import SessionCookie

__all__ = ["OVERRIDABLE", "SERVING", "Hook", "Plan", "Route"]

#: Configuration that async servers and WebSockets need, with its defaults.
SERVING: dict[str, Any] = {
    "THREADS": 40,
    "THREADS_QUEUE": 1_000,
    "THREADS_TIMEOUT": 30.0,
    "CANCEL_ON_DISCONNECT": True,
    "BACKGROUND_TASK_SHUTDOWN_TIMEOUT": 5.0,
    "WEBSOCKET_ALLOWED_ORIGINS": None,
    "WEBSOCKET_DISCONNECT_TIMEOUT": 3.0,
    "WEBSOCKET_MAX_SIZE": 1024 * 1024,
    "WEBSOCKET_THREADS": 100,
}

#: A function and whether it is a coroutine function.
Hook = tuple[Callable[..., Any], bool]

#: Where a request leads: its route, its rule, and the values of the URL's variables. There is no
#: rule where nothing matched, and None instead of no values.
Found = tuple["Route", "Rule | None", dict[str, Any] | None]

#: How a request is made when it is first asked for: the plan, a function, and what this takes
#: beside the class of the request.
Arrival = tuple["Plan", Callable[[type["Request"], Any], "Request"], Any]

#: The application's methods that are steps of a request. An application or extension that
#: replaces one is seen when the Plan is made; the others are not called as methods at all.
OVERRIDABLE = (
    "full_dispatch_request",
    "preprocess_request",
    "dispatch_request",
    "make_response",
    "finalize_request",
    "process_response",
    "handle_exception",
    "handle_user_exception",
    "handle_http_exception",
    "do_teardown_request",
    "do_teardown_appcontext",
    "ensure_sync",
    "create_url_adapter",
)


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
                # PERF: other applications do not load it (import time).
                keep = import_string("quaff.binding.returns:checked")
                written = app.view_functions[endpoint]
                self.view = keep(self.view, written, self.view_is_async, app.json)
        #: Whether the request is needed in any case.
        self.makes_request = (
            not self.is_straight or self.bind is not None or self.timeout is not None
        )
        self._settle()

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
            twin.bind, twin.bind_is_async = (
                self.binder.on_loop(hop if self.threaded else None),
                True,
            )
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
        import asyncio  # PERF: an application without async code never loads it (import time)

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


class Plan:
    """What an application does with a request, compiled.

    Args:
        app: the application.
        overridden: the names in OVERRIDABLE whose methods are not Quaff's own.
        has_middleware: whether WSGI middleware stands around the application.
    """

    #: Whether plain functions give coroutines that run them in threads; see `on_loop`.
    hops = False

    #: The OpenAPI document as JSON, once somebody asked for it.
    openapi_document: bytes | None = None

    def __init__(
        self, app: Quaff, overridden: frozenset[str], has_middleware: bool = False
    ) -> None:
        self.app = app
        #: The same plan for requests in threads; see `on_loop`.
        self.in_threads = self
        self.has_middleware = has_middleware
        self.overridden = overridden
        self._take_overridden_steps()
        config = app.config
        self.request_class: type[Request] = app.request_class
        self.response_class: type[Response] = app.response_class
        self.settings = RequestSettings(
            json=app.json,
            max_content_length=config.get("MAX_CONTENT_LENGTH"),
            max_form_memory_size=config.get("MAX_FORM_MEMORY_SIZE"),
            max_form_parts=config.get("MAX_FORM_PARTS"),
            max_cookie_size=config.get("MAX_COOKIE_SIZE") or 0,
            debug=bool(config.get("DEBUG")),
        )
        self._plan_session()
        self._plan_matching()
        self._plan_results()
        #: Whether sync code is needed even to find the route, so that async gateways hand every
        #: request to a thread, which calls async code back on the loop.
        has_own_converters = self._has_own_converters()
        self.threaded = bool(overridden) or not self.lazy_session or has_own_converters
        self.nested_requests_share_g = app.nested_requests_share_g
        #: Whether a context has more to do at its beginning than matching the request.
        self.opens_contexts = self.nested_requests_share_g or not self.lazy_session
        #: Whether gateways may ask where a request leads before it is made; see `find`.
        self.finds_early = (
            self.subdomain is not None
            and not self.opens_contexts
            and not has_middleware
            and not has_own_converters
            and app.request_class.is_matched_as_it_came
        )
        self.teardown_appcontext: tuple[Hook, ...] = tuple(
            self.hook(function) for function in reversed(app.teardown_appcontext_funcs)
        )
        #: Host fields that were checked before.
        self.valid_hosts: set[str | bytes | None] = {None}
        #: What fills the parameters of typed views.
        self.binders: dict[str, Binder] = self._binders()
        self.routes: dict[str, Route] = {}
        #: The routes of WebSockets; None stands for those that matched nothing.
        self.sockets: dict[str | None, SocketRoute] = {}
        self.websocket_class: type[WebSocket] | None = app.websocket_class
        self.websocket_patience: float | None = self.setting("WEBSOCKET_DISCONNECT_TIMEOUT")
        self.cancels_on_disconnect = bool(self.setting("CANCEL_ON_DISCONNECT"))
        #: Whether the application must be started, where no server says so.
        self.must_start = bool(app.before_serving_funcs or app.while_serving_gens) and not (
            app.lifespan.started
        )
        self._template_processors: dict[tuple[str | None, ...], tuple[Hook, ...]] = {}
        self.has_teardown = bool(
            self.teardown_appcontext or self.do_teardown_request or self.do_teardown_appcontext
        )
        #: Whether a request may take the straight way, where its route is straight.
        self.is_straight = (
            not overridden
            and not has_middleware
            and not self.opens_contexts
            and self.plain_class is not None
            and self.plain_responses
        )
        self.unmatched = Route(self, None)
        wanted = config.get("OPENAPI_DOCS")
        #: Whether the documents of the application have pages; the pages are made on first use.
        self.has_api_pages: bool = self.settings.debug if wanted is None else bool(wanted)
        self._api_pages: Any = None

    def _take_overridden_steps(self) -> None:
        app, overridden = self.app, self.overridden
        for name in OVERRIDABLE:
            setattr(self, name, getattr(app, name) if name in overridden else None)

    if TYPE_CHECKING:
        full_dispatch_request: Callable[[], Any] | None
        preprocess_request: Callable[[], Any] | None
        dispatch_request: Callable[[], Any] | None
        make_response: Callable[[Any], Any] | None
        finalize_request: Callable[..., Any] | None
        process_response: Callable[[Any], Any] | None
        handle_exception: Callable[[Exception], Any] | None
        handle_user_exception: Callable[[Exception], Any] | None
        handle_http_exception: Callable[[HTTPException], Any] | None
        do_teardown_request: Callable[[BaseException | None], None] | None
        do_teardown_appcontext: Callable[[BaseException | None], None] | None
        ensure_sync: Callable[[Callable[..., Any]], Callable[..., Any]] | None
        create_url_adapter: Callable[[Request | None], Any] | None

    def _plan_session(self) -> None:
        interface = self.app.session_interface
        kind = type(interface)
        own = SecureCookieSessionInterface
        #: Whether the session need not be opened until somebody reads it.
        self.lazy_session = (
            isinstance(interface, own)
            and kind.open_session is own.open_session
            and kind.save_session is own.save_session
            and kind.is_null_session is own.is_null_session
            and kind.get_cookie_name is own.get_cookie_name
        )
        #: What the interface keeps until the configuration changes.
        self.session_settings: SessionCookie | None = None
        #: The cookie that makes an unread session worth opening: it may have to be refreshed.
        self.session_cookie = (
            interface.get_cookie_name(self.app)
            if self.lazy_session
            and self.app.config.get("SESSION_REFRESH_EACH_REQUEST")
            and self.app.secret_key
            else None
        )

    def _plan_matching(self) -> None:
        app = self.app
        url_map = app.url_map
        self.matcher = matcher_for(url_map)
        #: The subdomain of every request, where it does not depend on the request's host.
        self.subdomain: str | None = None
        if not (
            url_map.host_matching
            or app.subdomain_matching
            or app.config.get("TRUSTED_HOSTS") is not None
            or self.create_url_adapter is not None
        ):
            self.subdomain = url_map.default_subdomain
        #: The rules without variables, by path and method.
        self.static_rules: Mapping[str, Mapping[str, Rule]] = {}
        if self.subdomain is not None:
            self.static_rules = self.matcher.static_rules(self.subdomain)
        #: Where requests for those paths lead, by path and method, as far as there were some.
        self.known: dict[str, dict[str, Found]] = {path: {} for path in self.static_rules}

    def _plan_results(self) -> None:
        cls = self.response_class
        #: The class of responses that a gateway may send without asking their methods; None if
        #: the application's class changes what is sent.
        self.plain_class = cls if sends_plainly(cls) else None
        mimetype = cls.default_mimetype
        #: Whether text, bytes or data may become a response without the constructor.
        self.plain_responses = (
            cls.__init__ is Response.__init__ and cls.default_status == 200 and mimetype is not None
        )
        self.text_type = MediaType(get_content_type(mimetype or "", "utf-8"))
        json = self.app.json
        self.encode_json: Callable[[Any], bytes] | None = None
        if (
            self.plain_responses
            and isinstance(json, FastJSONProvider)
            and type(json).response is FastJSONProvider.response
            and type(json).encode is FastJSONProvider.encode
        ):
            self.encode_json = json.encode
            self.json_type = MediaType(json.mimetype)

    def _binders(self) -> dict[str, Binder]:
        """Compile what fills the parameters of views; a wrong signature shows here."""
        app = self.app
        if not app.typed_views and "quaff.binding.markers" not in sys.modules:
            return {}
        views = {endpoint: view for endpoint, view in app.view_functions.items() if is_typed(view)}
        if not views:
            return {}
        binders: dict[str, Binder] = import_string("quaff.binding.binder:binders_of")(
            app.url_map,
            views,
            only_marked=not app.typed_views,
            overrides=app.dependency_overrides,
        )
        return binders

    def _has_own_converters(self) -> bool:
        own = set(self.app.url_map.converters.values()) - set(DEFAULT_CONVERTERS.values())
        return bool(own)

    def plain_answer(self, value: Any) -> Plain | None:
        """What the common kinds of values become; None for the others.

        PERF: text, bytes and JSON need no look at tuples, iterators and WSGI callables (benchmarks:
        plain text, parameter and JSON).
        """
        kind = type(value)
        if kind is str:
            return value.encode(), self.text_type
        if (kind is dict or kind is list) and self.encode_json is not None:
            return self.encode_json(value), self.json_type
        if kind is bytes:
            return value, self.text_type
        if self.encode_json is not None and is_record(kind):  # type: ignore[arg-type]
            return self.encode_json(value), self.json_type
        return None

    def plain_response(self, value: Any) -> Response | None:
        """The response of the common kinds of values; None for the others."""
        if self.make_response is not None:
            return None
        if type(value) is self.response_class:
            return value
        if self.plain_responses and (plain := self.plain_answer(value)) is not None:
            return self.response_class.of_bytes(plain[0], plain[1].value)
        return None

    def own_make_response(self, value: Any) -> Any:
        """What the application's own `make_response` does."""
        request = current.get().request
        if isinstance(value, HTTPException):
            return self.error_response(value, request)
        return to_response(value, self.response_class, self.app.json, request)

    def error_response(self, error: HTTPException, request: Request) -> Any:
        """The response of an HTTP error: a page, or problem details where those are asked for."""
        route = request.route or self.unmatched
        if (is_problem(error) or route.errors == "problem") and (
            error.response is None and (error.code or 0) >= 400
        ):
            app = self.app
            return problem_response(
                error, request, self.response_class, app.json.dumps, app.problem_shape
            )
        return from_http_exception(error, self.response_class, request)

    # -- hooks -------------------------------------------------------------------------------

    def hook(self, function: Callable[..., Any], in_any_case: bool = False) -> Hook:
        """The function with the answer to whether it must be awaited.

        Args:
            function: the hook.
            in_any_case: as of `Threads.run`, for what ends a request.
        """
        if self.ensure_sync is not None:
            function = self.ensure_sync(function)
            awaited = False
        else:
            awaited = is_async(function)
        if self.hops and not awaited:
            return self.app.threads.hop(function, in_any_case), True
        return function, awaited

    @lazy
    def get_running_loop(self) -> Callable[[], AbstractEventLoop]:
        """asyncio's function of that name; an application without async code never loads it."""
        get_running_loop: Callable[[], AbstractEventLoop] = import_string(
            "asyncio:get_running_loop"
        )
        return get_running_loop

    @lazy
    def on_loop(self) -> Plan:
        """The same plan for requests on an event loop, which plain functions must not block."""
        twin = copy(self)
        twin.hops = True
        twin.in_threads = self
        twin.routes, twin.sockets = {}, {}
        twin.known = {path: {} for path in self.static_rules}
        twin.unmatched = self.unmatched.for_loop(self.app.threads.hop)
        twin._template_processors = {}
        twin.teardown_appcontext = tuple(
            twin.hook(hook, in_any_case=True) for hook, _ in self.teardown_appcontext
        )
        return twin

    def option(self, route: Route | SocketRoute, name: str, default: Any) -> Any:
        """An option of a route: its own, or else of its innermost blueprint that has it.

        The last to be asked is the application.
        """
        app = self.app
        given = app.route_options.get(route.endpoint or "", {}).get(name)
        for scope in route.blueprints:
            if given is None:
                given = getattr(app if scope is None else app.blueprints[scope], name)
        return default if given is None else given

    def setting(self, name: str) -> Any:
        """A value of the configuration, or its default where an application removed it."""
        return self.app.config.get(name, SERVING[name])

    def hooks(
        self,
        table: dict[str | None, list[Callable[..., Any]]],
        names: Iterable[str | None],
        backwards: bool = False,
        in_any_case: bool = False,
    ) -> tuple[Hook, ...]:
        """The functions of a hook table for the scopes in `names`, in the order they run."""
        functions = []
        for name in names:
            if name in table:
                functions.extend(table[name][::-1] if backwards else table[name])
        return tuple(self.hook(function, in_any_case) for function in functions)

    def template_processors(self, scopes: tuple[str | None, ...]) -> tuple[Hook, ...]:
        """The context processors of a template, outermost scope first.

        Args:
            scopes: as of `Route.blueprints`, innermost first.
        """
        known = self._template_processors.get(scopes)
        if known is None:
            table = self.app.template_context_processors
            known = self._template_processors[scopes] = self.hooks(table, scopes[::-1])
        return known

    # -- the beginning of a request ----------------------------------------------------------

    def open(self, context: Context, outer: object) -> None:
        """Begin a context that sync code pushes; `outer` is the context around it, if any."""
        begin(self, context, outer)

    def close(self, context: Context, error: BaseException | None) -> None:
        """Tear down a context that sync code pushed."""
        teardown(self, context, error)

    async def close_async(self, context: Context, error: BaseException | None) -> None:
        """Tear down a context on an event loop."""
        await pipeline.teardown(self, context, error)

    def find(self, method: str, path: str) -> Found:
        """Where a request leads, which need not be made for it.

        Only where `finds_early` says so.

        Args:
            method: the method in upper case.
            path: the path, decoded, below the root path and with one slash at its beginning.

        Raises:
            HTTPException: it leads nowhere.
            Unsure: Werkzeug must be asked, by `match`.
        """
        rules = self.static_rules.get(path)
        if rules is not None and method in rules:
            # There are as many of these as there are rules; clients cannot fill the memory.
            found = self.known[path][method] = self._leading(method, rules[method], None)
            return found
        assert self.subdomain is not None
        rule, values = self.matcher.search(self.subdomain, method, path)
        if method == "OPTIONS":
            return self._leading(method, rule, values)
        return self.routes.get(rule.endpoint) or self.route(rule.endpoint), rule, values

    def _leading(self, method: str, rule: Rule, values: dict[str, Any] | None) -> Found:
        route = self.routes.get(rule.endpoint) or self.route(rule.endpoint)
        if method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
            route = route.with_view(self._automatic_options)
        return route, rule, values

    def match(self, context: Context) -> Found:
        """Find where the request of a context leads; what matching raises is stored on it."""
        request = context.request
        try:
            if request.host_header not in self.valid_hosts:
                self.check_host(request.host_header)
            if self.subdomain is None:
                rule, values = self._match_by_host(context)
                found = self._leading(request.method, rule, values)
            else:
                found = self._found_by(request, context)
        except HTTPException as error:
            return self.refuse(context, error)
        self.tell(request, found)
        context.found = found
        return found

    def _found_by(self, request: Request, context: Context) -> Found:
        try:
            return self.find(request.method, request.path)
        except Unsure:
            rule, values = self._ask_werkzeug(self._adapter(context))
            return self._leading(request.method, rule, values)

    def refuse(self, context: Context, error: HTTPException) -> Found:
        """Lead a request to a page about the application, or else to an error.

        Args:
            context: the context of the request.
            error: what matching ended in.
        """
        request = context.request
        found = self._api_page(request, error) if self.has_api_pages else None
        if found is None:
            # Its frames would hold the request, which holds the error.
            request.routing_exception = error.with_traceback(None)
            found = self.unmatched, None, None
        self.tell(request, found)
        context.found = found
        return found

    def tell(self, request: Request, found: Found) -> None:
        """Tell a request where it leads, and how much time it has."""
        request.found = found
        timeout = found[0].timeout
        if timeout is not None:
            request.deadline = monotonic() + timeout

    def _api_page(self, request: Request, error: HTTPException) -> Found | None:
        """The page of which the application's rules say nothing, if it is asked for."""
        if not isinstance(error, NotFound):
            return None
        if self._api_pages is None:
            self._api_pages = import_string("quaff.api_pages.pages:ApiPages")(self.app)
        page = self._api_pages.find(request.method, request.path)
        if page is None:
            return None
        rule, view = page
        return self.unmatched.with_view(view), rule, None

    def _automatic_options(self, **values: Any) -> Any:
        return self.app.make_default_options_response()

    def raise_routing_exception(self, **values: Any) -> NoReturn:
        """The view of requests that matched nothing.

        Raises:
            HTTPException: the error that matching ended in.
        """
        self.app.raise_routing_exception(current.get().request)

    def _adapter(self, context: Context) -> MapAdapter:
        adapter = context.url_adapter
        if adapter is None:
            # The host is not trusted; the error is on the request already.
            raise context.request.routing_exception or NotFound()
        return adapter

    def _match_by_host(self, context: Context) -> Match:
        adapter = self._adapter(context)
        request = context.request
        domain = adapter.server_name if adapter.map.host_matching else adapter.subdomain
        try:
            return self.matcher.match(domain or "", request.method, request.path)
        except Unsure:
            return self._ask_werkzeug(adapter)

    @staticmethod
    def _ask_werkzeug(adapter: MapAdapter) -> Match:
        try:
            # What a client says of upgrading is of no importance here: this is a plain request.
            rule, values = adapter.match(return_rule=True, websocket=False)
        except WebsocketMismatch:
            raise import_string("quaff.http.websocket:UpgradeRequired")() from None
        except ValueError as error:
            # A converter met text that it cannot turn into a value, such as a thousand digits.
            raise NotFound from error
        return rule, dict(values)

    def check_host(self, host: str | bytes | None) -> None:
        """Let no name pass that is none; what is valid is in `valid_hosts` from then on.

        Args:
            host: the Host field as it came, as text or in Latin-1.

        Raises:
            BadRequest: it is no name of a host.
        """
        if host is not None:
            check_host(host if isinstance(host, str) else host.decode("latin1"))
            # The same few hosts come again and again; clients cannot fill the memory with others.
            if len(self.valid_hosts) < 1_000:
                self.valid_hosts.add(host)

    def route(self, endpoint: str) -> Route:
        """The compiled route of an endpoint."""
        route = Route(self.in_threads, endpoint)
        if self.hops:
            route = route.for_loop(self.app.threads.hop)
        self.routes[endpoint] = route
        return route

    def signature(self, rule: Rule, method: str | None = None) -> Signature | None:
        """What is bound to the view of a rule of the application; None if nothing is.

        Args:
            rule: one of the application's rules.
            method: an HTTP method in upper case, on which class-based views depend.

        Raises:
            AnnotationError: a parameter's annotation says nothing that can be bound.
        """
        app = self.app
        view = app.view_functions.get(rule.endpoint)
        if view is None:
            return None
        signature: Signature | None = import_string("quaff.binding.rules:signature_for")(
            rule,
            view,
            method,
            only_marked=not app.typed_views,
            overrides=app.dependency_overrides,
        )
        return signature
