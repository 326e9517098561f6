"""`quaff openapi` and `quaff asyncapi`: the documents of an application as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..api_pages.formats import FORMATS
from .script import ScriptInfo, pass_script_info

__all__ = ["asyncapi_command", "openapi_command"]


Function = TypeVar("Function", bound=Callable[..., Any])


def output_options(function: Function) -> Function:
    """The options of a command that writes a document."""
    output = click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write instead of standard output.",
    )
    format_name = click.option(
        "--format",
        "-f",
        "format_name",
        type=click.Choice(list(FORMATS)),
        help="JSON if not given, unless the file's name ends in .yaml or .yml.",
    )
    return format_name(output(function))


@click.command("openapi", short_help="Write the OpenAPI document.")
@output_options
@pass_script_info
def openapi_command(info: ScriptInfo, format_name: str | None, output: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the application.

    It is the same for the same application, so that it can be kept and compared.
    """
    write_document(info.load_app().openapi(), format_name, output)


@click.command("asyncapi", short_help="Write the AsyncAPI document.")
@output_options
@pass_script_info
def asyncapi_command(info: ScriptInfo, format_name: str | None, output: Path | None) -> None:
    """Write the AsyncAPI 3 document of the application: its WebSockets and streams of events."""
    write_document(info.load_app().asyncapi(), format_name, output)


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
