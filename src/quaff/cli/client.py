"""`quaff client`: clients of an application's API, written from its document."""

from __future__ import annotations

from pathlib import Path

import click
from werkzeug.utils import import_string

from ..clients.python import ClientNotWritten, write_python_client
from .script import ScriptInfo, pass_script_info

__all__ = ["client_group"]

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group("client", short_help="Write a typed client of the API.")
def client_group() -> None:
    """Write a typed client from the OpenAPI document of the application."""


@client_group.command("typescript")
@click.option("--output", "-o", type=FOLDER, required=True, help="The folder for client.ts.")
@pass_script_info
def typescript_command(info: ScriptInfo, output: Path) -> None:
    """Write client.ts: a type for every model, a method for every operation.

    It calls fetch and needs no package.
    """
    write = import_string("quaff.clients.typescript:typescript_client")
    source = write(info.load_app().openapi())
    output.mkdir(parents=True, exist_ok=True)
    path = output / "client.ts"
    path.write_text(source, encoding="utf-8")
    click.echo(f"Wrote {path}.")


@client_group.command("python")
@click.option(
    "--output",
    "-o",
    type=FOLDER,
    required=True,
    help="The folder of the package; its name is the name to import. What is in it is replaced.",
)
@pass_script_info
def python_command(info: ScriptInfo, output: Path) -> None:
    """Write a package of functions, plain and async, and of classes for the models.

    It needs httpx and attrs. openapi-python-client writes it: pip install 'quaff[client]'.
    """
    try:
        said = write_python_client(info.load_app().openapi(), output)
    except ClientNotWritten as error:
        raise click.ClickException(str(error)) from None
    click.echo(said.rstrip())
    click.echo(f"Wrote {output}.")
