"""Errors look like what they are an answer to: JSON below /api, a page elsewhere."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException, TooManyRequests

from quaff import Quaff, render_template, request
from quaff.typing import ResponseReturnValue

from .throttle import TooMany


def init_app(app: Quaff) -> None:
    """Answer all HTTP errors, those of unknown URLs too."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(TooMany, show_wait)


def show_wait(error: TooMany) -> ResponseReturnValue:
    """That one has to wait, and how long."""
    return show(TooManyRequests(str(error), retry_after=error.wait))


def show(error: HTTPException) -> ResponseReturnValue:
    """What went wrong, for programs or for people."""
    code = error.code or 500
    # Fields such as Allow belong to the error.
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    if request.path == "/api" or request.path.startswith("/api/"):
        if code == 401:
            headers.append(("WWW-Authenticate", "Bearer"))
        return {"error": error.description or error.name}, code, headers
    # The database may be what failed, so a page of that kind does not ask it who is there.
    known = {"session_user": lambda: None} if code >= 500 else {}
    return render_template("error.html", error=error, code=code, **known), code, headers
