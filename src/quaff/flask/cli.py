"""flask.cli"""

from __future__ import annotations

import click
from click.core import ParameterSource
from werkzeug.serving import is_running_from_reloader, run_simple
from werkzeug.utils import import_string

from .. import nameplate
from ..cli import (
    AppGroup,
    CertParamType,
    NoAppException,
    QuaffGroup,
    ScriptInfo,
    SeparatedPathType,
    build_cli,
    find_app_by_string,
    find_best_app,
    get_version,
    load_dotenv,
    locate_app,
    pass_script_info,
    prepare_import,
    routes_command,
    run_command,
    run_program,
    shell_command,
    show_server_banner,
    with_appcontext,
)
from ..cli.groups import version_option as product_version_option
from .globals import current_app
from .helpers import get_debug_flag, get_load_dotenv

__all__ = [
    "AppGroup",
    "CertParamType",
    "FlaskGroup",
    "NoAppException",
    "ParameterSource",
    "ScriptInfo",
    "SeparatedPathType",
    "cli",
    "click",
    "current_app",
    "find_app_by_string",
    "find_best_app",
    "get_debug_flag",
    "get_load_dotenv",
    "get_version",
    "import_string",
    "is_running_from_reloader",
    "load_dotenv",
    "locate_app",
    "main",
    "pass_script_info",
    "prepare_import",
    "routes_command",
    "run_command",
    "run_simple",
    "shell_command",
    "show_server_banner",
    "version_option",
    "with_appcontext",
]


version_option = product_version_option(nameplate.FLASK)


class FlaskGroup(QuaffGroup):
    """Quaff's group of commands, which reads FLASK variables."""

    product = nameplate.FLASK


cli = build_cli(FlaskGroup)


def main() -> None:
    """The `flask` program."""
    run_program(cli)
