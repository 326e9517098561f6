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

__all__ = ["MAX_COOKIE_HEADER", "CookieLine", "first_cookie", "is_plain", "line_of"]

#: SECURITY: cookie parsing is superlinear for some inputs; no browser sends this much.
MAX_COOKIE_HEADER = 65_536

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


class CookieLine:
    """A cookie whose attributes are known: what it takes to write it with a value.

    PERF: only value and time differ from one response to the next (benchmark: session).

    Args:
        name: of the cookie.
        path: as the other attributes, as of `Response.set_cookie`.
        domain: see there.
        secure: see there.
        httponly: see there.
        samesite: see there.
        partitioned: see there.

    Raises:
        ValueError: the name, path or domain would change the cookie's meaning, or `samesite` is
            none that browsers know.
    """

    __slots__ = ("after", "before", "name")

    def __init__(
        self,
        name: str,
        path: str | None,
        domain: str | None,
        secure: bool,
        httponly: bool,
        samesite: str | None,
        partitioned: bool,
    ) -> None:
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
        self.name = name
        #: What stands before and behind Expires.
        self.before, _, self.after = line.removeprefix(f"{name}=").partition("; Expires=?")

    def with_value(
        self, value: str, expires: str | datetime | int | float | None, max_size: int
    ) -> str | None:
        """The value of a Set-Cookie field, which is valid; None where Werkzeug must write it.

        Args:
            value: of the cookie.
            expires: when it ends; None is when the browser is closed.
            max_size: the characters that the line may have without a warning; 0 for any number.
        """
        if not _PLAIN_VALUE.fullmatch(value):
            return None
        time = "" if expires is None else f"; Expires={_date(expires)}"
        line = f"{self.name}={value}{self.before}{time}{self.after}"
        if len(line) > max_size > 0:
            return None
        return line if line.isascii() and line.isprintable() else None


def _date(value: str | datetime | int | float) -> str:
    return value if isinstance(value, str) else http_date(value)


#: Typed, since a flag that is 1 is not written as one that is True.
line_of = lru_cache(typed=True)(CookieLine)
