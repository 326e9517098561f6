"""The pages: accounts and tasks as HTML forms."""

from __future__ import annotations

from typing import Any

from quaff import Blueprint, abort, flash, redirect, render_template, request, url_for

from . import csrf, login, tasks, users
from .login import login_required, session_user
from .models import Task, User
from .validation import Invalid, cleaned

blueprint = Blueprint("pages", __name__)


@blueprint.before_request
def protect() -> None:
    """Every form carries the session's token."""
    if request.method == "POST":
        csrf.check()


def user() -> User:
    """Whoever is logged in, on pages that require it."""
    found = session_user()
    assert found is not None
    return found


def own_task(number: int) -> Task:
    """A task of the user's own; for anybody else's there is nothing here (404)."""
    return tasks.find(user(), number) or abort(404)


# -- accounts ----------------------------------------------------------------------------------


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> Any:
    """Make an account."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            login.log_in(users.register(**cleaned(request.form, users.REGISTRATION)))
        except Invalid as error:
            problems = error.problems
        else:
            flash("Welcome! Your list is empty; what comes first?")
            return redirect(url_for("pages.index"))
    return render_template("register.html", problems=problems), 422 if problems else 200


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> Any:
    """Log in."""
    failed = False
    if request.method == "POST":
        form = request.form
        found = users.authenticate(form.get("name", ""), form.get("password", ""))
        if found is not None:
            login.log_in(found)
            return redirect(login.local_path(request.args.get("next")) or url_for("pages.index"))
        failed = True
    return render_template("login.html", failed=failed), 422 if failed else 200


@blueprint.post("/logout")
def log_out() -> Any:
    """Log out."""
    login.log_out()
    flash("You are logged out.")
    return redirect(url_for("pages.log_in"))


@blueprint.route("/profile", methods=["GET", "POST"])
@login_required
def profile() -> Any:
    """See and change one's own data."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            if "new_password" in request.form:
                _change_password()
            else:
                users.change_profile(user(), **cleaned(request.form, users.PROFILE))
        except Invalid as error:
            problems = error.problems
        else:
            flash("Saved.")
            return redirect(url_for("pages.profile"))
    return render_template("profile.html", problems=problems), 422 if problems else 200


def _change_password() -> None:
    checks = {"old_password": str, "new_password": users.PASSWORD}
    fields = cleaned(request.form, checks)
    users.change_password(user(), fields["old_password"], fields["new_password"])
    # This browser stays logged in, in a session of its own.
    login.log_in(user())


# -- tasks -------------------------------------------------------------------------------------


@blueprint.get("/")
@login_required
def index() -> Any:
    """The list."""
    return _list({})


def _list(problems: dict[str, str]) -> Any:
    arguments = request.args
    state, search = arguments.get("state", "open"), arguments.get("search", "").strip()
    try:
        page = tasks.listed(user(), state, search, arguments.get("page", 1, type=int))
    except Invalid:
        abort(404)
    return render_template(
        "index.html",
        page=page,
        state=state,
        search=search,
        counts=tasks.counts(user()),
        problems=problems,
    )


@blueprint.post("/tasks")
@login_required
def create() -> Any:
    """Add a task."""
    try:
        tasks.create(user(), **cleaned(request.form, tasks.FIELDS))
    except Invalid as error:
        return _list(error.problems), 422
    return redirect(url_for("pages.index"))


@blueprint.route("/tasks/<int:number>", methods=["GET", "POST"])
@login_required
def edit(number: int) -> Any:
    """Change a task."""
    task, problems = own_task(number), {}
    if request.method == "POST":
        try:
            tasks.change(task, **cleaned(request.form, tasks.FIELDS))
        except Invalid as error:
            problems = error.problems
        else:
            flash("Saved.")
            return redirect(url_for("pages.index"))
    return render_template("edit.html", task=task, problems=problems), 422 if problems else 200


@blueprint.post("/tasks/<int:number>/done")
@login_required
def finish(number: int) -> Any:
    """Mark a task as done, or as open again."""
    task = own_task(number)
    tasks.change(task, done=not task.done)
    return redirect(login.local_path(request.form.get("back")) or url_for("pages.index"))


@blueprint.post("/tasks/<int:number>/delete")
@login_required
def delete(number: int) -> Any:
    """Delete a task."""
    tasks.delete(own_task(number))
    flash("Deleted.")
    return redirect(login.local_path(request.form.get("back")) or url_for("pages.index"))


@blueprint.context_processor
def where() -> dict[str, Any]:
    """Where a small form leads back to."""
    return {"here": request.full_path.rstrip("?")}
