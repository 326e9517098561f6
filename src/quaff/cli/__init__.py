"""The command line: `quaff run`, `serve`, `routes` ..., and commands of applications.

The names are those of `flask.cli`, with Quaff for Flask.
"""

from ..dotenv import load_dotenv
from ..server import show_server_banner
from .check import check_command
from .client import client_group
from .diff import diff_command
from .discovery import (
    NoAppException,
    find_app_by_string,
    find_best_app,
    locate_app,
    prepare_import,
)
from .documents import asyncapi_command, openapi_command
from .groups import (
    AppGroup,
    QuaffGroup,
    as_flask_option,
    build_cli,
    get_version,
    run_program,
)
from .parameters import CertParamType, SeparatedPathType
from .routes import routes_command
from .run import run_command
from .script import ScriptInfo, pass_script_info, with_appcontext
from .serve import serve_command
from .shell import shell_command

__all__ = [
    "AppGroup",
    "CertParamType",
    "NoAppException",
    "QuaffGroup",
    "ScriptInfo",
    "SeparatedPathType",
    "asyncapi_command",
    "build_cli",
    "check_command",
    "cli",
    "client_group",
    "diff_command",
    "find_app_by_string",
    "find_best_app",
    "get_version",
    "load_dotenv",
    "locate_app",
    "main",
    "openapi_command",
    "pass_script_info",
    "prepare_import",
    "routes_command",
    "run_command",
    "run_program",
    "serve_command",
    "shell_command",
    "show_server_banner",
    "with_appcontext",
]

cli = build_cli(QuaffGroup, as_flask_option())
cli.add_command(check_command)
cli.add_command(diff_command)
cli.add_command(openapi_command)
cli.add_command(asyncapi_command)
cli.add_command(client_group)


def main() -> None:
    """The `quaff` program."""
    run_program(cli)
