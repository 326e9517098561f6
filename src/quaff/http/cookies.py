"""One cookie: read without the others, written without making anew what is always the same.

What is read and written here is what Werkzeug reads and writes. These functions know the plain
cases, which nearly all are, and leave the others to Werkzeug.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from werkzeug.http import dump_cookie, http_date

from .validity import check_cookie

__all__ = ["MAX_COOKIE_HEADER", "cookie_line", "first_cookie", "is_plain"]

#: SECURITY: cookie parsing is superlinear for some inputs; no browser sends this much.
MAX_COOKIE_HEADER = 65_536

#: Path, Domain, Secure, HttpOnly, SameSite, Partitioned; as of `Response.set_cookie`.
Attributes = tuple[str | None, str | None, bool, bool, str | None, bool]

# What is sent without quotes, though not all of it; others may be, too.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_\-.:/=]*")


def first_cookie(header: str, name: str) -> str | None:
    """The value of the first cookie with a name in a header; None if there is none.

    PERF: the other cookies are not parsed (benchmark: session).

    Args:
        header: a Cookie field that `is_plain`.
        name: of the cookie.
    """
    found = _cookie_named(name).search(header)
    return None if found is None else found[1] or ""


def is_plain(header: str) -> bool:
    """Whether every semicolon in a Cookie field ends a cookie: there are no quotes in it."""
    return '"' not in header and len(header) <= MAX_COOKIE_HEADER


@lru_cache
def _cookie_named(name: str) -> re.Pattern[str]:
    """What finds a cookie in a plain header.

    SECURITY: the repetitions are possessive, so that the time is linear whatever a client sends.
    """
    return re.compile(
        rf"(?:^|;)[ \t]*+{re.escape(name)}(?:[ \t]*+=[ \t]*+([^ \t;]*+))?[ \t]*+(?=;|\Z)"
    )


def cookie_line(
    name: str,
    value: str,
    expires: str | datetime | int | float | None,
    max_size: int,
    *attributes: *Attributes,
) -> str | None:
    """The value of a Set-Cookie field; None where Werkzeug must write it.

    PERF: only value and time differ from one response to the next (benchmark: session).

    Args:
        name: of the cookie.
        value: of the cookie.
        expires: when it ends; None is when the browser is closed.
        max_size: the characters that the line may have without a warning; 0 for any number.
        attributes: path, domain, secure, httponly, samesite, partitioned.

    Raises:
        ValueError: the name, path or domain would change the cookie's meaning.
    """
    domain, others = _attributes(name, *attributes)
    if not _PLAIN_VALUE.fullmatch(value):
        return None
    time = "" if expires is None else f"; Expires={_date(expires)}"
    line = f"{name}={value}{domain}{time}{others}"
    return line if len(line) <= max_size or not max_size else None


def _date(value: str | datetime | int | float) -> str:
    return value if isinstance(value, str) else http_date(value)


# Typed, since a flag that is 1 is not written as one that is True.
@lru_cache(typed=True)
def _attributes(
    name: str,
    path: str | None,
    domain: str | None,
    secure: bool,
    httponly: bool,
    samesite: str | None,
    partitioned: bool,
) -> tuple[str, str]:
    """What stands before and behind Expires."""
    check_cookie(name, path, domain)
    line = dump_cookie(
        name,
        expires="?",
        path=path,
        domain=domain,
        secure=secure,
        httponly=httponly,
        samesite=samesite,
        partitioned=partitioned,
        max_size=0,
    )
    before, _, behind = line.removeprefix(f"{name}=").partition("; Expires=?")
    return before, behind
