"""`quaff run`: the development server."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Iterable
from typing import Any

import click
from werkzeug.serving import is_running_from_reloader

from ..server import run_development, show_server_banner
from ..server.addresses import try_certificate, try_port
from ..server.mistakes import own_frames_removed
from .parameters import (
    CertParamType,
    SeparatedPathType,
    debug_option,
    join_certificate_and_key,
)
from .script import ScriptInfo, pass_script_info


@click.command("run", short_help="Run a development server.")
@click.option("--host", "-h", default="127.0.0.1", help="The interface to bind to.")
@click.option(
    "--port", "-p", type=click.IntRange(0, 65535), default=5000, help="The port to bind to."
)
@click.option(
    "--cert",
    type=CertParamType(),
    is_eager=True,
    help="A certificate file to use HTTPS, or 'adhoc' to make one up.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    callback=join_certificate_and_key,
    expose_value=False,
    help="The key file of the certificate.",
)
@click.option(
    "--reload/--no-reload",
    default=None,
    help="Restart when a file changes. By default active if debug is enabled.",
)
@click.option(
    "--debugger/--no-debugger",
    default=None,
    help="Show errors in the browser with a prompt in every frame."
    " By default active if debug is enabled.",
)
@click.option(
    "--with-threads/--without-threads", default=True, help="Enable or disable multithreading."
)
@click.option(
    "--extra-files",
    type=SeparatedPathType(),
    help="Extra files that trigger a reload on change."
    f" Multiple paths are separated by {os.path.pathsep!r}.",
)
@click.option(
    "--exclude-patterns",
    type=SeparatedPathType(),
    help="Files matching these fnmatch patterns will not trigger a reload on change."
    f" Multiple patterns are separated by {os.path.pathsep!r}.",
)
@pass_script_info
def run_command(
    info: ScriptInfo,
    host: str,
    port: int,
    cert: Any,
    reload: bool | None,
    debugger: bool | None,
    with_threads: bool,
    extra_files: Iterable[str] | None,
    exclude_patterns: Iterable[str] | None,
) -> None:
    """Run a local development server.

    This server is for development purposes only. It does not provide the stability, security, or
    performance of a production server.

    The reloader and debugger are enabled by default with the '--debug' option.
    """
    debug = info.product.flag("DEBUG")
    if not is_running_from_reloader():
        _try(host, port, cert)
    app = _load_or_explain(info)
    show_server_banner(debug, info.app_import_path)
    run_development(
        app,
        host,
        port,
        use_reloader=debug if reload is None else reload,
        use_debugger=debug if debugger is None else debugger,
        threaded=with_threads,
        ssl_context=cert,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
    )


run_command.params.insert(0, debug_option())


def _try(host: str, port: int, cert: Any) -> None:
    """Say what is wrong with the address or the certificate, of which Werkzeug says little."""
    try:
        if not host.startswith("unix://"):
            try_port(host, port)
        if isinstance(cert, tuple):
            try_certificate(*cert)
    except OSError as error:
        # Werkzeug knows which programs of which systems take the usual port.
        if error.errno != errno.EADDRINUSE:
            raise click.ClickException(error.strerror or str(error)) from None


def _load_or_explain(info: ScriptInfo) -> Any:
    """The application, or after a reload that failed one that answers with the error.

    The first start fails at once. After that a mistake in the code must not end the server: it is
    shown in the terminal and in the browser, until the next change.
    """
    try:
        app = info.load_app()
        # What is wrong with a view's signature is a mistake like any other.
        app.plan  # noqa: B018 - made here
        return app
    except (Exception, SystemExit) as error:
        if not is_running_from_reloader():
            raise
        mistake = own_frames_removed(error)
        if isinstance(error, SystemExit):
            # NOTE: the reloader starts what ends with 3 again at once, and for ever.
            mistake = RuntimeError(f"The application ended the process with {error!r}.")
            mistake.with_traceback(error.__traceback__)
        if isinstance(mistake, click.ClickException):
            # It says all that is to be known; where we raised it is nobody's concern.
            mistake.with_traceback(None).show()
        else:
            traceback.print_exception(mistake)
        trace = mistake.__traceback__

    def explain(environ: dict[str, Any], start_response: Any) -> Any:
        # Werkzeug's word for frames that its debugger leaves out.
        __traceback_hide__ = True  # noqa: F841
        raise mistake.with_traceback(trace)

    return explain
