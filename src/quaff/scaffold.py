"""What an application and a blueprint share: routes, hooks, error handlers, static files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import update_wrapper
from typing import IO, TYPE_CHECKING, Any, TypeVar, Unpack, cast

from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.utils import import_string

from .context import needed
from .documentation import Documentation
from .http import files
from .lazy import lazy
from .packages import get_root_path
from .watched import Weakly, watched

__all__ = [
    "NamedRouteOptions",
    "RouteOptions",
    "Scaffold",
    "endpoint_of",
    "naming_decorator",
    "setup",
    "static_view",
]

if TYPE_CHECKING:
    from click import Group
    from jinja2 import BaseLoader

    from .http.request import Request
    from .http.response import Response

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class RouteOptions(Documentation, total=False):
    """The options of a route, beside its rule, endpoint and view, and what documents it."""

    #: The methods it answers; GET if not given. HEAD follows GET by itself.
    methods: Any
    #: Whether OPTIONS is answered automatically; None decides by the methods.
    provide_automatic_options: bool | None
    #: Values for variables that the rule does not have.
    defaults: Mapping[str, Any] | None
    subdomain: str | None
    host: str | None
    #: Whether a missing or extra final slash matters; None takes the map's setting.
    strict_slashes: bool | None
    merge_slashes: bool | None
    #: The rule only builds URLs and matches nothing.
    build_only: bool
    #: Where requests are redirected to: a rule, or a function of the adapter and the values.
    redirect_to: Any
    #: The rule is another spelling of a rule with the same endpoint.
    alias: bool
    #: The rule is for WebSockets; see `websocket()`.
    websocket: bool
    #: Whether plain functions run in threads under async servers; None asks the blueprint.
    threaded: bool | None
    #: Seconds that the view may take: then a coroutine function is cancelled and 504 answered, and
    #: a plain one can look at `request.deadline`. None asks the blueprint.
    timeout: float | None


class NamedRouteOptions(RouteOptions, total=False):
    """The options of the `route` decorator."""

    endpoint: str | None


def setup(method: F) -> F:
    """A method that configures, and so must not be called when requests are served already."""

    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._check_setup_finished(method.__name__)
        return method(self, *args, **kwargs)

    return cast("F", update_wrapper(checked, method))


def naming_decorator(name: Any, add: Callable[..., None]) -> Any:
    """A decorator that adds a function by `add(function, name=name)`.

    Args:
        name: its name; None for the function's own. If it is the function itself, the decorator
            was used without parentheses.
    """
    if callable(name):
        add(name)
        return name

    def decorator(function: F) -> F:
        add(function, name=name)
        return function

    return decorator


def static_view(owner: Callable[[], Any]) -> Callable[..., Any]:
    """The view of the static files of a scaffold, which `owner` gives."""

    def view(**values: Any) -> Any:
        return owner().send_static_file(**values)

    # What gateways ask before they start a thread for the view; see `quaff.route.Route.at_once`.
    view.at_once = (  # type: ignore[attr-defined]
        lambda app, request: owner().unmodified_static_file(app, request)
    )
    return view


def _max_age(app: Any) -> int | None:
    value = app.config["SEND_FILE_MAX_AGE_DEFAULT"]
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


def endpoint_of(view: Callable[..., Any] | None) -> str:
    """The endpoint of a view that was given none: its name."""
    if view is None:
        raise AssertionError(
            "A rule needs an endpoint or a view function. Pass endpoint= or view_func=."
        )
    return view.__name__


class Scaffold:
    """Base of Quaff and Blueprint.

    Args:
        import_name: the module that this is defined in, usually `__name__`.
        static_folder: a folder of files to serve, relative to `root_path`.
        static_url_path: the URL below which they are served.
        template_folder: a folder of templates, relative to `root_path`.
        root_path: the folder that the others are relative to; found from `import_name`.
    """

    name: str
    #: Whether plain functions run in threads under async servers; None leaves it to the scope
    #: around this one. Without a thread they are faster, and block the loop while they run.
    threaded: bool | None = None
    #: Seconds that a view may take; None leaves it to the scope around this one.
    timeout: float | None = None
    #: "problem" for HTTP errors as problem details (RFC 9457), "page" for HTML pages; None leaves
    #: it to the scope around this one.
    errors: str | None = None
    _static_folder: str | None = None
    _static_url_path: str | None = None

    def __init__(
        self,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        root_path: str | None = None,
    ) -> None:
        # NOTE: tables hold no strong reference to what they belong to, so that an application is
        # freed without the garbage collector.
        self._report_change = Weakly(self._changed)
        self.import_name = import_name
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.template_folder = template_folder
        self.root_path = root_path if root_path is not None else get_root_path(import_name)
        #: What OpenAPI says of each of its routes that does not say otherwise.
        self.openapi_defaults: Documentation = {}
        #: endpoint -> view function
        self.view_functions: dict[str, Callable[..., Any]] = self._watched({})
        #: blueprint name or None -> HTTP status or None -> exception class -> handler
        self.error_handler_spec: dict[
            str | None, dict[int | None, dict[type[Exception], Callable[..., Any]]]
        ] = self._watched(defaultdict(lambda: defaultdict(dict)))
        #: The following: blueprint name or None (the application) -> functions
        self.before_request_funcs = self._hook_table()
        self.after_request_funcs = self._hook_table()
        self.teardown_request_funcs = self._hook_table()
        self.before_websocket_funcs = self._hook_table()
        self.after_websocket_funcs = self._hook_table()
        self.teardown_websocket_funcs = self._hook_table()
        self.template_context_processors = self._hook_table()
        self.url_value_preprocessors = self._hook_table()
        self.url_default_functions = self._hook_table()

    def _hook_table(self) -> dict[str | None, list[Callable[..., Any]]]:
        return self._watched(defaultdict(list))

    def _watched(self, table: T) -> T:
        """A list or dict as one that reports its changes; extensions write to them directly."""
        return watched(table, self._report_change)  # type: ignore[no-any-return]

    def _changed(self) -> None:
        """Something that requests depend on has changed."""

    def _check_setup_finished(self, method: str) -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    @lazy
    def cli(self) -> Group:
        """The Click group of commands, run by the `quaff` command."""
        group = cast("Group", import_string("quaff.cli:AppGroup")())
        group.name = self.name
        return group

    # -- files -------------------------------------------------------------------------------

    @property
    def static_folder(self) -> str | None:
        """The absolute path of the folder of static files."""
        if self._static_folder is None:
            return None
        return os.path.join(self.root_path, self._static_folder)

    @static_folder.setter
    def static_folder(self, value: str | os.PathLike[str] | None) -> None:
        self._static_folder = None if value is None else os.fspath(value).rstrip("/\\")

    @property
    def has_static_folder(self) -> bool:
        """Whether a static folder is set."""
        return self.static_folder is not None

    @property
    def static_url_path(self) -> str | None:
        """The URL below which static files are served: as given, or the folder's name."""
        if self._static_url_path is not None:
            return self._static_url_path
        if self.static_folder is None:
            return None
        return f"/{os.path.basename(self.static_folder)}".rstrip("/")

    @static_url_path.setter
    def static_url_path(self, value: str | None) -> None:
        self._static_url_path = None if value is None else value.rstrip("/")

    @lazy
    def jinja_loader(self) -> BaseLoader | None:
        """What loads templates from `template_folder`; None without one."""
        if self.template_folder is None:
            return None
        loader = import_string("jinja2:FileSystemLoader")
        return cast("BaseLoader", loader(os.path.join(self.root_path, self.template_folder)))

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Seconds that a client may cache a file: SEND_FILE_MAX_AGE_DEFAULT.

        None asks it to check every time. Override to decide by the name.
        """
        return _max_age(needed().app)

    def send_static_file(self, filename: str) -> Response:
        """The view of static files.

        Raises:
            NotFound: there is no such file below the static folder.
        """
        folder = self.static_folder
        if folder is None:
            raise RuntimeError("There are no static files to send: 'static_folder' is not set.")
        context = needed()
        response: Any = files.send_from_directory(
            folder,
            filename,
            request=context.request,
            response_class=context.app.response_class,
            use_x_sendfile=context.app.config["USE_X_SENDFILE"],
            root_path=context.app.root_path,
            max_age=self.get_send_file_max_age(filename),
        )
        return response  # type: ignore[no-any-return]

    def unmodified_static_file(self, app: Any, request: Request) -> Response | None:
        """What `send_static_file` answers a client that has the file; None if it must be asked.

        It waits for nothing, and asks no code of the application's.
        """
        for name in ("send_static_file", "get_send_file_max_age"):
            if name in self.__dict__ or getattr(type(self), name) is not getattr(Scaffold, name):
                return None
        folder, values = self.static_folder, request.view_args
        if folder is None or values is None or not os.path.isabs(folder):
            return None
        response: Any = files.unmodified_file(
            folder,
            values["filename"],
            request,
            response_class=app.response_class,
            max_age=_max_age(app),
        )
        return response  # type: ignore[no-any-return]

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        """Open a file below `root_path` for reading.

        Args:
            resource: the path, relative to `root_path`.
            mode: "rb" for bytes, "r" or "rt" for text.
            encoding: of text.

        Raises:
            ValueError: the mode writes.
        """
        if mode not in {"r", "rt", "rb"}:
            raise ValueError("Resources can only be opened for reading: mode is 'r', 'rt' or 'rb'.")
        path = os.path.join(self.root_path, resource)
        return open(path, mode) if mode == "rb" else open(path, mode, encoding=encoding)

    # -- routes ------------------------------------------------------------------------------

    def _method_route(self, method: str, rule: str, options: NamedRouteOptions) -> Callable[[F], F]:
        if "methods" in options:
            raise TypeError(
                f"{method.lower()}() answers {method} only. Use route() for other methods."
            )
        return self.route(rule, methods=[method], **options)  # type: ignore[misc]

    @setup
    def get(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """`route` for GET."""
        return self._method_route("GET", rule, options)

    @setup
    def post(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """`route` for POST."""
        return self._method_route("POST", rule, options)

    @setup
    def put(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """`route` for PUT."""
        return self._method_route("PUT", rule, options)

    @setup
    def delete(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """`route` for DELETE."""
        return self._method_route("DELETE", rule, options)

    @setup
    def patch(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """`route` for PATCH."""
        return self._method_route("PATCH", rule, options)

    @setup
    def route(self, rule: str, **options: Unpack[NamedRouteOptions]) -> Callable[[F], F]:
        """A decorator that makes a function the view of a URL rule.

        Args:
            rule: the URL, with variables such as `<int:page>`.
            options: see RouteOptions; `endpoint` names the rule, or the function's name does.
        """

        def decorator(view: F) -> F:
            endpoint = options.pop("endpoint", None)
            self.add_url_rule(rule, endpoint, view, **options)  # type: ignore[misc]
            return view

        return decorator

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Add a URL rule, with or without its view.

        Args:
            rule: the URL, with variables such as `<int:page>`.
            endpoint: the name by which `url_for` finds it; the view's name if None.
            view_func: the view.
            provide_automatic_options: whether OPTIONS is answered automatically.
            options: see RouteOptions.

        Raises:
            AssertionError: the endpoint has another view already.
        """
        raise NotImplementedError

    @setup
    def websocket(self, rule: str, **options: Any) -> Callable[[F], F]:
        """A decorator that makes a function the view of a WebSocket.

        The view may take the connection as `ws`, or use `quaff.websocket`. It is a coroutine
        function, or a plain one, which has a thread as long as the connection lasts.

        Args:
            rule: the URL, with variables such as `<room>`.
            options: see RouteOptions, without methods; and `endpoint`.

        Example::

            @app.websocket("/echo")
            async def echo(ws):
                async for message in ws:
                    await ws.send(message)
        """

        def decorator(view: F) -> F:
            self.add_websocket(rule, options.pop("endpoint", None), view, **options)
            return view

        return decorator

    @setup
    def add_websocket(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        **options: Any,
    ) -> None:
        """Add the URL rule of a WebSocket; see `websocket` and `add_url_rule`."""
        self.add_url_rule(
            rule,
            endpoint,
            view_func,
            provide_automatic_options=False,
            methods=["GET"],
            websocket=True,
            **options,
        )

    @setup
    def endpoint(self, endpoint: str) -> Callable[[F], F]:
        """A decorator that makes a function the view of an endpoint."""

        def decorator(view: F) -> F:
            self.view_functions[endpoint] = view
            return view

        return decorator

    # -- hooks -------------------------------------------------------------------------------

    @setup
    def before_request(self, f: F) -> F:
        """Call `f()` before each request; a value that is not None answers the request."""
        self.before_request_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def after_request(self, f: F) -> F:
        """Call `f(response)` after each request; it returns the response to send."""
        self.after_request_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def teardown_request(self, f: F) -> F:
        """Call `f(error)` when a request's context ends, whatever happened in it."""
        self.teardown_request_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def before_websocket(self, f: F) -> F:
        """Call `f()` before each WebSocket; a value that is not None refuses the connection."""
        self.before_websocket_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def after_websocket(self, f: F) -> F:
        """Call `f(response)` after each WebSocket, with None unless the connection is refused."""
        self.after_websocket_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def teardown_websocket(self, f: F) -> F:
        """Call `f(error)` when a WebSocket's context ends, whatever happened in it."""
        self.teardown_websocket_funcs.setdefault(None, []).append(f)
        return f

    @setup
    def context_processor(self, f: F) -> F:
        """Add the dict that `f()` returns to every template's variables."""
        self.template_context_processors[None].append(f)
        return f

    @setup
    def url_value_preprocessor(self, f: F) -> F:
        """Call `f(endpoint, values)` before each request; it may change the view's values."""
        self.url_value_preprocessors[None].append(f)
        return f

    @setup
    def url_defaults(self, f: F) -> F:
        """Call `f(endpoint, values)` when a URL is built; it may add values."""
        self.url_default_functions[None].append(f)
        return f

    # -- error handlers ----------------------------------------------------------------------

    @setup
    def errorhandler(self, code_or_exception: type[Exception] | int) -> Callable[[F], F]:
        """A decorator that makes a function handle an HTTP status or an exception class."""

        def decorator(f: F) -> F:
            self.register_error_handler(code_or_exception, f)
            return f

        return decorator

    @setup
    def register_error_handler(
        self, code_or_exception: type[Exception] | int, f: Callable[..., Any]
    ) -> None:
        """Make `f(error)` handle an HTTP status or an exception class.

        Raises:
            TypeError: an exception instance was given, or something that is no exception.
            ValueError: the status is none that has an exception.
        """
        cls, code = self._get_exc_class_and_code(code_or_exception)
        self.error_handler_spec[None][code][cls] = f

    @staticmethod
    def _get_exc_class_and_code(
        exc_class_or_code: type[Exception] | int,
    ) -> tuple[type[Exception], int | None]:
        """The exception class, and its HTTP status or None."""
        cls: Any = exc_class_or_code
        if isinstance(cls, int):
            if cls not in default_exceptions:
                raise ValueError(
                    f"{cls} is not a recognized HTTP error code. Use a subclass of "
                    "HTTPException with that code instead."
                )
            cls = default_exceptions[cls]
        if isinstance(cls, Exception):
            raise TypeError(
                f"{cls!r} is an instance, not a class. Error handlers are registered for exception "
                "classes or HTTP status codes."
            )
        if not (isinstance(cls, type) and issubclass(cls, Exception)):
            raise ValueError(
                f"{getattr(cls, '__name__', cls)!r} is not a subclass of Exception. Error handlers "
                "are registered for exception classes or HTTP status codes."
            )
        return cls, cls.code if issubclass(cls, HTTPException) else None
