"""`quaff routes`: the table of an application's URLs."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click
from werkzeug.routing import Rule

from ..context import current
from .script import with_appcontext

if TYPE_CHECKING:
    from ..app import Quaff

AUTOMATIC_METHODS = frozenset({"HEAD", "OPTIONS"})

SORT_KEYS: dict[str, Callable[[Rule], Any] | None] = {
    "endpoint": attrgetter("endpoint"),
    "methods": lambda rule: sorted(rule.methods or ()),
    "domain": lambda rule: rule.host or rule.subdomain or "",
    "rule": attrgetter("rule"),
    "match": None,
}


@click.command("routes", short_help="Show the routes for the app.")
@click.option(
    "--sort",
    "-s",
    type=click.Choice(list(SORT_KEYS)),
    default="endpoint",
    help="What to sort by. 'match' is the order in which routes are tried for a request.",
)
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS methods.")
@click.option(
    "--source",
    metavar="ENDPOINT",
    help="Show the functions that make the arguments of this endpoint's view instead.",
)
@with_appcontext
def routes_command(sort: str, all_methods: bool, source: str | None) -> None:
    """Show all registered routes with endpoints and methods."""
    app = current.get().app
    if source is not None:
        _show_source(app, source)
        return
    url_map = app.url_map
    rules = list(url_map.iter_rules())
    if not rules:
        click.echo("No routes were registered.")
        return

    key = SORT_KEYS[sort]
    if key is not None:
        rules.sort(key=key)

    hidden: frozenset[str] = frozenset() if all_methods else AUTOMATIC_METHODS
    columns = {
        "Endpoint": [str(rule.endpoint) for rule in rules],
        "Methods": [", ".join(sorted((rule.methods or set()) - hidden)) for rule in rules],
    }
    if url_map.host_matching:
        columns["Host"] = [rule.host or "" for rule in rules]
    elif any(rule.subdomain for rule in rules):
        columns["Subdomain"] = [rule.subdomain or "" for rule in rules]
    columns["Rule"] = [rule.rule for rule in rules]

    for line in _table(columns):
        click.echo(line)


def _show_source(app: Quaff, endpoint: str) -> None:
    """Print what binds an endpoint's parameters."""
    if endpoint not in app.view_functions:
        raise click.UsageError(f"There is no endpoint {endpoint!r}; `routes` lists all.")
    binder = app.plan.binders.get(endpoint)
    if binder is None:
        click.echo(f"The view of {endpoint!r} is called with the values of the URL as they are.")
        return
    for text in binder.sources:
        click.echo(text)


def _table(columns: dict[str, list[str]]) -> list[str]:
    """Lines of a table with a header, a ruler, and every column as wide as its widest cell."""
    widths = [max(map(len, [title, *cells])) for title, cells in columns.items()]
    rows = [
        tuple(columns),
        tuple("-" * width for width in widths),
        *zip(*columns.values(), strict=True),
    ]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
