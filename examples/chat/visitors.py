"""Who is asking, and for which room: the same for pages, WebSockets and events."""

from __future__ import annotations

from typing import Any

from quaff import Blueprint, abort, session

from .rooms import checked_room


def blueprint_of(name: str) -> Blueprint:
    """A blueprint whose URLs name only rooms that there may be."""
    blueprint = Blueprint(name, __name__)
    blueprint.url_value_preprocessor(_check_room)
    return blueprint


def _check_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "room" in values:
        try:
            checked_room(values["room"])
        except ValueError as error:
            abort(404, str(error))


def visitor() -> str:
    """The name of who is asking; 401 if they have not said it."""
    name: str | None = session.get("name")
    if name is None:
        abort(401, "Say who you are first.")
    return name
