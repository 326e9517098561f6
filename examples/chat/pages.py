"""The two pages: the door, and a room."""

from __future__ import annotations

from typing import Any

from quaff import redirect, render_template, request, session, url_for

from .rooms import LONGEST_TEXT, checked_name, checked_room
from .visitors import blueprint_of

blueprint = blueprint_of("pages")


@blueprint.get("/")
def door() -> str:
    """Asks for a name and a room."""
    return render_template("door.html", room=request.args.get("room", "lobby"))


@blueprint.post("/")
def enter() -> Any:
    """Takes the name, and leads to the room."""
    try:
        name = checked_name(request.form.get("name", ""))
        room = checked_room(request.form.get("room", ""))
    except ValueError as error:
        return render_template("door.html", problem=error, **request.form), 422
    session["name"] = name
    return redirect(url_for("pages.room", room=room), 303)


@blueprint.get("/rooms/<room>")
def room(room: str) -> Any:
    """Shows a room; its script fetches what is said there."""
    if "name" not in session:
        return redirect(url_for("pages.door", room=room))
    return render_template("room.html", room=room, name=session["name"], longest=LONGEST_TEXT)
