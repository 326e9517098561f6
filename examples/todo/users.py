"""Accounts: registering, proving who one is, and the profile."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from .database import database
from .models import Token, User
from .validation import Check, Invalid, matching, text

NAME: Check = matching(
    r"[A-Za-z0-9_.-]+", "may have letters, digits, dots, hyphens and underscores", text(2, 40)
)
EMAIL: Check = matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "is not an e-mail address", text(3, 254))
# A limit, since hashing a password of megabytes is work that anybody could order.
PASSWORD: Check = text(8, 128, strip=False)

REGISTRATION = {"name": NAME, "email": EMAIL, "password": PASSWORD}
PROFILE = {"email": EMAIL}

#: Checked against when there is no such user, so that both cases take the same time.
_NOBODY = generate_password_hash(secrets.token_hex())


def register(name: str, email: str, password: str) -> User:
    """A new account.

    Raises:
        Invalid: the name is taken.
    """
    if find(name) is not None:
        raise Invalid({"name": "is taken"})
    user = User(name=name, email=email, password_hash=generate_password_hash(password))
    database().add(user)
    try:
        database().commit()
    except IntegrityError:
        # Somebody was faster.
        database().rollback()
        raise Invalid({"name": "is taken"}) from None
    return user


def find(name: str) -> User | None:
    """The user of a name, in whichever case it is written."""
    return database().scalar(select(User).where(func.lower(User.name) == name.lower()))


def authenticate(name: str, password: str) -> User | None:
    """The user with that name and password, or None: which of the two was wrong is not told."""
    user = find(name) if "\0" not in name else None
    known = _NOBODY if user is None else user.password_hash
    return user if check_password_hash(known, password[:128]) and user is not None else None


def change_profile(user: User, email: str) -> None:
    """Change what a user tells of themselves."""
    user.email = email
    database().commit()


def change_password(user: User, old: str, new: str) -> None:
    """Change a password; other sessions and all tokens end.

    Raises:
        Invalid: the old password is not right.
    """
    if not check_password_hash(user.password_hash, old[:128]):
        raise Invalid({"old_password": "is not right"})
    user.password_hash = generate_password_hash(new)
    user.generation += 1
    user.tokens.clear()
    database().commit()


def issue_token(user: User) -> str:
    """A new token for the API; it cannot be read again later."""
    token = secrets.token_urlsafe(32)
    database().add(Token(user=user, hash=_hash(token)))
    database().commit()
    return token


def user_of_token(token: str) -> User | None:
    """Whose token it is."""
    found = database().scalar(select(Token).where(Token.hash == _hash(token)))
    return None if found is None else found.user


def revoke_token(token: str) -> None:
    """End a token."""
    found = database().scalar(select(Token).where(Token.hash == _hash(token)))
    if found is not None:
        database().delete(found)
        database().commit()


def _hash(token: str) -> str:
    # A token is long and random, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def ensure_demo_account() -> None:
    """The account that the login page of a demonstration offers."""
    if find("demo") is None:
        register("demo", "demo@example.org", "demo-password")
