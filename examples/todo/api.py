"""For programs with a token, and for scripts in the pages' browser.

A program asks for a token once, and sends it with every request as a Bearer token. A script may use
the session of its browser instead; what it changes needs the `csrf_token` of a page as the field
`X-CSRF-Token`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal, NoReturn

from msgspec import Struct, convert
from werkzeug.datastructures import WWWAuthenticate

from quaff import Blueprint, Depends, Query, abort, describe, g, request, url_for

from . import csrf, models, tasks, users
from .login import current_user, session_user
from .models import Priority, User

blueprint = Blueprint("api", __name__, url_prefix="/api")
blueprint.openapi_defaults = {
    "security": ["token", "session"],
    "responses": {401: "Nobody is logged in", 403: "With a session: the form token is missing"},
}


class NewToken(Struct):
    """A token; it is not shown again."""

    token: str


class Task(Struct):
    """A task as it is stored."""

    id: int
    title: str
    note: str
    due: date | None
    priority: Priority
    done: bool
    created: datetime
    finished: datetime | None
    url: str

    @classmethod
    def of(cls, task: models.Task) -> Task:
        """The task as JSON."""
        return cls(
            task.id,
            task.title,
            task.note,
            task.due,
            task.priority,
            task.done,
            task.created.replace(tzinfo=UTC),
            task.finished and task.finished.replace(tzinfo=UTC),
            url_for("api.task", number=task.id),
        )


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
        refuse("Log in, or send a token as 'Authorization: Bearer ...'.")


def bearer_token() -> str | None:
    """The token in the Authorization field, or None if it is about something else."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def refuse(reason: str) -> NoReturn:
    """Ask for a token (401)."""
    abort(401, reason, www_authenticate=WWWAuthenticate("bearer"))


Me = Annotated[User, Depends(current_user)]


@describe(responses={404: "You have no such task"})
def own_task(number: int, user: Me) -> models.Task:
    """A task of the user's own (404)."""
    return tasks.find(user, number) or abort(404, "You have no such task.")


OwnTask = Annotated[models.Task, Depends(own_task)]


@blueprint.post("/tokens", tags=["tokens"], security=[], responses={429: "Too many attempts"})
def issue_token(credentials: users.Credentials) -> tuple[NewToken, Literal[201]]:
    """A token, for a name and a password."""
    user = users.authenticate(credentials, origin=request.remote_addr)
    if user is None:
        refuse("The name or the password is not right.")
    return NewToken(users.issue_token(user)), 201


@blueprint.delete("/tokens/current", tags=["tokens"], responses={400: "It came without a token"})
def revoke_token() -> tuple[Literal[""], Literal[204]]:
    """End the token that the request came with."""
    token = bearer_token()
    if token is None:
        abort(400, "The request came without a token.")
    users.revoke_token(token)
    return "", 204


@blueprint.get("/profile", tags=["profile"])
def profile(user: Me) -> users.Profile:
    """Who one is."""
    return convert(user, users.Profile, from_attributes=True)


@blueprint.patch("/profile", tags=["profile"], responses={409: "The name is taken"})
def change_profile(user: Me, changes: users.ProfileChanges) -> users.Profile:
    """Change who one is."""
    try:
        users.change_profile(user, changes)
    except users.Invalid as error:
        abort(409, f"{error}.".capitalize())
    return profile(user)


@blueprint.get("/tasks", tags=["tasks"])
def list_tasks(user: Me, filters: Annotated[tasks.Filters, Query()]) -> tasks.Page[Task]:
    """A page of one's tasks: what is open first, the most urgent first."""
    page = tasks.listed(user, filters)
    return tasks.Page(list(map(Task.of, page.tasks)), page.page, page.pages, page.total)


@blueprint.post("/tasks", tags=["tasks"])
def create_task(user: Me, new: tasks.NewTask) -> tuple[Task, Literal[201], dict[str, str]]:
    """A new task."""
    task = Task.of(tasks.create(user, new))
    return task, 201, {"Location": task.url}


@blueprint.get("/tasks/<int:number>", tags=["tasks"])
def task(task: OwnTask) -> Task:
    """One task."""
    return Task.of(task)


@blueprint.patch("/tasks/<int:number>", tags=["tasks"])
def change_task(task: OwnTask, changes: tasks.TaskChanges) -> Task:
    """Change some fields of a task."""
    return Task.of(tasks.change(task, changes))


@blueprint.delete("/tasks/<int:number>", tags=["tasks"])
def delete_task(task: OwnTask) -> tuple[Literal[""], Literal[204]]:
    """Delete a task."""
    tasks.delete(task)
    return "", 204
