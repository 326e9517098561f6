"""The JSON API under /api, for programs with a token and for scripts in the pages' browser.

Errors are JSON too: `{"error": what happened}`, and if fields are wrong with
`"problems": {field: what is wrong}`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from werkzeug.exceptions import BadRequest

from quaff import Blueprint, abort, g, request, url_for
from quaff.typing import ResponseReturnValue

from . import csrf, tasks, users
from .login import session_user
from .models import Task, User
from .validation import Check, Invalid, cleaned

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.before_request
def identify() -> None:
    """Find out who is asking: 401 if nobody is, 403 if perhaps another site is."""
    if request.endpoint == "api.issue_token":
        return
    token = bearer_token()
    if token is not None:
        g.user = users.user_of_token(token)
    elif session_user() is not None and request.method not in csrf.SAFE and not csrf.is_right():
        abort(403, "Send the form token of a page as X-CSRF-Token.")
    if session_user() is None:
        abort(401, "Log in, or send a token as 'Authorization: Bearer ...'.")


@blueprint.errorhandler(Invalid)
def show_problems(error: Invalid) -> ResponseReturnValue:
    """What is wrong with each field."""
    return {"error": "The data is not acceptable.", "problems": error.problems}, 422


def bearer_token() -> str | None:
    """The token in the Authorization field, or None if it is about something else."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def user() -> User:
    """Whoever is asking."""
    found: User = g.user
    return found


def own_task(number: int) -> Task:
    """A task of the user's own (404)."""
    return tasks.find(user(), number) or abort(404, "You have no such task.")


def body(checks: dict[str, Check], required: Collection[str] = ()) -> dict[str, Any]:
    """The fields of the JSON that came (400, 415, 422)."""
    if not request.is_json:
        abort(415, "Send JSON, with 'Content-Type: application/json'.")
    try:
        given = request.get_json()
    except BadRequest:
        abort(400, "The body is not JSON.")
    return cleaned(given, checks, required=required, strict=True)


def shown(task: Task) -> dict[str, Any]:
    """A task as JSON."""
    return {
        "id": task.id,
        "title": task.title,
        "note": task.note,
        "due": None if task.due is None else task.due.isoformat(),
        "priority": task.priority,
        "done": task.done,
        "created": f"{task.created.isoformat()}Z",
        "finished": None if task.finished is None else f"{task.finished.isoformat()}Z",
        "url": url_for("api.task", number=task.id),
    }


@blueprint.post("/tokens")
def issue_token() -> ResponseReturnValue:
    """A token, for a name and a password."""
    credentials = body(users.CREDENTIALS, required=users.CREDENTIALS)
    found = users.authenticate(**credentials, origin=request.remote_addr)
    if found is None:
        abort(401, "The name or the password is not right.")
    return {"token": users.issue_token(found)}, 201


@blueprint.delete("/tokens/current")
def revoke_token() -> ResponseReturnValue:
    """End the token that the request came with."""
    token = bearer_token()
    if token is None:
        abort(400, "The request came without a token.")
    users.revoke_token(token)
    return "", 204


@blueprint.get("/profile")
def profile() -> ResponseReturnValue:
    """Who one is."""
    return {"name": user().name, "email": user().email, "theme": user().theme}


@blueprint.patch("/profile")
def change_profile() -> ResponseReturnValue:
    """Change who one is."""
    users.change_profile(user(), **body(users.PROFILE))
    return profile()


@blueprint.get("/tasks")
def list_tasks() -> ResponseReturnValue:
    """A page of tasks; the query string has what FILTERS has."""
    page = tasks.listed(user(), **cleaned(request.args, tasks.FILTERS, strict=True))
    return {
        "tasks": [shown(task) for task in page.tasks],
        "page": page.number,
        "pages": page.pages,
        "total": page.total,
    }


@blueprint.post("/tasks")
def create_task() -> ResponseReturnValue:
    """A new task."""
    task = tasks.create(user(), **body(tasks.FIELDS, required=["title"]))
    return shown(task), 201, {"Location": url_for("api.task", number=task.id)}


@blueprint.get("/tasks/<int:number>")
def task(number: int) -> ResponseReturnValue:
    """One task."""
    return shown(own_task(number))


@blueprint.patch("/tasks/<int:number>")
def change_task(number: int) -> ResponseReturnValue:
    """Change some fields of a task."""
    return shown(tasks.change(own_task(number), **body(tasks.CHANGES)))


@blueprint.delete("/tasks/<int:number>")
def delete_task(number: int) -> ResponseReturnValue:
    """Delete a task."""
    tasks.delete(own_task(number))
    return "", 204
