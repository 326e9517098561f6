"""`quaff diff`: one application on Flask and on Quaff, request by request."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from ..replay.comparison import VisitFailed, compare
from ..replay.recording import read_recording


def _print_recorder(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(files("quaff.replay").joinpath("recorder.py").read_text(), nl=False)
        ctx.exit()


@click.command("diff", short_help="Compare an app's answers on Flask and on Quaff.")
@click.option(
    "--requests",
    "recording",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What to request: a .http file, or a recording.",
)
@click.option(
    "--gateway",
    type=click.Choice(["wsgi", "asgi", "rsgi"]),
    default="wsgi",
    show_default=True,
    help="How Quaff is called.",
)
@click.option(
    "--print-recorder",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_recorder,
    help="Print WSGI middleware that makes recordings, and exit.",
)
@click.argument("app")
def diff_command(recording: Path, gateway: str, app: str) -> None:
    """Send the same requests to APP on the real Flask and on Quaff, and show what differs.

    APP is 'module', 'module:name' or 'module:factory()'. Cookies are kept from request to request.
    The headers Date and Server are left out, and what differs between two runs on Flask.

    The exit code is 1 if something differs.
    """
    differing = count = 0
    try:
        for request, lines in compare(app, read_recording(recording), gateway):
            count += 1
            if lines:
                differing += 1
                click.secho(f"{request.method} {request.path}", bold=True)
                for line in lines:
                    click.echo(f"    {line}")
    except (ValueError, VisitFailed) as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{count} request{'' if count == 1 else 's'}, {differing} answered differently.")
    if differing:
        raise SystemExit(1)
