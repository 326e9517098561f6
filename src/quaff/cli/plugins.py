"""Commands of other packages, offered by entry points in the group `quaff.commands`."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

import click

from ..nameplate import Nameplate


def plugin_names(product: Nameplate) -> set[str]:
    """The names of all commands that installed packages offer."""
    return {entry_point.name for entry_point in _entry_points(product)}


def load_plugin(product: Nameplate, name: str) -> click.Command | None:
    """That command, or None. One that cannot be imported is reported, and left out."""
    for entry_point in _entry_points(product):
        if entry_point.name != name:
            continue
        try:
            command: click.Command = entry_point.load()
        except Exception as error:
            package = entry_point.dist.name if entry_point.dist else entry_point.value
            click.secho(
                f"Error: The command '{name}' of the package '{package}' could not be loaded:"
                f" {type(error).__name__}: {error}",
                err=True,
                fg="red",
            )
        else:
            return command
    return None


def _entry_points(product: Nameplate) -> list[EntryPoint]:
    return [each for group in product.command_groups for each in entry_points(group=group)]
