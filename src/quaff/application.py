"""App: everything of an application that is configured before it serves.

`Quaff` in `app` adds the serving: contexts, dispatch, commands.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, MutableMapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from weakref import ref

from werkzeug import routing
from werkzeug.datastructures import ImmutableDict
from werkzeug.exceptions import (
    Aborter,
    BadRequest,
    BadRequestKeyError,
)
from werkzeug.routing import BuildError
from werkzeug.utils import import_string

from . import nameplate
from .config import DEFAULTS, Config, ConfigAttribute
from .context import AppGlobals, template_variables
from .documentation import take_documentation
from .http.conversion import redirection
from .http.problems import Shape
from .http.request import Request
from .http.response import Response
from .lazy import lazy
from .logging import create_logger
from .packages import find_package
from .plan import Plan
from .providers import FastJSONProvider, JSONProvider
from .routing.map import RouteMap, Rule
from .scaffold import Scaffold, endpoint_of, naming_decorator, setup, static_view
from .sessions import SecureCookieSessionInterface, SessionInterface
from .threads import Threads
from .watched import WatchedDict, WatchedList

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment

    from .blueprints import Blueprint
    from .http.websocket import WebSocket
    from .lifespan import BackgroundTasks, Lifespan

__all__ = ["App"]

F = TypeVar("F", bound=Callable[..., Any])


def _seconds(value: timedelta | float) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


#: Options of routes that are not Werkzeug's.
OWN_OPTIONS = frozenset({"threaded", "timeout"})


class App(Scaffold):
    """The configured part of an application; the arguments are described at `Quaff`."""

    default_config: ImmutableDict[str, Any] = ImmutableDict(DEFAULTS)
    config_class: type[Config] = Config
    request_class: type[Request] = Request
    response_class: type[Response] = Response
    #: The class of WebSockets, a subclass of `quaff.http.websocket.WebSocket`; Quaff's own if None.
    websocket_class: type[WebSocket] | None = None
    session_interface: SessionInterface = SecureCookieSessionInterface()
    app_ctx_globals_class: type[Any] = AppGlobals
    #: Whether a request that is handled inside another context of the application, as by a test
    #: client in `with app.app_context():`, uses that context's `g` and leaves its end to it.
    nested_requests_share_g = False
    #: Whether annotations alone say where a view's values come from. If not, only parameters with
    #: a marker such as `Query()` are bound.
    typed_views = True
    #: What changes the details of problems; see `problem_details`.
    problem_shape: Shape | None = None
    aborter_class: type[Aborter] = Aborter
    json_provider_class: type[JSONProvider] = FastJSONProvider
    url_rule_class: type[routing.Rule] = Rule
    url_map_class: type[RouteMap] = RouteMap
    jinja_options: dict[str, Any] = {}  # noqa: RUF012 - Flask's interface: assign or override
    #: The class of the Jinja environment, called with the application; Quaff's own if None.
    jinja_environment: type[Environment] | None = None
    test_client_class: type[Any] | None = None
    test_cli_runner_class: type[Any] | None = None

    testing = ConfigAttribute[bool]("TESTING")
    secret_key = ConfigAttribute[str | bytes | None]("SECRET_KEY")
    permanent_session_lifetime = ConfigAttribute[timedelta](
        "PERMANENT_SESSION_LIFETIME", get_converter=_seconds
    )

    _got_first_request = False
    _plan: Plan | None = None
    #: The names that the constructor has set.
    _configured: frozenset[str] = frozenset()

    def __init__(
        self,
        import_name: str,
        static_url_path: str | None = None,
        static_folder: str | os.PathLike[str] | None = "static",
        static_host: str | None = None,
        host_matching: bool = False,
        subdomain_matching: bool = False,
        template_folder: str | os.PathLike[str] | None = "templates",
        instance_path: str | None = None,
        instance_relative_config: bool = False,
        root_path: str | None = None,
        *,
        threaded: bool | None = None,
        timeout: float | None = None,
        errors: Literal["problem", "page"] | None = None,
    ) -> None:
        super().__init__(
            import_name=import_name,
            static_folder=static_folder,
            static_url_path=static_url_path,
            template_folder=template_folder,
            root_path=root_path,
        )
        if instance_path is None:
            instance_path = self.auto_find_instance_path()
        elif not os.path.isabs(instance_path):
            raise ValueError(
                f"The instance_path must be absolute, but it is {instance_path!r}. A relative path "
                "would depend on the folder the server is started in."
            )
        self.instance_path = instance_path
        self.threaded = threaded
        self.timeout = timeout
        self.errors = errors
        #: endpoint -> the options of its routes that Werkzeug's rules do not know.
        self.route_options: dict[str, dict[str, Any]] = self._watched({})
        self.config = self.make_config(instance_relative_config)
        self.aborter = self.make_aborter()
        self.json: JSONProvider = self.json_provider_class(self)  # type: ignore[arg-type]
        self.url_build_error_handlers: list[Callable[[Exception, str, dict[str, Any]], str]] = []
        self.teardown_appcontext_funcs: list[Callable[..., Any]] = self._watched([])
        self.before_serving_funcs: list[Callable[[], Any]] = self._watched([])
        self.while_serving_gens: list[Callable[[], Any]] = self._watched([])
        self.after_serving_funcs: list[Callable[[], Any]] = []
        #: Providers in whose place others are asked, for tests: real -> other.
        self.dependency_overrides: dict[Callable[..., Any], Callable[..., Any]] = self._watched({})
        self.shell_context_processors: list[Callable[[], dict[str, Any]]] = []
        self.blueprints: dict[str, Blueprint] = self._watched({})
        #: A place for extensions: name -> state.
        self.extensions: dict[str, Any] = {}
        self.url_map = self.url_map_class(host_matching=host_matching)
        self.subdomain_matching = subdomain_matching
        self.template_context_processors[None].append(template_variables)
        if self.has_static_folder:
            self._serve_static_files(static_host, host_matching)
        self._face_servers()
        self._configured = frozenset(self.__dict__)

    def _face_servers(self) -> None:
        """Let servers that look at the application see what it is."""

    def _serve_static_files(self, host: str | None, host_matching: bool) -> None:
        if bool(host) != host_matching:
            raise AssertionError(
                "Invalid static_host/host_matching combination: with host_matching=True, pass the "
                "host of the static files as static_host= (or static_folder=None); without it, "
                "pass no static_host."
            )
        # NOTE: a weak reference, since a rule of the application must not keep it alive.
        reference = ref(self)
        self.add_url_rule(
            f"{self.static_url_path}/<path:filename>",
            endpoint="static",
            host=host,
            view_func=static_view(reference),
        )

    def __setattr__(self, name: str, value: Any) -> None:
        # NOTE: extensions replace methods and tables of a configured application. Whatever the
        # class or its constructor knows can matter to requests, so it drops the Plan; other names
        # are the user's.
        if isinstance(self.__dict__.get(name), (WatchedDict, WatchedList)):
            value = self._watched(value)
        object.__setattr__(self, name, value)
        if name == "url_map" or (
            name in ("config", "json") and isinstance(value, Config | FastJSONProvider)
        ):
            value.on_change = self._report_change
        if name == "_got_first_request":
            return  # It changes while requests are served.
        if name in self._configured or hasattr(type(self), name):
            self._changed()

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._changed()

    def _changed(self) -> None:
        self.__dict__["_plan"] = None

    def _check_setup_finished(self, method: str) -> None:
        if self._got_first_request:
            raise AssertionError(
                f"The setup method '{method}' can no longer be called on the application. It has "
                "already handled its first request, so requests would be treated differently "
                "before and after. Do all setup (imports, decorators, extensions) before serving."
            )

    # -- what it is --------------------------------------------------------------------------

    @lazy
    def name(self) -> str:  # type: ignore[override]
        """The name of the module that the application is defined in."""
        if self.import_name != "__main__":
            return self.import_name
        main = __import__("__main__")
        file = getattr(main, "__file__", None)
        return "__main__" if file is None else os.path.splitext(os.path.basename(file))[0]

    @lazy
    def logger(self) -> logging.Logger:
        """The logger named after the application."""
        return create_logger(self)  # type: ignore[arg-type]

    @property
    def debug(self) -> bool:
        """Whether debug mode is on."""
        return self.config["DEBUG"]  # type: ignore[no-any-return]

    @debug.setter
    def debug(self, value: bool) -> None:
        self.config["DEBUG"] = value
        if self.config["TEMPLATES_AUTO_RELOAD"] is None and "jinja_env" in self.__dict__:
            self.jinja_env.auto_reload = value

    def make_config(self, instance_relative: bool = False) -> Config:
        """The configuration, with its defaults; called once by the constructor."""
        root_path = self.instance_path if instance_relative else self.root_path
        defaults = {**self.default_config, "DEBUG": nameplate.active.flag("DEBUG")}
        return self.config_class(root_path, defaults)

    def make_aborter(self) -> Aborter:
        """What `abort()` calls; called once by the constructor."""
        return self.aborter_class()

    def auto_find_instance_path(self) -> str:
        """The folder for files of this installation, such as a database."""
        prefix, package_path = find_package(self.import_name)
        if prefix is None:
            return os.path.join(package_path, "instance")
        return os.path.join(prefix, "var", f"{self.name}-instance")

    # -- serving -----------------------------------------------------------------------------

    @lazy
    def threads(self) -> Threads:
        """The threads in which plain functions run under async servers: THREADS of them."""
        plan = self._plan or self._freeze()
        size, queue = plan.setting("THREADS"), plan.setting("THREADS_QUEUE")
        return Threads(size, queue, plan.setting("THREADS_TIMEOUT"))

    @lazy
    def websocket_threads(self) -> Threads:
        """The threads of plain WebSocket views, one for each connection."""
        plan = self._plan or self._freeze()
        return Threads(plan.setting("WEBSOCKET_THREADS"), queue=0)

    @lazy
    def lifespan(self) -> Lifespan:
        """The start and the end of the application in this process."""
        return cast("Lifespan", import_string("quaff.lifespan:Lifespan")(self))

    @lazy
    def background_tasks(self) -> BackgroundTasks:
        """The functions that run beside requests."""
        return cast("BackgroundTasks", import_string("quaff.lifespan:BackgroundTasks")(self))

    def add_background_task(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Let a function run beside requests; what it raises is logged.

        At the end of serving, tasks have BACKGROUND_TASK_SHUTDOWN_TIMEOUT seconds to finish.

        Args:
            function: plain, to run in a thread, or a coroutine function. It has an application
                context of its own.
            args: its arguments; the same `kwargs`.
        """
        self.background_tasks.add(function, *args, **kwargs)

    def _freeze(self) -> Plan:
        raise NotImplementedError

    # -- templates ---------------------------------------------------------------------------

    @lazy
    def jinja_env(self) -> Environment:
        """The Jinja environment, made when it is first used."""
        return self.create_jinja_environment()

    def create_jinja_environment(self) -> Environment:
        """The Jinja environment."""
        raise NotImplementedError

    def create_global_jinja_loader(self) -> BaseLoader:
        """What loads templates."""
        raise NotImplementedError

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Whether a template is escaped: .html, .htm, .xml, .xhtml, .svg, and strings are."""
        return filename is None or filename.endswith((".html", ".htm", ".xml", ".xhtml", ".svg"))

    @setup
    def template_filter(self, name: Any = None) -> Any:
        """A decorator that makes a function a template filter, under its name or another."""
        return naming_decorator(name, self.add_template_filter)

    @setup
    def add_template_filter(self, f: Callable[..., Any], name: str | None = None) -> None:
        """Make a function a template filter."""
        self.jinja_env.filters[name or f.__name__] = f

    @setup
    def template_test(self, name: Any = None) -> Any:
        """A decorator that makes a function a template test, under its name or another."""
        return naming_decorator(name, self.add_template_test)

    @setup
    def add_template_test(self, f: Callable[..., bool], name: str | None = None) -> None:
        """Make a function a template test."""
        self.jinja_env.tests[name or f.__name__] = f

    @setup
    def template_global(self, name: Any = None) -> Any:
        """A decorator that makes a function a template global, under its name or another."""
        return naming_decorator(name, self.add_template_global)

    @setup
    def add_template_global(self, f: Callable[..., Any], name: str | None = None) -> None:
        """Make a function a template global."""
        self.jinja_env.globals[name or f.__name__] = f

    # -- registration ------------------------------------------------------------------------

    @setup
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register a blueprint.

        Args:
            blueprint: the blueprint.
            options: `url_prefix`, `subdomain`, `url_defaults`, `name` (instead of its own),
                `cli_group`, and others that its deferred functions read.

        Raises:
            ValueError: there is a blueprint of that name.
        """
        blueprint.register(self, options)  # type: ignore[arg-type]

    def iter_blueprints(self) -> Iterable[Blueprint]:
        """The blueprints, in the order of their registration."""
        return self.blueprints.values()

    @setup
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        if endpoint is None:
            endpoint = endpoint_of(view_func)
        methods, automatic = self._methods_of(
            rule, view_func, options.pop("methods", None), provide_automatic_options
        )
        options["endpoint"] = endpoint
        own = {name: options.pop(name) for name in OWN_OPTIONS & options.keys()}
        if own:
            self.route_options[endpoint] = {**self.route_options.get(endpoint, {}), **own}
        documentation = take_documentation(options)
        rule_object = self.url_rule_class(rule, methods=methods, **options)
        rule_object.documentation = documentation  # type: ignore[attr-defined]
        rule_object.provide_automatic_options = automatic  # type: ignore[attr-defined]
        known = self.view_functions.get(endpoint)
        if view_func is not None and known is not None and known != view_func:
            raise AssertionError(
                "View function mapping is overwriting an existing endpoint function: "
                f"{endpoint}. It belongs to {_described(known)} and {_described(view_func)} was to "
                "take it. Rename one of the functions, or pass endpoint= to one of the routes."
            )
        self.url_map.add(rule_object)
        if view_func is not None:
            self.view_functions[endpoint] = view_func

    def _methods_of(
        self, rule: str, view: Any, methods: Any, automatic: bool | None
    ) -> tuple[set[str], bool]:
        """The methods of a rule, and whether OPTIONS is answered automatically."""
        if methods is None:
            methods = getattr(view, "methods", None) or ("GET",)
        if isinstance(methods, str):
            raise TypeError(
                f"Allowed methods must be a list of strings, but {rule!r} has methods={methods!r}. "
                f'For example: @app.route(..., methods=["{methods}"]).'
            )
        names = {str(method).upper() for method in methods}
        required = {str(name).upper() for name in getattr(view, "required_methods", ())}
        if automatic is None:
            automatic = getattr(view, "provide_automatic_options", None)
        if automatic is None:
            automatic = "OPTIONS" not in names and self.config["PROVIDE_AUTOMATIC_OPTIONS"]
        if automatic:
            required.add("OPTIONS")
        return names | required, bool(automatic)

    @setup
    def teardown_appcontext(self, f: F) -> F:
        """Call `f(error)` when a context ends, of a request or a command."""
        self.teardown_appcontext_funcs.append(f)
        return f

    @setup
    def before_serving(self, f: F) -> F:
        """Call `f()` once in a worker, before it serves; what it raises stops the worker."""
        self.before_serving_funcs.append(f)
        return f

    @setup
    def after_serving(self, f: F) -> F:
        """Call `f()` once in a worker, when it has stopped serving."""
        self.after_serving_funcs.append(f)
        return f

    @setup
    def while_serving(self, f: F) -> F:
        """Run the generator `f()` around serving: up to its `yield` before, and on after it."""
        self.while_serving_gens.append(f)
        return f

    @setup
    def shell_context_processor(self, f: F) -> F:
        """Add the dict that `f()` returns to the names of the shell."""
        self.shell_context_processors.append(f)
        return f

    # -- errors ------------------------------------------------------------------------------

    def _find_error_handler(
        self, error: Exception, blueprints: Iterable[str | None]
    ) -> Callable[..., Any] | None:
        """The handler of an error, by its status before its class, innermost blueprint first.

        Args:
            blueprints: names, innermost first; None, for the application, is added if missing.
        """
        cls, code = self._get_exc_class_and_code(type(error))
        names = list(blueprints)
        if None not in names:
            names.append(None)
        spec = self.error_handler_spec
        for key in (code, None) if code is not None else (None,):
            for name in names:
                handlers = spec[name].get(key) if name in spec else None
                if not handlers:
                    continue
                for base in cls.__mro__:
                    if base in handlers:
                        return handlers[base]
        return None

    @setup
    def problem_details(self, f: Shape) -> Shape:
        """Let `f(error, details)` give the members of problem details, as a dict for JSON."""
        self.problem_shape = f
        return f

    def trap_http_exception(self, e: Exception) -> bool:
        """Whether an HTTP error is treated as an ordinary one, which no handler of it sees."""
        if self.config["TRAP_HTTP_EXCEPTIONS"]:
            return True
        trap = self.config["TRAP_BAD_REQUEST_ERRORS"]
        # In debug mode a missing form field shows the debugger and not just "400 Bad Request".
        if trap is None and self.debug and isinstance(e, BadRequestKeyError):
            return True
        return bool(trap) and isinstance(e, BadRequest)

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Whether teardown functions are not told of an error; override."""
        return False

    def redirect(self, location: str, code: int = 302) -> Any:
        """A redirect to `location`, as it is given."""
        return redirection(location, code, self.response_class)

    # -- URLs --------------------------------------------------------------------------------

    def inject_url_defaults(self, endpoint: str, values: MutableMapping[str, Any]) -> None:
        """Let the `url_defaults` functions add values for an endpoint."""
        table = self.url_default_functions
        if not table:
            return
        names: list[str | None] = [None]
        parts = endpoint.split(".")[:-1]
        names.extend(".".join(parts[: end + 1]) for end in range(len(parts)))
        for name in names:
            for function in table.get(name, ()):
                function(endpoint, values)

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, Any]
    ) -> str:
        """The URL that a function of `url_build_error_handlers` gives, where building failed.

        Raises:
            BuildError: none gives one.
        """
        for handler in self.url_build_error_handlers:
            try:
                url = handler(error, endpoint, values)
            except BuildError as new_error:
                error = new_error
            else:
                if url is not None:
                    return url
        raise error


def _described(function: Any) -> str:
    code = getattr(function, "__code__", None)
    name = getattr(function, "__qualname__", repr(function))
    return name if code is None else f"{name}() ({code.co_filename}:{code.co_firstlineno})"
