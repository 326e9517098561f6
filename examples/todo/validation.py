"""Checking what comes in, from a form, a query string or as JSON.

A check takes a value and returns it as the application wants it, or raises ValueError with what is
wrong. `cleaned` applies a check to each field and collects what is wrong with all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

Check = Callable[[Any], Any]

# NUL cannot be stored by PostgreSQL; the others only confuse. Tab and line feed are for long texts.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Invalid(ValueError):
    """What a client sent is not acceptable.

    Args:
        problems: field -> what is wrong with it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field} {problem}" for field, problem in problems.items()))
        self.problems = dict(problems)


def cleaned(
    given: Any, checks: Mapping[str, Check], *, required: Collection[str] = (), strict: bool = False
) -> dict[str, Any]:
    """The checked fields.

    Args:
        given: a mapping of fields; those that are left out are left out of the result too.
        checks: field -> what it must be.
        required: fields that must not be left out.
        strict: other fields are refused; else they are ignored.

    Raises:
        Invalid: with all that is wrong.
    """
    if not isinstance(given, Mapping):
        raise Invalid({"body": "must be an object with fields"})
    problems: dict[str, str] = {}
    fields: dict[str, Any] = {}
    if strict:
        problems.update({str(name)[:40]: "is unknown" for name in given if name not in checks})
    for name, check in checks.items():
        if name not in given:
            if name in required:
                problems[name] = "is missing"
            continue
        try:
            fields[name] = check(given[name])
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(problems)
    return fields


def line(least: int, most: int) -> Check:
    """A text of `least` to `most` characters on one line, something of which can be seen."""
    check = text(most)

    def check_line(value: Any) -> str:
        value = check(value).strip()
        if "\n" in value or "\t" in value:
            raise ValueError("must be on one line")
        if least and not any(sign.isprintable() and not sign.isspace() for sign in value):
            raise ValueError("is missing")
        if len(value) < least:
            raise ValueError(f"needs at least {least} characters")
        return str(value)

    return check_line


def text(most: int) -> Check:
    """A text of at most `most` characters, with lines."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a text")
        value = value.replace("\r\n", "\n")
        if len(value) > most:
            raise ValueError(f"may have at most {most} characters")
        if _CONTROL.search(value):
            raise ValueError("must not contain control characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("is not valid Unicode") from None
        return value

    return check


def password(least: int, most: int) -> Check:
    """A password: as it is, spaces at its ends too."""

    def check(value: Any) -> str:
        value = text(most)(value)
        if len(value) < least:
            raise ValueError(f"needs at least {least} characters" if value else "is missing")
        return str(value)

    return check


def matching(pattern: str, message: str, base: Check) -> Check:
    """A text that also matches an expression."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        value = base(value)
        if not compiled.fullmatch(value):
            raise ValueError(message)
        return str(value)

    return check


def choice(names: Collection[str]) -> Check:
    """One of some names."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value

    return check


def truth(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def day(value: Any) -> date | None:
    """A day as YYYY-MM-DD, or none: null, or the empty field of a form."""
    if value is None or value == "":
        return None
    # Python takes other forms of ISO 8601 too, such as a week.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2030-12-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def number(value: Any) -> int:
    """A number from 1 to 99999, in the digits of a query string."""
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) < 1:
        raise ValueError("must be a number from 1 to 99999")
    return int(value)
