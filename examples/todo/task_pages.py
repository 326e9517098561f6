"""The pages of tasks: the list, and what can be done with one of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from quaff import Blueprint, abort, flash, redirect, render_template, request, url_for
from quaff.typing import ResponseReturnValue

from . import csrf, tasks
from .login import current_user, local_path, login_required
from .models import PRIORITIES, Task
from .tasks import Filters, NewTask, TaskChanges
from .validation import Invalid, filled

blueprint = Blueprint("tasks", __name__)
blueprint.before_request(csrf.check_form)
blueprint.openapi_defaults = {"openapi": False}


def own_task(number: int) -> Task:
    """A task of the user's own; for anybody else's there is nothing here (404)."""
    return tasks.find(current_user(), number) or abort(404)


def way_back() -> str:
    """Where the list is, as it was when a task was chosen from it."""
    return local_path(request.values.get("back")) or url_for("tasks.index")


@blueprint.route("/", methods=["GET", "POST"])
@login_required
def index() -> ResponseReturnValue:
    """The list, and the form for a new task."""
    if request.method != "POST":
        return _list({})
    try:
        task = tasks.create(current_user(), filled(NewTask, request.form))
    except Invalid as error:
        return _list(error.problems), 422
    flash(f"Added “{task.title}”.")
    return redirect(url_for("tasks.index"))


def _list(problems: dict[str, str]) -> str:
    try:
        filters = filled(Filters, request.args)
    except Invalid:
        abort(404)
    page = tasks.listed(current_user(), filters)
    if page.page > page.pages:
        # The last task of the last page is gone.
        page = tasks.listed(current_user(), replace(filters, page=page.pages))

    def link(**changes: Any) -> str:
        return url_for("tasks.index", **{**to_builtins(filters), **changes})

    return render_template(
        "index.html",
        page=page,
        link=link,
        filters=filters,
        counts=tasks.counts(current_user()),
        problems=problems,
    )


@blueprint.route("/tasks/<int:number>", methods=["GET", "POST"])
@login_required
def edit(number: int) -> ResponseReturnValue:
    """Change a task."""
    task = own_task(number)
    if request.method != "POST":
        return render_template("edit.html", task=task, problems={})
    try:
        tasks.change(task, filled(NewTask, request.form))
    except Invalid as error:
        return render_template("edit.html", task=task, problems=error.problems), 422
    flash(f"Saved “{task.title}”.")
    return redirect(way_back())


@blueprint.post("/tasks/<int:number>/<any(done, open):state>")
@login_required
def mark(number: int, state: str) -> ResponseReturnValue:
    """Mark a task as done, or as open again."""
    task = tasks.change(own_task(number), TaskChanges(done=state == "done"))
    flash(f"{'Done' if task.done else 'Open again'}: “{task.title}”.")
    return redirect(way_back())


@blueprint.route("/tasks/<int:number>/delete", methods=["GET", "POST"])
@login_required
def delete(number: int) -> ResponseReturnValue:
    """Delete a task, having asked."""
    task = own_task(number)
    if request.method != "POST":
        return render_template("delete.html", task=task)
    tasks.delete(task)
    flash(f"Deleted “{task.title}”.")
    return redirect(way_back())


@blueprint.context_processor
def names() -> dict[str, Any]:
    """What these pages know besides."""
    return {
        "back": way_back(),
        "here": request.full_path.rstrip("?"),
        "priorities": PRIORITIES,
        "today": tasks.today(),
    }


@blueprint.app_template_filter()
def spoken(day: date) -> str:
    """A day as people say it."""
    distance = (day - tasks.today()).days
    if -1 <= distance <= 1:
        return ("Yesterday", "Today", "Tomorrow")[distance + 1]
    if 1 < distance < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B} {day.year}"
