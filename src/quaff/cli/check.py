"""`quaff check`: what of a project written for Flask behaves differently."""

from __future__ import annotations

from pathlib import Path

import click

from ..survey.project import Survey, survey


@click.command("check", short_help="Find what a Flask project must change.")
@click.argument(
    "path", type=click.Path(exists=True, path_type=Path), default=Path(), required=False
)
def check_command(path: Path) -> None:
    """Read the project at PATH, without importing it, and report what behaves differently.

    The exit code is 1 if there is something to do.
    """
    result = survey(path)
    for finding in result.findings:
        click.echo(str(finding))
    _show_extensions(result)
    count = len(result.findings)
    click.echo(f"{count} finding{'' if count == 1 else 's'}." if count else "Nothing to do.")
    if count:
        raise SystemExit(1)


def _show_extensions(result: Survey) -> None:
    for name, extension in sorted(result.extensions.items(), key=lambda item: item[0].lower()):
        if extension.runs:
            click.echo(f"{name}: runs, tried with {extension.version}. {extension.note}".rstrip())
    for name in sorted(result.unknown):
        click.echo(f"{name}: not tried yet.")
