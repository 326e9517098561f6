"""The JSON API under /api, for programs with a token and for scripts of the pages.

Errors are JSON too: `{"error": what happened, "problems": {field: what is wrong}}`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from quaff import Blueprint, abort, g, request, url_for

from . import tasks, users
from .login import bearer_token, current_user_of_api
from .models import Task, User
from .validation import Invalid, cleaned, text

blueprint = Blueprint("api", __name__, url_prefix="/api")

F = TypeVar("F", bound=Callable[..., Any])


@blueprint.errorhandler(Invalid)
def show_problems(error: Invalid) -> Any:
    """What is wrong with each field."""
    return {"error": "The data is not acceptable.", "problems": error.problems}, 422


def user_required(view: F) -> F:
    """For users only; others get 401."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.api_user = current_user_of_api()
        if g.api_user is None:
            abort(401, "Log in, or send a token as 'Authorization: Bearer ...'.")
        return view(*args, **kwargs)

    return cast("F", guarded)


def user() -> User:
    """Whoever is asking."""
    return cast("User", g.api_user)


def own_task(number: int) -> Task:
    """A task of the user's own (404)."""
    return tasks.find(user(), number) or abort(404, "There is no such task.")


def body() -> Any:
    """The JSON that came."""
    return request.get_json()


def shown(task: Task) -> dict[str, Any]:
    """A task as JSON."""
    return {
        "id": task.id,
        "title": task.title,
        "note": task.note,
        "due": None if task.due is None else task.due.isoformat(),
        "done": task.done,
        "created": f"{task.created.isoformat()}Z",
        "url": url_for("api.task", number=task.id),
    }


@blueprint.post("/tokens")
def issue_token() -> Any:
    """A token, for a name and a password."""
    credentials = {"name": text(1, 40), "password": text(1, 128, strip=False)}
    found = users.authenticate(**cleaned(body(), credentials, strict=True))
    if found is None:
        abort(401, "The name or the password is not right.")
    return {"token": users.issue_token(found)}, 201


@blueprint.delete("/tokens/current")
@user_required
def revoke_token() -> Any:
    """End the token that the request came with."""
    token = bearer_token()
    if token is None:
        abort(400, "The request came without a token.")
    users.revoke_token(token)
    return "", 204


@blueprint.get("/profile")
@user_required
def profile() -> Any:
    """Who one is."""
    return {"name": user().name, "email": user().email}


@blueprint.patch("/profile")
@user_required
def change_profile() -> Any:
    """Change who one is."""
    users.change_profile(user(), **cleaned(body(), users.PROFILE, strict=True))
    return profile()


@blueprint.get("/tasks")
@user_required
def list_tasks() -> Any:
    """A page of tasks; `state`, `search` and `page` choose which."""
    arguments = request.args
    number = arguments.get("page", "1")
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise Invalid({"page": "must be a number from 1 to 100000"})
    page = tasks.listed(
        user(), arguments.get("state", "open"), arguments.get("search", ""), int(number)
    )
    return {
        "tasks": [shown(task) for task in page.tasks],
        "page": page.number,
        "pages": page.pages,
        "total": page.total,
    }


@blueprint.post("/tasks")
@user_required
def create_task() -> Any:
    """A new task."""
    task = tasks.create(user(), **cleaned(body(), tasks.FIELDS, strict=True))
    return shown(task), 201, {"Location": url_for("api.task", number=task.id)}


@blueprint.get("/tasks/<int:number>")
@user_required
def task(number: int) -> Any:
    """One task."""
    return shown(own_task(number))


@blueprint.patch("/tasks/<int:number>")
@user_required
def change_task(number: int) -> Any:
    """Change some fields of a task."""
    found = own_task(number)
    return shown(tasks.change(found, **cleaned(body(), tasks.CHANGES, partial=True, strict=True)))


@blueprint.delete("/tasks/<int:number>")
@user_required
def delete_task(number: int) -> Any:
    """Delete a task."""
    tasks.delete(own_task(number))
    return "", 204
