"""`quaff openapi`: the document of an application as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..api_pages.formats import FORMATS
from .script import ScriptInfo, pass_script_info

__all__ = ["openapi_command"]


@click.command("openapi", short_help="Write the OpenAPI document.")
@click.option(
    "--format",
    "-f",
    "format_name",
    type=click.Choice(list(FORMATS)),
    help="JSON if not given, unless the file's name ends in .yaml or .yml.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write instead of standard output.",
)
@pass_script_info
def openapi_command(info: ScriptInfo, format_name: str | None, output: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the application.

    It is the same for the same application, so that it can be kept and compared.
    """
    write_document(info.load_app().openapi(), format_name, output)


def write_document(document: dict[str, Any], format_name: str | None, output: Path | None) -> None:
    """Write a document to a file, or to standard output if that is None."""
    if format_name is None:
        named_yaml = output is not None and output.suffix in {".yaml", ".yml"}
        format_name = "yaml" if named_yaml else "json"
    text = FORMATS[format_name](document)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
