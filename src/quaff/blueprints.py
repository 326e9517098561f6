"""Blueprints: registrations recorded now, replayed on an application later.

A blueprint may be registered several times under other names, and on other blueprints. What it
recorded is a list of functions of a `BlueprintSetupState`, which knows the prefix and the name of
one registration.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .scaffold import Scaffold, endpoint_of, naming_decorator, setup, static_view

if TYPE_CHECKING:
    from .app import Quaff

__all__ = ["Blueprint", "BlueprintSetupState"]

F = TypeVar("F", bound=Callable[..., Any])
DeferredSetup = Callable[["BlueprintSetupState"], None]

#: Distinguishes "not given" where None has a meaning.
_NOT_GIVEN: Any = object()


class BlueprintSetupState:
    """One registration of a blueprint on an application, as deferred functions see it.

    Args:
        blueprint: the blueprint.
        app: the application.
        options: what was given to `register_blueprint`.
        first_registration: whether the blueprint was not registered on this application before.
    """

    def __init__(
        self, blueprint: Blueprint, app: Quaff, options: Any, first_registration: bool
    ) -> None:
        self.app = app
        self.blueprint = blueprint
        self.options = options
        self.first_registration = first_registration
        subdomain = options.get("subdomain")
        self.subdomain: str | None = blueprint.subdomain if subdomain is None else subdomain
        url_prefix = options.get("url_prefix")
        self.url_prefix: str | None = blueprint.url_prefix if url_prefix is None else url_prefix
        self.name: str = options.get("name", blueprint.name)
        self.name_prefix: str = options.get("name_prefix", "")
        self.url_defaults = {**blueprint.url_values_defaults, **options.get("url_defaults", {})}

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        **options: Any,
    ) -> None:
        """Add a rule to the application, with this registration's prefix, name and defaults."""
        if self.url_prefix is not None:
            prefix = self.url_prefix
            rule = f"{prefix.rstrip('/')}/{rule.lstrip('/')}" if rule else prefix
        options.setdefault("subdomain", self.subdomain)
        if endpoint is None:
            endpoint = endpoint_of(view_func)
        defaults = self.url_defaults
        if "defaults" in options:
            defaults = {**defaults, **(options.pop("defaults") or {})}
        self.app.add_url_rule(
            rule,
            dotted(self.name_prefix, self.name, endpoint),
            view_func,
            defaults=defaults,
            **options,
        )


def dotted(*names: str) -> str:
    """The names joined by dots; empty ones are left out at the beginning."""
    return ".".join(names).lstrip(".")


class Blueprint(Scaffold):
    """A part of an application: routes, hooks and files under a name and a URL prefix.

    Args:
        name: stands before its endpoints, as in "admin.index"; without dots.
        import_name: the module that it is defined in, usually `__name__`.
        static_folder: a folder of files to serve, relative to the module.
        static_url_path: the URL below which they are served.
        template_folder: a folder of templates, which the application's own go before.
        url_prefix: stands before its URLs.
        subdomain: the subdomain of its URLs.
        url_defaults: values for variables in its URLs.
        root_path: the folder that others are relative to.
        cli_group: the name of its group of commands; None puts them beside the application's.
        threaded: whether its plain functions run in threads under async servers; None leaves it
            to the scope around it.
        timeout: seconds that its views may take; None leaves it to the scope around it.
        errors: "problem" for HTTP errors as problem details (RFC 9457), "page" for HTML pages; None
            leaves it to the scope around it.

    Raises:
        ValueError: the name is empty or contains a dot.
    """

    _got_registered_once = False

    def __init__(
        self,
        name: str,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        url_prefix: str | None = None,
        subdomain: str | None = None,
        url_defaults: dict[str, Any] | None = None,
        root_path: str | None = None,
        cli_group: str | None = _NOT_GIVEN,
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
        if not name:
            raise ValueError("The 'name' of a blueprint may not be empty.")
        if "." in name:
            raise ValueError(
                f"The 'name' of a blueprint may not contain a dot '.' character: {name!r}. Dots "
                "separate the names of nested blueprints."
            )
        self.name = name
        self.url_prefix = url_prefix
        self.subdomain = subdomain
        self.deferred_functions: list[DeferredSetup] = []
        self.url_values_defaults = url_defaults or {}
        self.cli_group = cli_group
        self.threaded = threaded
        self.timeout = timeout
        self.errors = errors
        self._blueprints: list[tuple[Blueprint, dict[str, Any]]] = []

    def _check_setup_finished(self, method: str) -> None:
        if self._got_registered_once:
            raise AssertionError(
                f"The setup method '{method}' can no longer be called on the blueprint "
                f"'{self.name}'. It has already been registered once, so the change would not be "
                "seen by all applications alike. Call setup methods before register_blueprint()."
            )

    # -- recording ---------------------------------------------------------------------------

    @setup
    def record(self, func: DeferredSetup) -> None:
        """Call `func(state)` whenever the blueprint is registered."""
        self.deferred_functions.append(func)

    @setup
    def record_once(self, func: DeferredSetup) -> None:
        """Call `func(state)` at the blueprint's first registration on an application only."""

        def once(state: BlueprintSetupState) -> None:
            if state.first_registration:
                func(state)

        self.record(update_wrapper(once, func))

    def make_setup_state(
        self, app: Quaff, options: dict[str, Any], first_registration: bool = False
    ) -> BlueprintSetupState:
        """The state that deferred functions get; override to use a subclass."""
        return BlueprintSetupState(self, app, options, first_registration)

    @setup
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Nest another blueprint in this one; the options are those of the application's method.

        Raises:
            ValueError: the blueprint is this one itself.
        """
        if blueprint is self:
            raise ValueError(f"Cannot register a blueprint on itself: {self.name!r}.")
        self._blueprints.append((blueprint, options))

    @setup
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Add a URL rule, whose URL and endpoint get the blueprint's prefixes.

        Raises:
            ValueError: the endpoint or the view's name contains a dot.
        """
        if endpoint and "." in endpoint:
            raise ValueError(f"The 'endpoint' may not contain a dot '.' character: {endpoint!r}.")
        if view_func is not None and "." in getattr(view_func, "__name__", ""):
            raise ValueError(
                f"The 'view_func' name may not contain a dot '.' character: {view_func.__name__!r}."
            )

        def add(state: BlueprintSetupState) -> None:
            state.add_url_rule(
                rule,
                endpoint,
                view_func,
                provide_automatic_options=provide_automatic_options,
                **options,
            )

        self.record(add)

    # -- registering -------------------------------------------------------------------------

    def register(self, app: Quaff, options: dict[str, Any]) -> None:
        """Replay what was recorded on an application; called by `register_blueprint`.

        Raises:
            ValueError: the application has a blueprint of that name already.
        """
        name = dotted(options.get("name_prefix", ""), options.get("name", self.name))
        if name in app.blueprints:
            which = "this" if app.blueprints[name] is self else "a different"
            known_as = f" as {name!r}" if name != self.name else ""
            raise ValueError(
                f"The name {self.name!r} is already registered for {which} blueprint{known_as}. "
                "Use 'name=' to provide a unique name."
            )
        first = not any(blueprint is self for blueprint in app.blueprints.values())
        app.blueprints[name] = self
        self._got_registered_once = True
        state = self.make_setup_state(app, options, first)
        if self.has_static_folder:
            view: Any = static_view(lambda: self)
            # What exports an application finds the views of files and their folders by these, as
            # by those of the bound method that it calls.
            view.__self__, view.__func__ = self, type(self).send_static_file
            state.add_url_rule(
                f"{self.static_url_path}/<path:filename>", view_func=view, endpoint="static"
            )
        self._merge_into(app, name)
        for deferred in self.deferred_functions:
            deferred(state)
        self._register_commands(app, options.get("cli_group", self.cli_group), name)
        for blueprint, nested_options in self._blueprints:
            blueprint.register(app, self._nested_options(state, blueprint, nested_options, name))

    @staticmethod
    def _nested_options(
        state: BlueprintSetupState, blueprint: Blueprint, options: dict[str, Any], name: str
    ) -> dict[str, Any]:
        options = {**options, "name_prefix": name}
        prefix = options.get("url_prefix")
        prefix = blueprint.url_prefix if prefix is None else prefix
        if state.url_prefix is not None and prefix is not None:
            options["url_prefix"] = f"{state.url_prefix.rstrip('/')}/{prefix.lstrip('/')}"
        elif state.url_prefix is not None or prefix is not None:
            options["url_prefix"] = prefix if state.url_prefix is None else state.url_prefix
        subdomain = options.get("subdomain")
        subdomain = blueprint.subdomain if subdomain is None else subdomain
        if state.subdomain is not None and subdomain is not None:
            options["subdomain"] = f"{subdomain}.{state.subdomain}"
        elif state.subdomain is not None or subdomain is not None:
            options["subdomain"] = subdomain if state.subdomain is None else state.subdomain
        return options

    def _merge_into(self, app: Quaff, name: str) -> None:
        """Add the hooks, handlers and views to the application's tables, under the name."""

        def named(key: str | None) -> str:
            return name if key is None else dotted(name, key)

        for key, handlers in self.error_handler_spec.items():
            for code, by_class in handlers.items():
                app.error_handler_spec[named(key)][code].update(by_class)
        for endpoint, view in self.view_functions.items():
            app.view_functions[endpoint] = view
        for table in (
            "before_request_funcs",
            "after_request_funcs",
            "teardown_request_funcs",
            "before_websocket_funcs",
            "after_websocket_funcs",
            "teardown_websocket_funcs",
            "url_default_functions",
            "url_value_preprocessors",
            "template_context_processors",
        ):
            target = getattr(app, table)
            for key, functions in getattr(self, table).items():
                target[named(key)].extend(functions)

    def _register_commands(self, app: Quaff, group: str | None, name: str) -> None:
        if "cli" not in self.__dict__ or not self.cli.commands:
            return
        if group is None:
            app.cli.commands.update(self.cli.commands)
            return
        self.cli.name = name if group is _NOT_GIVEN else group
        app.cli.add_command(self.cli)

    # -- for the whole application -----------------------------------------------------------

    def _extend_app(self, table: str, f: Callable[..., Any]) -> None:
        self.record_once(lambda state: getattr(state.app, table).setdefault(None, []).append(f))

    @setup
    def before_app_request(self, f: F) -> F:
        """`before_request` for every request of the application."""
        self._extend_app("before_request_funcs", f)
        return f

    @setup
    def after_app_request(self, f: F) -> F:
        """`after_request` for every request of the application."""
        self._extend_app("after_request_funcs", f)
        return f

    @setup
    def teardown_app_request(self, f: F) -> F:
        """`teardown_request` for every request of the application."""
        self._extend_app("teardown_request_funcs", f)
        return f

    @setup
    def before_app_websocket(self, f: F) -> F:
        """`before_websocket` for every WebSocket of the application."""
        self._extend_app("before_websocket_funcs", f)
        return f

    @setup
    def after_app_websocket(self, f: F) -> F:
        """`after_websocket` for every WebSocket of the application."""
        self._extend_app("after_websocket_funcs", f)
        return f

    @setup
    def teardown_app_websocket(self, f: F) -> F:
        """`teardown_websocket` for every WebSocket of the application."""
        self._extend_app("teardown_websocket_funcs", f)
        return f

    def _extend_serving(self, method: str, f: Callable[..., Any]) -> None:
        def add(state: BlueprintSetupState) -> None:
            getattr(state.app, method)(f)

        self.record_once(add)

    @setup
    def before_app_serving(self, f: F) -> F:
        """`before_serving` of the application."""
        self._extend_serving("before_serving", f)
        return f

    @setup
    def after_app_serving(self, f: F) -> F:
        """`after_serving` of the application."""
        self._extend_serving("after_serving", f)
        return f

    @setup
    def while_app_serving(self, f: F) -> F:
        """`while_serving` of the application."""
        self._extend_serving("while_serving", f)
        return f

    @setup
    def app_context_processor(self, f: F) -> F:
        """`context_processor` for every template of the application."""
        self._extend_app("template_context_processors", f)
        return f

    @setup
    def app_url_value_preprocessor(self, f: F) -> F:
        """`url_value_preprocessor` for every request of the application."""
        self._extend_app("url_value_preprocessors", f)
        return f

    @setup
    def app_url_defaults(self, f: F) -> F:
        """`url_defaults` for every URL of the application."""
        self._extend_app("url_default_functions", f)
        return f

    @setup
    def app_errorhandler(self, code: type[Exception] | int) -> Callable[[F], F]:
        """`errorhandler` for every request of the application."""

        def decorator(f: F) -> F:
            self.record_once(lambda state: state.app.register_error_handler(code, f))
            return f

        return decorator

    @setup
    def app_template_filter(self, name: Any = None) -> Any:
        """A decorator that makes a function a filter in the application's templates."""
        return naming_decorator(name, self.add_app_template_filter)

    @setup
    def app_template_test(self, name: Any = None) -> Any:
        """A decorator that makes a function a test in the application's templates."""
        return naming_decorator(name, self.add_app_template_test)

    @setup
    def app_template_global(self, name: Any = None) -> Any:
        """A decorator that makes a function a global in the application's templates."""
        return naming_decorator(name, self.add_app_template_global)

    @setup
    def add_app_template_filter(self, f: Callable[..., Any], name: str | None = None) -> None:
        """Make a function a filter in the application's templates."""
        self.record_once(lambda state: state.app.add_template_filter(f, name))

    @setup
    def add_app_template_test(self, f: Callable[..., bool], name: str | None = None) -> None:
        """Make a function a test in the application's templates."""
        self.record_once(lambda state: state.app.add_template_test(f, name))

    @setup
    def add_app_template_global(self, f: Callable[..., Any], name: str | None = None) -> None:
        """Make a function a global in the application's templates."""
        self.record_once(lambda state: state.app.add_template_global(f, name))
