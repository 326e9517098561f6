"""What every answer tells the browser, so that a mistake elsewhere does less harm."""

from __future__ import annotations

from quaff import Quaff, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Quaff) -> None:
    """Add the fields to every answer."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """The answer with its fields, where a view has not chosen others."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
