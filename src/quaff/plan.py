"""Plan: everything an application decided, in the form in which requests need it.

An application is configured by many calls and then serves many requests. The Plan is made
between the two, on first use, and made anew after any change. Whatever it can find out then is
never asked again: which functions are coroutine functions, which hooks a route has, which
methods an extension replaced, whether anything looks at the session.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.exceptions import HTTPException
from werkzeug.routing.converters import DEFAULT_CONVERTERS
from werkzeug.utils import get_content_type, import_string

from . import pipeline
from .binding.detection import is_typed
from .bridge import is_async, never_waits
from .config import DEFAULTS
from .context import Context, current
from .finder import Finder
from .http.conversion import Writers, from_http_exception, to_response
from .http.problems import is_problem, problem_response
from .http.request import Request
from .http.response import MediaType, Response, makes_plainly, sends_plainly
from .http.settings import RequestSettings
from .lazy import lazy
from .pipeline_sync import begin, teardown
from .providers import FastJSONProvider
from .route import Hook, Route
from .sessions import SecureCookieSessionInterface

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from werkzeug.routing import Rule

    from .app import Quaff
    from .binding.binder import Binder
    from .binding.parameters import Signature
    from .conversation import SocketRoute
    from .http.websocket import WebSocket
    from .session_cookies import SessionCookie

__all__ = ["OVERRIDABLE", "Hook", "Plan", "Route"]

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


class Plan:
    """What an application does with a request, compiled.

    Args:
        app: the application.
        overridden: the names in OVERRIDABLE whose methods are not Quaff's own.
        middleware: the WSGI application that stands around the application, if one does.
    """

    #: Whether plain functions give coroutines that run them in threads; see `on_loop`.
    hops = False

    #: The OpenAPI document as JSON, once somebody asked for it.
    openapi_document: bytes | None = None

    def __init__(
        self, app: Quaff, overridden: frozenset[str], middleware: Callable[..., Any] | None = None
    ) -> None:
        self.app = app
        #: The same plan for requests in threads; see `on_loop`.
        self.in_threads = self
        self.middleware = middleware
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
        self._plan_results()
        #: Whether sync code is needed even to find the route, so that async gateways hand every
        #: request to a thread, which calls async code back on the loop.
        self.threaded = bool(overridden) or not self.lazy_session or self.has_own_converters
        self.nested_requests_share_g = app.nested_requests_share_g
        #: Whether a context has more to do at its beginning than matching the request.
        self.opens_contexts = self.nested_requests_share_g or not self.lazy_session
        self.teardown_appcontext: tuple[Hook, ...] = tuple(
            self.hook(function) for function in reversed(app.teardown_appcontext_funcs)
        )
        #: What fills the parameters of typed views.
        self.binders: dict[str, Binder] = self._binders()
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
            and middleware is None
            and self.plain_class is not None
            and self.plain_responses
        )
        #: Whether a client may have to wait for a handler of errors.
        self.handlers_wait = any(
            is_async(handler) and not never_waits(handler)
            for by_status in app.error_handler_spec.values()
            for by_class in by_status.values()
            for handler in by_class.values()
        )
        self.unmatched = Route(self, None)
        #: What finds where requests lead.
        self.finder = Finder(self)

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

    def _plan_results(self) -> None:
        cls = self.response_class
        #: The class of responses that a gateway may send without asking their methods; None if
        #: the application's class changes what is sent.
        self.plain_class = cls if sends_plainly(cls) else None  # type: ignore[arg-type]
        mimetype = cls.default_mimetype
        #: Whether text, bytes or data may become a response without the constructor.
        self.plain_responses = (
            makes_plainly(cls)  # type: ignore[arg-type]
            and cls.default_status == 200
            and mimetype is not None
        )
        json, as_json = self.app.json, None
        if isinstance(json, FastJSONProvider) and json.writes_plainly:
            as_json = (json.encode, MediaType(json.mimetype))
        #: What makes bodies of the values that views return, where `plain_responses` says so.
        self.writers = Writers(MediaType(get_content_type(mimetype or "", "utf-8")), as_json)

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

    @property
    def has_own_converters(self) -> bool:
        """Whether URLs are matched by functions of the application."""
        own = set(self.app.url_map.converters.values()) - set(DEFAULT_CONVERTERS.values())
        return bool(own)

    def plain_response(self, value: Any) -> Response | None:
        """The response of the common kinds of values; None for the others."""
        if self.make_response is not None:
            return None
        if type(value) is self.response_class:
            return value
        writer = self.writers[type(value)] if self.plain_responses else None
        if writer is None:
            return None
        write, kind = writer
        return self.response_class.of_bytes(write(value), kind.value)

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
        twin.sockets = {}
        twin.unmatched = self.unmatched.for_loop(self.app.threads.hop)
        twin.finder = self.finder.on_loop(twin)
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
            # What stands before a dot of an endpoint need not be the name of a blueprint.
            of = app if scope is None else app.blueprints.get(scope)
            if given is None and of is not None:
                given = getattr(of, name)
        return default if given is None else given

    def setting(self, name: str) -> Any:
        """A value of the configuration, or its default where an application removed it."""
        return self.app.config.get(name, DEFAULTS[name])

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

    def raise_routing_exception(self, **values: Any) -> NoReturn:
        """The view of requests that matched nothing.

        Raises:
            HTTPException: the error that matching ended in.
        """
        self.app.raise_routing_exception(current.get().request)

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
