"""Accounts: registering, proving who one is, and the profile."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from quaff import Quaff, current_app

from .database import database
from .models import Theme, Token, User
from .throttle import Throttle
from .validation import LONGEST_PASSWORD, TEXT, Email, Invalid, Name, Password, given


class Registration(Struct):
    """What an account is made of."""

    name: Name
    email: Email
    password: Password


class Credentials(Struct, forbid_unknown_fields=True):
    """What proves who one is."""

    name: Annotated[str, Meta(max_length=200, pattern=TEXT, description="in any case")]
    password: Annotated[str, Meta(max_length=LONGEST_PASSWORD, description="as it was set")]


class Profile(Struct):
    """What users tell of themselves."""

    name: Name
    email: Email
    theme: Theme


class ProfileChanges(Struct, forbid_unknown_fields=True):
    """What is to change of a profile; what is left out stays."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET


class PasswordChange(Struct):
    """A new password, and the proof that one may set it."""

    old_password: str
    new_password: Password


_USER_OF_TOKEN = select(User).join(User.tokens).where(Token.hash == bindparam("hash"))


def init_app(app: Quaff) -> None:
    """Let nobody guess passwords quickly."""
    app.extensions["throttle"] = Throttle(most=10, seconds=300)


def register(new: Registration) -> User:
    """A new account.

    Raises:
        Invalid: the name is taken.
    """
    user = User(name=new.name, email=new.email, password_hash=_password_hash(new.password))
    database().add(user)
    _commit_name()
    return user


def find(name: str) -> User | None:
    """The user of a name, in whichever case it is written."""
    return database().scalar(select(User).where(func.lower(User.name) == name.lower()))


def authenticate(credentials: Credentials, origin: str | None) -> User | None:
    """The user with that name and password, or None: which of the two was wrong is not told.

    Args:
        credentials: what was given.
        origin: where the attempt comes from, such as an address.

    Raises:
        TooMany: attempts from there on that name.
    """
    throttle: Throttle = current_app.extensions["throttle"]
    key = (origin, credentials.name.lower())
    throttle.attempt(key)
    user = find(credentials.name)
    if _is_password(user, credentials.password):
        throttle.forget(key)
        return user
    return None


def change_profile(user: User, changes: Profile | ProfileChanges) -> None:
    """Change what a user tells of themselves.

    Raises:
        Invalid: the name is taken.
    """
    for name, value in given(changes).items():
        setattr(user, name, value)
    _commit_name()


def change_password(user: User, change: PasswordChange) -> None:
    """Change a password; all sessions and tokens end.

    Raises:
        Invalid: the old password is not right.
    """
    if not _is_password(user, change.old_password):
        raise Invalid({"old_password": "is not right"})
    user.password_hash = _password_hash(change.new_password)
    user.generation += 1
    revoke_tokens(user)


def issue_token(user: User) -> str:
    """A new token for the API; it cannot be read again later."""
    token = secrets.token_urlsafe(32)
    database().add(Token(user=user, hash=_token_hash(token)))
    database().commit()
    return token


def user_of_token(token: str) -> User | None:
    """Whose token it is."""
    return database().scalar(_USER_OF_TOKEN, {"hash": _token_hash(token)})


def count_tokens(user: User) -> int:
    """How many tokens a user has."""
    return database().scalar(select(func.count()).where(Token.user_id == user.id)) or 0


def revoke_token(token: str) -> None:
    """End a token."""
    database().execute(delete(Token).where(Token.hash == _token_hash(token)))
    database().commit()


def revoke_tokens(user: User) -> None:
    """End all tokens of a user."""
    database().execute(delete(Token).where(Token.user_id == user.id))
    database().commit()


def _commit_name() -> None:
    """Commit, if the database finds that the name is still free."""
    try:
        database().commit()
    except IntegrityError:
        database().rollback()
        raise Invalid({"name": "is taken"}) from None


def _password_hash(password: str) -> str:
    return generate_password_hash(password, _method())


def _method() -> str:
    method: str = current_app.config["PASSWORD_METHOD"]
    return method


def _is_password(user: User | None, password: str) -> bool:
    """Whether it is the user's; without a user the answer takes as long."""
    known = user.password_hash if user is not None else _nobodys_hash(_method())
    right = check_password_hash(known, password[:LONGEST_PASSWORD])
    return right and user is not None and len(password) <= LONGEST_PASSWORD


@cache
def _nobodys_hash(method: str) -> str:
    return generate_password_hash(secrets.token_hex(), method)


def _token_hash(token: str) -> str:
    # A token is long and random, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
