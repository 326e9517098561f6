"""Groups of commands: `AppGroup` pushes a context, `QuaffGroup` finds the application too."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import traceback
from collections.abc import Callable
from typing import Any, ClassVar

import click
from werkzeug.utils import import_string

from .. import nameplate
from ..app import Quaff
from ..context import current
from ..dotenv import load_dotenv, wants_dotenv
from ..nameplate import Nameplate
from ..server.mistakes import own_frames_removed
from .discovery import NoAppException
from .parameters import debug_option
from .plugins import load_plugin, plugin_names
from .routes import routes_command
from .run import run_command
from .script import ScriptInfo, with_appcontext
from .serve import serve_command
from .shell import shell_command

DECIDING_OPTIONS = frozenset({"as_flask", "env_file", "app"})
"""Those that decide which application there is, and so which commands."""


class AppGroup(click.Group):
    """A Click group whose commands run with the application's context pushed."""

    def command(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """As `click.Group.command`; `with_appcontext=False` leaves the context out."""
        wrap = kwargs.pop("with_appcontext", True)

        def decorator(function: Callable[..., Any]) -> click.Command:
            function = with_appcontext(function) if wrap else function
            command: click.Command = super(AppGroup, self).command(*args, **kwargs)(function)
            return command

        return decorator

    def group(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Group]:
        """As `click.Group.group`; the new group is an `AppGroup` too."""
        kwargs.setdefault("cls", AppGroup)
        decorator: Callable[[Callable[..., Any]], click.Group] = super().group(*args, **kwargs)
        return decorator


class QuaffGroup(AppGroup):
    """A command line for an application: its own commands, the built-in ones, and plugins'.

    Args:
        add_default_commands: have `run`, `serve`, `routes` and `shell`.
        create_app: a factory to call, instead of looking for the application.
        add_version_option: have `--version`.
        load_dotenv: read `.env` and `.quaffenv`.
        set_debug_flag: set the application's debug mode from QUAFF_DEBUG.
        extra: anything `click.Group` takes.
    """

    product: ClassVar[Nameplate] = nameplate.QUAFF
    default_commands: ClassVar[tuple[click.Command, ...]] = (
        run_command,
        serve_command,
        routes_command,
        shell_command,
    )

    def __init__(
        self,
        add_default_commands: bool = True,
        create_app: Callable[..., Quaff] | None = None,
        add_version_option: bool = True,
        load_dotenv: bool = True,
        set_debug_flag: bool = True,
        **extra: Any,
    ) -> None:
        params = [
            *(extra.pop("params", None) or ()),
            env_file_option(self.product),
            app_option(self.product),
            debug_option(),
        ]
        if add_version_option:
            params.append(version_option(self.product))
        settings = {"auto_envvar_prefix": self.product.prefix, **extra.pop("context_settings", {})}

        super().__init__(params=params, context_settings=settings, **extra)
        self.create_app = create_app
        self.load_dotenv = load_dotenv
        self.set_debug_flag = set_debug_flag
        if add_default_commands:
            for command in self.default_commands:
                self.add_command(command)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Start a command line; from here on `app.run()` is ignored."""
        os.environ[self.product.variable("RUN_FROM_CLI")] = "true"
        if "obj" not in extra and "obj" not in self.context_settings:
            extra["obj"] = ScriptInfo(
                create_app=self.create_app,
                set_debug_flag=self.set_debug_flag,
                load_dotenv_defaults=wants_dotenv(self.load_dotenv),
                product=self.product,
            )
        return super().make_context(info_name, args, parent=parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse options; before help is shown, find out which application's commands to list."""
        only_help = len(args) == 1 and args[0] in self.get_help_option_names(ctx)
        if only_help or (not args and self.no_args_is_help):
            for option in self.params:
                if option.name in DECIDING_OPTIONS:
                    option.handle_parse_result(ctx, {}, [])
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A plugin's command, a built-in one, or one of the application's, in that order."""
        command = self._own_command(ctx, name)
        if command is not None:
            return command
        try:
            app = ctx.ensure_object(ScriptInfo).load_app()
        except NoAppException as error:
            _complain(f"Error: {error.format_message()}\n")
            return None
        # Loading the application may have made this a Flask process.
        late = load_plugin(nameplate.active, name)
        return late or app.cli.get_command(ctx, name)

    def _own_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return load_plugin(self.product, name) or super().get_command(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command to run; for one of the application's, its context is pushed.

        It is pushed before the command's parameters are read, so that their callbacks have it.
        """
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and self._own_command(ctx, name) is None:
            app = ctx.ensure_object(ScriptInfo).load_app()
            context = current.get(None)
            if context is None or context.app is not app:
                ctx.with_resource(app.app_context())
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """As `click.Group.invoke`; an option of ours behind the command is told its place."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            option, within = error.option_name, error.ctx
            if within is None or not any(option in each.opts for each in self.params):
                raise
            place = f"'{ctx.command_path} {option} ... {within.info_name}'"
            raise click.NoSuchOption(
                option, f"{error.message} It belongs before the command: {place}.", ctx=within
            ) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands; if the application fails, that is shown and the rest given."""
        names = {*super().list_commands(ctx), *plugin_names(self.product)}
        try:
            names.update(ctx.ensure_object(ScriptInfo).load_app().cli.list_commands(ctx))
        except NoAppException as error:
            _complain(f"Error: {error.format_message()}\n")
        except Exception as error:
            # Help must be there above all when something is broken.
            _complain("".join(traceback.format_exception(own_frames_removed(error))))
        return sorted(names.union(plugin_names(nameplate.active)))


def _complain(message: str) -> None:
    click.secho(message, err=True, fg="red")


def app_option(product: Nameplate) -> click.Option:
    """`--app`: which application."""
    return click.Option(
        ["-A", "--app"],
        metavar="IMPORT",
        help=f"The {product.name} application or factory function to load, in the form"
        " 'module:name'. Module can be a dotted import or file path. Name is not required if it is"
        " 'app', 'application', 'create_app', or 'make_app', and can be 'name(args)' to pass"
        " arguments.",
        is_eager=True,
        expose_value=False,
        callback=_set_app,
    )


def _set_app(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        ctx.ensure_object(ScriptInfo).app_import_path = value
    return value


def env_file_option(product: Nameplate) -> click.Option:
    """`--env-file`: a file of variables that wins over the default ones."""
    return click.Option(
        ["-e", "--env-file"],
        type=click.Path(exists=True, dir_okay=False),
        help="Load environment variables from this file, taking precedence over those set by"
        f" '.env' and '{product.dotenv_file}'. Variables set directly in the environment take"
        " highest precedence. python-dotenv must be installed.",
        is_eager=True,
        expose_value=False,
        callback=_load_env_files,
    )


def _load_env_files(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            import dotenv  # noqa: F401
        except ImportError:
            raise click.BadParameter(
                "python-dotenv must be installed to load an env file.", ctx, param
            ) from None
    defaults = ctx.ensure_object(ScriptInfo).load_dotenv_defaults
    if value is not None or defaults:
        load_dotenv(value, load_defaults=defaults)
    return value


def as_flask_option() -> click.Option:
    """`--as-flask`: what the application imports as flask is Quaff."""
    return click.Option(
        ["--as-flask"],
        help="Let 'import flask' give Quaff, for applications and extensions written for Flask.",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_become_flask,
    )


def _become_flask(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        import_string("quaff.as_flask")


def version_option(product: Nameplate) -> click.Option:
    """`--version`."""
    return click.Option(
        ["--version"],
        help=f"Show the {product.name} version.",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=get_version,
    )


def get_version(ctx: click.Context, param: click.Parameter | None, value: Any) -> None:
    """Callback of `--version`: print the versions that a bug report needs."""
    if not value or ctx.resilient_parsing:
        return
    product = nameplate.active
    click.echo(
        f"Python {platform.python_version()}\n"
        f"{product.name} {importlib.metadata.version(product.distribution)}\n"
        f"Werkzeug {importlib.metadata.version('werkzeug')}",
        color=ctx.color,
    )
    ctx.exit()


def build_cli(group: type[QuaffGroup], *options: click.Option) -> QuaffGroup:
    """The program itself: a group without a factory, so `--app` says which application it is."""
    product = group.product
    return group(
        name=product.command,
        params=list(options),
        help=f"A general utility script for {product.name} applications.\n\n"
        "An application to load must be given with the '--app' option,"
        f" '{product.variable('APP')}' environment variable, or with a 'wsgi.py' or 'app.py' file"
        " in the current directory.",
    )


def run_program(program: click.Command) -> None:
    """Run a program; a mistake in the user's code is shown from the user's code on."""
    try:
        program.main()
    except Exception as error:
        traceback.print_exception(own_frames_removed(error))
        sys.exit(1)
