"""What every answer tells the browser, so that a mistake elsewhere does less harm."""

from __future__ import annotations

from quaff import Quaff, Response

POLICY = (
    # Our own style and pictures, and no scripts at all.
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Quaff) -> None:
    """Add the fields to every answer."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """The answer with its fields, where a view has not chosen others."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    # What a user sees is not kept after they have logged out; static files say what they want.
    headers.setdefault("Cache-Control", "no-store")
    return response
