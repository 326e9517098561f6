"""Checking what comes in, from a form or as JSON: the fields, or what is wrong with each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any


class Invalid(ValueError):
    """What a client sent is not acceptable.

    Args:
        problems: field -> what is wrong with it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = dict(problems)


Check = Callable[[Any], Any]

# NUL cannot be stored by PostgreSQL; the others only confuse.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(least: int, most: int, strip: bool = True) -> Check:
    """A text of `least` to `most` characters."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a text")
        value = value.replace("\r\n", "\n")
        value = value.strip() if strip else value
        if _CONTROL.search(value):
            raise ValueError("must not contain control characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("is not valid Unicode") from None
        if len(value) < least:
            raise ValueError("is missing" if not value else f"needs at least {least} characters")
        if len(value) > most:
            raise ValueError(f"may have at most {most} characters")
        return value

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


def truth(value: Any) -> bool:
    """True or false; a form's check box sends "on" or nothing."""
    if isinstance(value, bool):
        return value
    if value in ("on", "true", "1"):
        return True
    if value in ("", "off", "false", "0"):
        return False
    raise ValueError("must be true or false")


def day(value: Any) -> date | None:
    """A day as YYYY-MM-DD, or none."""
    if value is None or value == "":
        return None
    # Python takes other forms of ISO 8601 too, such as a week.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2030-12-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def cleaned(
    given: Any, checks: Mapping[str, Check], *, partial: bool = False, strict: bool = False
) -> dict[str, Any]:
    """The checked fields.

    Args:
        given: a mapping of fields.
        checks: field -> what it must be.
        partial: fields may be left out, and are then left out here.
        strict: unknown fields are refused.

    Raises:
        Invalid: with all that is wrong.
    """
    if not isinstance(given, Mapping):
        raise Invalid({"": "must be an object with fields"})
    problems: dict[str, str] = {}
    fields: dict[str, Any] = {}
    if strict:
        problems.update({str(name)[:40]: "is unknown" for name in given if name not in checks})
    for name, check in checks.items():
        if partial and name not in given:
            continue
        try:
            fields[name] = check(given.get(name, ""))
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(problems)
    return fields
