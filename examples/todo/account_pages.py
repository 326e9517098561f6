"""The pages of accounts: registering, logging in and out, the profile."""

from __future__ import annotations

from quaff import Blueprint, flash, redirect, render_template, request, url_for
from quaff.typing import ResponseReturnValue

from . import csrf, login, users
from .login import current_user, login_required
from .models import THEMES
from .validation import Invalid, filled

blueprint = Blueprint("accounts", __name__)
blueprint.before_request(csrf.check_form)
blueprint.openapi_defaults = {"openapi": False}


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Make an account."""
    if request.method != "POST":
        return render_template("register.html", problems={})
    try:
        user = users.register(filled(users.Registration, request.form))
    except Invalid as error:
        return render_template("register.html", problems=error.problems), 422
    login.log_in(user)
    flash(f"Welcome, {user.name}!")
    return redirect(url_for("tasks.index"))


@blueprint.route("/login", methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    """Log in."""
    if request.method != "POST":
        return render_template("login.html", failed=False)
    try:
        credentials = filled(users.Credentials, request.form)
        user = users.authenticate(credentials, origin=request.remote_addr)
    except Invalid:
        user = None
    if user is None:
        return render_template("login.html", failed=True), 422
    login.log_in(user)
    return redirect(login.local_path(request.args.get("next")) or url_for("tasks.index"))


@blueprint.post("/logout")
def log_out() -> ResponseReturnValue:
    """Log out."""
    login.log_out()
    flash("You are logged out.")
    return redirect(url_for("accounts.log_in"))


@blueprint.route("/profile", methods=["GET", "POST"])
@login_required
def profile() -> ResponseReturnValue:
    """See and change one's own data."""
    if request.method != "POST":
        return _profile({})
    try:
        users.change_profile(current_user(), filled(users.Profile, request.form))
    except Invalid as error:
        return _profile(error.problems), 422
    flash("Saved.")
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/password")
@login_required
def change_password() -> ResponseReturnValue:
    """Change the password."""
    try:
        users.change_password(current_user(), filled(users.PasswordChange, request.form))
    except Invalid as error:
        return _profile(error.problems), 422
    # This browser stays logged in, in a session of its own.
    login.log_in(current_user())
    flash("The password is changed. Other browsers and programs are logged out.")
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/tokens")
@login_required
def revoke_tokens() -> ResponseReturnValue:
    """Log all programs out."""
    users.revoke_tokens(current_user())
    flash("All programs are logged out.")
    return redirect(url_for("accounts.profile"))


def _profile(problems: dict[str, str]) -> str:
    return render_template(
        "profile.html",
        user=current_user(),
        problems=problems,
        themes=THEMES,
        tokens=users.count_tokens(current_user()),
    )
