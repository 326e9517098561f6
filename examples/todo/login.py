"""Who is asking: the session of a browser, and where it may be led."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from quaff import flash, g, redirect, request, session, url_for
from quaff.typing import ResponseReturnValue

from .database import database
from .models import User

P = ParamSpec("P")


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
    g.user = None


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


def current_user() -> User:
    """The user of the browser's session, in views that require one."""
    user = session_user()
    assert user is not None
    return user


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """A page for users only; others are sent to the login page, and back afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if session_user() is None:
            path = request.full_path.rstrip("?")
            back = path if request.method != "POST" and path != "/" else None
            if back is not None:
                flash("Please log in first.")
            return redirect(url_for("accounts.log_in", next=back))
        return view(*args, **kwargs)

    return guarded


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
