"""Quaff: the application that is configured, and then serves."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import quote
from weakref import ref

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import BuildError, MapAdapter, RequestRedirect
from werkzeug.utils import import_string

from . import globals as proxies
from . import nameplate
from . import pipeline_sync as pipeline
from .application import App
from .bridge import is_async, run, sync
from .context import Context, current
from .flashing import get_flashed_messages
from .gateways import asgi, rsgi, wsgi
from .http.conversion import to_response
from .http.request import Request
from .http.response import Response
from .lazy import lazy
from .pipeline import raise_collected
from .plan import OVERRIDABLE, Plan
from .routing.redirects import FormDataRoutingRedirect
from .routing.subdomains import FOREIGN, subdomain_of

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from click.testing import CliRunner
    from jinja2 import Environment
    from werkzeug.test import Client

    from .templating import DispatchingJinjaLoader
    from .testing import Serving

__all__ = ["Quaff"]

_NOT_GIVEN: Any = object()


class Quaff(App):
    """A web application.

    Args:
        import_name: the module it is defined in, usually `__name__`; files are found from there.
        static_url_path: the URL below which static files are served; the folder's name if None.
        static_folder: the folder of static files.
        static_host: the host of the static files' rule, needed with `host_matching`.
        host_matching: rules match by `host` instead of `subdomain`.
        subdomain_matching: rules match by subdomain, relative to SERVER_NAME.
        template_folder: the folder of templates.
        instance_path: the absolute path of the folder for this installation's files.
        instance_relative_config: configuration files are relative to the instance folder.
        root_path: the folder that the others are relative to.
        threaded: whether plain functions run in threads under async servers; True if None.
        timeout: seconds that a view may take; None for any number.
        errors: "problem" for HTTP errors as problem details (RFC 9457); "page" or None for pages.

    Example::

        app = Quaff(__name__)

        @app.route("/")
        def hello():
            return "Hello"
    """

    # -- the Plan ----------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """What the application does with requests, compiled on first use and after a change."""
        return self._plan or self._freeze()

    def _freeze(self) -> Plan:
        overridden = frozenset(
            name
            for name in OVERRIDABLE
            if name in self.__dict__ or getattr(type(self), name) is not _OWN_STEPS[name]
        )
        plan = Plan(self, overridden, self._middleware())
        self.__dict__["_plan"] = plan
        return plan

    # -- gateways ----------------------------------------------------------------------------

    def _face_servers(self) -> None:
        """Let uvicorn and hypercorn see that it is an ASGI 3 application.

        NOTE: they ask whether `app.__call__` is a coroutine function. Calling `app(...)` looks it
        up on the class, so an attribute of the instance answers their question and is never in the
        way of a call. Hypercorn would otherwise serve it as WSGI, and lose bodies in chunks.
        """
        if type(self).__call__ is _OWN_CALL:
            reference = ref(self)

            async def call(scope: Any, receive: Any, send: Any) -> None:
                app = reference()
                assert app is not None
                await app._asgi(scope, receive, send)

            self.__dict__["__call__"] = call

    def __call__(self, environ: Any, start_response: Any = None, send: Any = None, /) -> Any:
        """The callable that a server is given.

        Two arguments are WSGI's environ and start_response; three are ASGI's scope, receive and
        send. One is the scope alone, of servers that take the application for ASGI 2 because
        `__call__` is no coroutine function. Middleware goes around `wsgi_app` instead.
        """
        # NOTE: without arguments it must raise TypeError, by which uvicorn knows a factory.
        plan = self._plan or self._freeze()
        if send is None:
            if start_response is None:
                return partial(self._asgi, environ)
            if plan.middleware is not None:
                return self.wsgi_app(environ, start_response)
            return wsgi.handle(plan, environ, start_response)
        if environ["type"] == "http":
            # PERF: one coroutine less (benchmark: plain text on ASGI).
            return asgi.handle(plan.on_loop, environ, start_response, send)
        return self._asgi(environ, start_response, send)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a WSGI request; assign to wrap it: `app.wsgi_app = Middleware(app.wsgi_app)`."""
        return wsgi.handle(self._plan or self._freeze(), environ, start_response)

    @lazy
    def wsgi(self) -> Callable[..., Iterable[bytes]]:
        """The application as a WSGI callable, for servers that guess the protocol wrong."""
        return lambda environ, start_response: self.wsgi_app(environ, start_response)

    @lazy
    def asgi(self) -> Callable[..., Awaitable[None]]:
        """The application as an ASGI 3 callable, for servers that guess the protocol wrong."""
        return self._asgi

    @property
    def rsgi(self) -> Quaff:
        """The application as an RSGI object."""
        return self

    async def _asgi(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asgi.handle(self.plan.on_loop, scope, receive, send)
        elif scope["type"] == "lifespan":
            await asgi.lifespan(self.lifespan, receive, send)
        elif scope["type"] == "websocket":
            # PERF: applications without WebSockets never load it (benchmark: import).
            handle = import_string("quaff.gateways.asgi_websocket:handle")
            await handle(self.plan, scope, receive, send)
        else:
            raise ValueError(f"Quaff does not serve {scope['type']!r} connections.")

    def __rsgi__(self, scope: Any, protocol: Any) -> Awaitable[None]:
        """Answer an RSGI request."""
        plan = self._plan or self._freeze()
        if scope.proto == "http":
            return rsgi.handle(plan.on_loop, scope, protocol)
        handle: Callable[..., Awaitable[None]] = import_string(
            "quaff.gateways.rsgi_websocket:handle"
        )
        return handle(plan, scope, protocol)

    def __rsgi_init__(self, loop: AbstractEventLoop) -> None:
        """Start the application, when an RSGI server's worker starts."""
        loop.run_until_complete(self.lifespan.start(serves_here=True))

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:
        """Stop the application, when an RSGI server's worker stops."""
        loop.run_until_complete(self.lifespan.stop())

    def _middleware(self) -> Callable[..., Any] | None:
        """What stands around the application; async gateways then go through it.

        That is `wsgi_app`, replaced or overridden, or `__call__`, which instrumentation patches.
        """
        if type(self).__call__ is not _OWN_CALL:
            return self
        if "wsgi_app" in self.__dict__ or type(self).wsgi_app is not _OWN_WSGI_APP:
            return self.wsgi_app
        return None

    # -- contexts ----------------------------------------------------------------------------

    def app_context(self) -> Context:
        """A context without a request, for `with`: current_app and g work in it."""
        return Context(self)

    def request_context(self, environ: WSGIEnvironment) -> Context:
        """A context of a request made of a WSGI environ, for `with`."""
        return Context(self, self.request_class(environ))

    def test_request_context(self, *args: Any, **kwargs: Any) -> Context:
        """A context of a made-up request, for `with`.

        The arguments are those of `quaff.testing.EnvironBuilder`: path, base_url, method, json ...
        """
        builder = import_string("quaff.testing:EnvironBuilder")(self, *args, **kwargs)
        try:
            return self.request_context(builder.get_environ())
        finally:
            builder.close()

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> Client:
        """A client that calls the application without a server."""
        cls = self.test_client_class or import_string("quaff.testing:QuaffClient")
        return cast("Client", cls(self, self.response_class, use_cookies=use_cookies, **kwargs))

    def test_app(self) -> Serving:
        """The application for a `with` block, at whose beginning and end it starts and stops.

        Example::

            with app.test_app():
                assert app.test_client().get("/").status_code == 200
        """
        return cast("Serving", import_string("quaff.testing:Serving")(self))

    def test_cli_runner(self, **kwargs: Any) -> CliRunner:
        """A runner for the application's commands."""
        cls = self.test_cli_runner_class or import_string("quaff.testing:QuaffCliRunner")
        return cast("CliRunner", cls(self, **kwargs))

    # -- the steps of a request; see `pipeline` ----------------------------------------------

    def full_dispatch_request(self) -> Response:
        """Hooks, view and finishing, of the request at work."""
        return self._step(pipeline.full_dispatch)  # type: ignore[no-any-return]

    def preprocess_request(self) -> Any:
        """Run the before hooks; the first value that is not None answers the request."""
        return self._step(pipeline.preprocess)

    def dispatch_request(self) -> Any:
        """The value of the view.

        Raises:
            HTTPException: no rule matched, or none with the method.
        """
        return self._step(pipeline.dispatch)

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        """The view's value as a response that has passed the after hooks."""
        return self._step(pipeline.finalize, rv, from_error_handler=from_error_handler)  # type: ignore[no-any-return]

    def process_response(self, response: Response) -> Response:
        """The response after the after hooks, with the session saved."""
        return self._step(pipeline.process_response, response)  # type: ignore[no-any-return]

    def handle_user_exception(self, e: Exception) -> Any:
        """What an error handler makes of an error; without handler the error is raised again."""
        return self._step(pipeline.handle_user_exception, e)

    def handle_http_exception(self, e: HTTPException) -> Any:
        """What an error handler makes of an HTTP error; without handler, the error."""
        return self._step(pipeline.handle_http_exception, e)

    def handle_exception(self, e: Exception) -> Response:
        """The response to an error that nothing handled: logged, and a 500."""
        return self._step(pipeline.handle_exception, e)  # type: ignore[no-any-return]

    def _step(self, step: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Run a step of the pipeline to its end, for the request at work in this thread."""
        return step(self.plan, current.get(), *args, **options)

    def make_response(self, rv: Any) -> Response:
        """A view's value as a response.

        Raises:
            TypeError: the value is none that a view may return.
        """
        request = current.get().request
        return cast("Response", to_response(rv, self.response_class, self.json, request))

    def make_default_options_response(self) -> Response:
        """The answer to OPTIONS where the view does not give one: the allowed methods."""
        adapter = cast("MapAdapter", current.get().url_adapter)
        response = self.response_class()
        response.allow.update(adapter.allowed_methods())
        return response

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise what matching the request ended in.

        Raises:
            FormDataRoutingRedirect: in debug mode, where a redirect would lose a form's data.
        """
        error: Any = request.routing_exception
        if (
            self.debug
            and isinstance(error, RequestRedirect)
            and error.code not in {307, 308}
            and request.method not in {"GET", "HEAD", "OPTIONS"}
        ):
            raise FormDataRoutingRedirect(request.url, error)
        raise error

    def do_teardown_request(self, exc: BaseException | None = _NOT_GIVEN) -> None:
        """Run the teardown functions of the request at work.

        Args:
            exc: the error that ended it; the one being handled if not given.
        """
        self._teardown(pipeline.teardown_request, exc)

    def do_teardown_appcontext(self, exc: BaseException | None = _NOT_GIVEN) -> None:
        """Run the teardown functions of the context at work."""
        self._teardown(pipeline.teardown_appcontext, exc)

    def _teardown(self, step: Callable[..., Any], error: BaseException | None) -> None:
        errors: list[BaseException] = []
        if error is _NOT_GIVEN:
            error = sys.exc_info()[1]
        step(self.plan, current.get(), error, errors)
        raise_collected(errors)

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Log an error that nothing handled."""
        request = current.get().request
        # SECURITY: the path is the client's; escapes keep it from forging lines of the log.
        path = request.path.encode("unicode_escape").decode()
        self.logger.error("Exception on %s [%s]", path, request.method, exc_info=exc_info)

    # -- async -------------------------------------------------------------------------------

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """`func` as a plain function; async ones are run while the caller waits."""
        return self.async_to_sync(func) if is_async(func) else func

    def async_to_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """A plain function that calls an async one and waits for its result."""
        return sync(func)

    # -- URLs --------------------------------------------------------------------------------

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What matches and builds URLs for a request, or without one by SERVER_NAME.

        Raises:
            BadRequest: the request's Host is not valid, or not in TRUSTED_HOSTS.
        """
        config = self.config
        if request is None:
            if config["SERVER_NAME"] is None:
                return None
            return self.url_map.bind(
                config["SERVER_NAME"],
                script_name=config["APPLICATION_ROOT"],
                url_scheme=config["PREFERRED_URL_SCHEME"],
            )
        if config["TRUSTED_HOSTS"] is not None:
            request.trusted_hosts = config["TRUSTED_HOSTS"]
            request.host  # noqa: B018 - reading it checks it
        server_name = config["SERVER_NAME"]
        subdomain: str | None = self.url_map.default_subdomain or ""
        if self.url_map.host_matching:
            # The host of the request selects the rules, so no other may take its place.
            server_name = subdomain = None
        elif self.subdomain_matching and server_name is not None:
            subdomain = subdomain_of(request.host, server_name, request.scheme)
            if subdomain == FOREIGN:
                _warn_of_foreign_host(request.host, server_name)
        try:
            return self.url_map.bind_to_environ(
                request.environ, server_name=server_name, subdomain=subdomain
            )
        except UnicodeError as error:
            raise BadRequest("The Host field of the request is not a valid host name.") from error

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """The URL of an endpoint.

        Args:
            endpoint: its name; ".name" is relative to the current blueprint.
            _anchor: what stands behind "#".
            _method: which of the endpoint's rules, by method.
            _scheme: makes it an external URL with that scheme.
            _external: whether scheme and host are part of it.
            values: of the rule's variables; others become the query string.

        Raises:
            BuildError: no rule of the endpoint fits the values.
            RuntimeError: outside a request and without SERVER_NAME.
            ValueError: `_scheme` is given with `_external=False`.
        """
        context = current.get(None)
        if context is not None and context.has_request:
            adapter = context.url_adapter
            if endpoint[:1] == ".":
                blueprint = context.request.blueprint
                endpoint = endpoint[1:] if blueprint is None else f"{blueprint}{endpoint}"
            external = _scheme is not None if _external is None else _external
        else:
            adapter = self.create_url_adapter(None) if context is None else context.url_adapter
            external = True if _external is None else _external
        if adapter is None:
            raise RuntimeError(
                "Unable to build URLs outside an active request without 'SERVER_NAME' configured. "
                "Also configure 'APPLICATION_ROOT' and 'PREFERRED_URL_SCHEME' as needed."
            )
        if _scheme is not None and not external:
            raise ValueError("When specifying '_scheme', '_external' must be True.")
        self.inject_url_defaults(endpoint, values)
        try:
            url = adapter.build(
                endpoint, values, method=_method, url_scheme=_scheme, force_external=external
            )
        except BuildError as error:
            values.update(_anchor=_anchor, _method=_method, _scheme=_scheme, _external=external)
            return self.handle_url_build_error(error, endpoint, values)
        return url if _anchor is None else f"{url}#{quote(_anchor, safe='%!#$&()*+,/:;=?@')}"

    # -- documents ---------------------------------------------------------------------------

    def openapi(self) -> dict[str, Any]:
        """The application described in OpenAPI 3.1: a new dict of plain values at each call.

        Override it to change the document.

        Raises:
            ValueError: a route's `security` names a scheme that is not configured.
        """
        return import_string("quaff.openapi.document:document")(self)  # type: ignore[no-any-return]

    def asyncapi(self) -> dict[str, Any]:
        """The WebSockets and streams of events, described in AsyncAPI 3: a new dict at each call.

        Override it to change the document.

        Raises:
            ValueError: a route's `security` names a scheme that is not configured.
        """
        return import_string("quaff.asyncapi.document:document")(self)  # type: ignore[no-any-return]

    # -- templates ---------------------------------------------------------------------------

    def create_jinja_environment(self) -> Environment:
        """The Jinja environment, with the functions and objects that templates know."""
        options = {"autoescape": self.select_jinja_autoescape, **self.jinja_options}
        if "auto_reload" not in options:
            reload = self.config["TEMPLATES_AUTO_RELOAD"]
            options["auto_reload"] = self.debug if reload is None else reload
        kind: Any = self.jinja_environment or import_string("quaff.templating:Environment")
        environment = cast("Environment", kind(self, **options))
        environment.globals.update(
            url_for=self.url_for,
            get_flashed_messages=get_flashed_messages,
            config=self.config,
            # Templates are user code, and imported ones have no other way to these.
            request=proxies.request,
            session=proxies.session,
            g=proxies.g,
        )
        environment.policies["json.dumps_function"] = self.json.dumps
        return environment

    def create_global_jinja_loader(self) -> DispatchingJinjaLoader:
        """What loads templates: the application's folder first, then the blueprints'."""
        loader = import_string("quaff.templating:DispatchingJinjaLoader")
        return cast("DispatchingJinjaLoader", loader(self))

    def update_template_context(self, context: MutableMapping[str, Any]) -> None:
        """Add to a template's variables what the context processors give."""
        given = dict(context)
        plan = self.plan
        route = plan.unmatched
        work = current.get(None)
        if work is not None and work.app is self and work.has_request:
            route = work.request.route or route
        for function, is_coroutine in plan.template_processors(route.blueprints):
            context.update(run(function()) if is_coroutine else function())
        # What the view gave beats what processors add.
        context.update(given)

    def make_shell_context(self) -> dict[str, Any]:
        """The names that the shell starts with."""
        names: dict[str, Any] = {"app": self, "g": proxies.g}
        for processor in self.shell_context_processors:
            names.update(processor())
        return names

    def open_instance_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        """Open a file of the instance folder.

        Args:
            resource: the path, relative to `instance_path`.
            mode: as of `open`.
            encoding: of text.
        """
        path = os.path.join(self.instance_path, resource)
        return open(path, mode) if "b" in mode else open(path, mode, encoding=encoding)

    # -- running -----------------------------------------------------------------------------

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        load_dotenv: bool = True,
        **options: Any,
    ) -> None:
        """Serve on this machine while developing; `quaff serve` is for production.

        Args:
            host: the address to listen on; 127.0.0.1 if None.
            port: 5000 if None and SERVER_NAME has none.
            debug: turn debug mode on or off.
            load_dotenv: read `.env` and `.quaffenv` first.
            options: see `quaff.server.run_application`.
        """
        import_string("quaff.server:run_application")(
            self, host=host, port=port, debug=debug, load_dotenv=load_dotenv, **options
        )


def _warn_of_foreign_host(host: str, server_name: str) -> None:
    name = f"{nameplate.active.command}.app"
    warnings.warn_explicit(
        f"Current server name {host!r} doesn't match configured server name {server_name!r}, so "
        "rules with a subdomain do not match.",
        UserWarning,
        __file__,
        0,
        module=name,
    )


#: The steps as this class defines them: whatever else an application has in their place was put
#: there by a subclass or an extension, even if it patched this class itself.
_OWN_CALL = Quaff.__call__
_OWN_WSGI_APP = Quaff.wsgi_app
_OWN_STEPS = {name: getattr(Quaff, name) for name in OVERRIDABLE}
