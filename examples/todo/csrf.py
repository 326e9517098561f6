"""Protection against requests that another site makes a browser send.

Each session has a secret token. A form carries it masked by random bytes, anew for each page, so
that a compressed page does not betray it letter by letter (BREACH).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from quaff import abort, request, session

#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SIZE = 32


def token() -> str:
    """The session's token, masked, for a form or a header."""
    secret = _secret()
    mask = secrets.token_bytes(SIZE)
    return base64.urlsafe_b64encode(mask + _mixed(mask, secret)).decode()


def check_form() -> None:
    """Refuse a form that is not of a page of this session (403)."""
    if request.method not in SAFE and not is_right():
        abort(403, "This form has expired. Go back, load the page again, and repeat.")


def is_right() -> bool:
    """Whether the request carries its session's token, in a form or as X-CSRF-Token."""
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    try:
        data = base64.urlsafe_b64decode(given.encode())
    except (binascii.Error, ValueError):
        return False
    if len(data) != 2 * SIZE:
        return False
    # SECURITY: the time of the comparison does not tell how much of a guess is right.
    return hmac.compare_digest(_mixed(data[:SIZE], data[SIZE:]), _secret())


def _secret() -> bytes:
    if "csrf" not in session:
        session["csrf"] = secrets.token_bytes(SIZE)
    secret: bytes = session["csrf"]
    return secret


def _mixed(mask: bytes, data: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, data, strict=True))
