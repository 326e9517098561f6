"""`quaff serve`: the production server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from werkzeug.utils import import_string

from .script import ScriptInfo, pass_script_info

MOST_WORKERS_BY_DEFAULT = 4
MOST_THREADS_BY_DEFAULT = 8
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def usable_processors() -> int:
    """How many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_workers() -> int:
    """One a processor, but few.

    NOTE: in a container the processors of the whole machine are seen, and a worker for each of 64
    would take more memory than the container has.
    """
    return min(usable_processors(), MOST_WORKERS_BY_DEFAULT)


def default_threads() -> int:
    """Enough to go on while some wait for a database, not so many that they wait for each other."""
    return min(2 * usable_processors() + 1, MOST_THREADS_BY_DEFAULT)


@click.command("serve", short_help="Run a production server.")
@click.option("--host", "-h", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    "-p",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on.",
)
@click.option(
    "--uds",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Path of a Unix socket to listen on, instead of host and port.",
)
@click.option(
    "--interface",
    "-i",
    type=click.Choice(["auto", "wsgi", "asgi", "rsgi"]),
    default="auto",
    show_default=True,
    help="How the server calls the application. 'auto' is WSGI, or ASGI if there is an async view"
    " or a WebSocket.",
)
@click.option(
    "--workers",
    "-w",
    type=click.IntRange(min=1),
    default=default_workers,
    show_default="one a processor, at most 4",
    help="Number of processes.",
)
@click.option(
    "--threads",
    "-t",
    type=click.IntRange(min=1),
    default=default_threads,
    show_default="two a processor and one more, at most 8",
    help="Number of requests a worker handles at the same time (WSGI).",
)
@click.option("--cert", type=FILE, help="Certificate file, to serve HTTPS.")
@click.option("--key", type=FILE, help="Key file of the certificate.")
@click.option(
    "--backlog",
    type=click.IntRange(min=128),
    default=1024,
    show_default=True,
    help="Number of connections that may wait to be accepted.",
)
@click.option(
    "--graceful-timeout",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long requests being handled may take to finish when the server is stopped.",
)
@click.option(
    "--log-level",
    type=click.Choice(["critical", "error", "warning", "info", "debug"]),
    default="info",
    show_default=True,
    help="What the server itself logs.",
)
@click.option("--access-log/--no-access-log", help="Log every request.")
@pass_script_info
def serve_command(
    info: ScriptInfo, /, interface: str, cert: Path | None, key: Path | None, **options: Any
) -> None:
    """Run a production server.

    The application runs in several worker processes; one that dies is replaced. SIGTERM and Ctrl-C
    stop the server after the requests being handled have finished, SIGHUP replaces the workers by
    new ones with the code as it is then, if that can be loaded.
    """
    if (cert is None) != (key is None):
        raise click.UsageError("--cert and --key must be given together.")
    production = import_string("quaff.server.production")
    settings = production.ProductionOptions(
        interface=None if interface == "auto" else interface,
        certificate=cert,
        key=key,
        **options,
    )
    try:
        production.serve(info.load_app, settings)
    except OSError as error:
        raise click.ClickException(error.strerror or str(error)) from error
