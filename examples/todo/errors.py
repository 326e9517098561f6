"""Errors look like what they are an answer to: JSON below /api, a page elsewhere."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException

from quaff import Quaff, render_template, request


def init_app(app: Quaff) -> None:
    """Answer all HTTP errors, those of unknown URLs too."""
    app.register_error_handler(HTTPException, show)


def show(error: HTTPException) -> Any:
    """What went wrong, for programs or for people."""
    code = error.code or 500
    # Fields such as Allow belong to the error.
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    if request.path.startswith("/api/"):
        if code == 401:
            headers.append(("WWW-Authenticate", "Bearer"))
        return {"error": error.description or error.name}, code, headers
    return render_template("error.html", error=error), code, headers
