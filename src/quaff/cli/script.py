"""ScriptInfo: what a command line knows about its application, and how commands get at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

import click

from .. import nameplate
from ..app import Quaff
from ..context import current
from ..nameplate import Nameplate
from .discovery import NoAppException, locate_app, prepare_import, split_import_path

Function = TypeVar("Function", bound=Callable[..., Any])

DEFAULT_FILES = ("wsgi.py", "app.py")


class ScriptInfo:
    """Loads the application of a command, once and only when a command asks for it.

    `app_import_path` is what `--app` takes; `create_app` is a factory to call instead. `data` is a
    dict in which commands may leave things for each other. With `set_debug_flag`, the application's
    debug mode is set from the environment after loading.
    """

    def __init__(
        self,
        app_import_path: str | None = None,
        create_app: Callable[..., Quaff] | None = None,
        set_debug_flag: bool = True,
        load_dotenv_defaults: bool = True,
        product: Nameplate | None = None,
    ) -> None:
        self.app_import_path = app_import_path
        self.create_app = create_app
        self.data: dict[Any, Any] = {}
        self.set_debug_flag = set_debug_flag
        self.load_dotenv_defaults = load_dotenv_defaults
        self._product = product
        self._loaded_app: Quaff | None = None

    @property
    def product(self) -> Nameplate:
        """The product whose command line this is."""
        return self._product or nameplate.active

    def load_app(self) -> Quaff:
        """The application; the same object on every call.

        Raises `NoAppException`, or whatever the user's code raises while it is imported.
        """
        if self._loaded_app is None:
            app = self._find_app()
            if self.set_debug_flag:
                app.debug = self.product.flag("DEBUG")
            self._loaded_app = app
        return self._loaded_app

    def _find_app(self) -> Quaff:
        if self.create_app is not None:
            return self.create_app()
        if self.app_import_path is not None:
            path, name = split_import_path(self.app_import_path)
            return locate_app(prepare_import(path), name)
        for file in DEFAULT_FILES:
            app = locate_app(prepare_import(file), None, raise_if_not_found=False)
            if app is not None:
                return app
        raise NoAppException(
            f"Could not locate a {self.product.name} application. Use the"
            f" '{self.product.command} --app' option, '{self.product.variable('APP')}'"
            " environment variable, or a 'wsgi.py' or 'app.py' file in the current directory."
        )


pass_script_info = click.make_pass_decorator(ScriptInfo, ensure=True)


def with_appcontext(function: Function) -> Function:
    """Run a command with its application's context pushed, unless one is already there.

    Commands made by `app.cli.command()` or an `AppGroup` have this already.
    """

    @click.pass_context
    def in_context(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        if current.get(None) is None:
            app = context.ensure_object(ScriptInfo).load_app()
            context.with_resource(app.app_context())
        return context.invoke(function, *args, **kwargs)

    return update_wrapper(in_context, function)  # type: ignore[return-value]
