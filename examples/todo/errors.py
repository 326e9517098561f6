"""Errors are problem details for programs (RFC 9457), and a page of ours for browsers."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException, TooManyRequests

from quaff import Quaff, render_template, request

from .throttle import TooMany


def init_app(app: Quaff) -> None:
    """Answer all HTTP errors, those of unknown URLs too."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(TooMany, show_wait)


def show_wait(error: TooMany) -> Any:
    """That one has to wait, and how long."""
    return show(TooManyRequests(str(error), retry_after=error.wait))


def show(error: HTTPException) -> Any:
    """The page for who asks for HTML; else the error as it is, which Quaff makes a problem."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return error
    code = error.code or 500
    # Fields such as Allow belong to the error.
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    # The database may be what failed, so a page of that kind does not ask it who is there.
    known = {"session_user": lambda: None} if code >= 500 else {}
    page = render_template("error.html", error=error, code=code, **known)
    return page, code, [*headers, ("Vary", "Accept")]
