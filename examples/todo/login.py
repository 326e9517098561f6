"""Who is asking: by the session of a browser, or by the token of a program."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from quaff import Quaff, flash, g, redirect, request, session, url_for

from . import csrf, users
from .database import database
from .models import User

F = TypeVar("F", bound=Callable[..., Any])


def init_app(app: Quaff) -> None:
    """Tell templates who is logged in, and let them write forms."""

    @app.context_processor
    def names() -> dict[str, Any]:
        return {"user": session_user(), "csrf_token": csrf.token}


def log_in(user: User) -> None:
    """Begin a session of a user; nothing of an earlier one is kept."""
    session.clear()
    session["user"] = user.id
    session["generation"] = user.generation
    session.permanent = True
    g.user = user


def log_out() -> None:
    """End the session."""
    session.clear()
    g.pop("user", None)


def session_user() -> User | None:
    """The user of the browser's session."""
    if "user" not in g:
        number = session.get("user")
        user = None if number is None else database().get(User, number)
        if user is not None and user.generation != session.get("generation"):
            user = None
        g.user = user
    found: User | None = g.user
    return found


def bearer_token() -> str | None:
    """The token in the Authorization field."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token


def login_required(view: F) -> F:
    """A page for users only; others are sent to the login page, and back afterwards."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if session_user() is None:
            flash("Please log in first.")
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("pages.log_in", next=back))
        return view(*args, **kwargs)

    return cast("F", guarded)


def local_path(target: str | None) -> str | None:
    """A path of this site to go back to, or None: never another site's.

    SECURITY: browsers read a backslash as a slash, drop tabs and line ends, and take `//host` for
    a host.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def current_user_of_api() -> User | None:
    """The user of a token, or of a session that proves not to be another site's."""
    token = bearer_token()
    if token is not None:
        return users.user_of_token(token)
    user = session_user()
    if user is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.check()
    return user
