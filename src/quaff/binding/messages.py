"""Messages: what clients are told of values that do not fit. SECURITY: never what was sent."""

from __future__ import annotations

import re
from enum import Enum
from inspect import isclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from .annotations import hints_of, shown, split, union_members
from .errors import Problem
from .finite import NOT_FINITE

__all__ = ["REQUIRED", "TOO_DEEP", "Place", "problem_of", "pydantic_message"]

#: The way to a value.
Place = list[str | int]

REQUIRED = "Required"
TOO_DEEP = "Nested too deep"


def problem_of(error: BaseException, loc: Place, annotation: Any, *, strict: bool) -> Problem:
    """An error of msgspec as a problem.

    Raises:
        TypeError: it is one that is not about what was sent.
    """
    if isinstance(error, RecursionError):
        return {"loc": loc, "msg": TOO_DEEP}
    if isinstance(error, TypeError):
        # A signalling NaN of Decimal has no hash, for a set or as a key.
        if "signaling NaN" not in str(error):
            raise error
        return {"loc": loc, "msg": NOT_FINITE}
    message, _, path = str(error).partition(" - at ")
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", path):
        loc = [*loc, name or ("*" if index == "..." else int(index))]
    if field := re.fullmatch(r"Object missing required field `(.*)`", message):
        return {"loc": [*loc, field[1]], "msg": REQUIRED}
    if _is_of_attrs(error.__cause__):
        # SECURITY: the validators of attrs quote what was sent.
        name = re.match(r"\W*(\w+)", message)
        loc = [*loc, name[1]] if name and name[1] in hints_of(split(annotation)[0]) else loc
        message = "Refused by a validator"
    return {"loc": loc, "msg": _without_input(message, annotation, strict=strict)}


def _is_of_attrs(error: BaseException | None) -> bool:
    """Whether one of attrs' own validators raised it."""
    step = error and error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    return bool(step) and step.tb_frame.f_globals.get("__name__") == "attr.validators"  # type: ignore[union-attr]


def _without_input(message: str, annotation: Any, *, strict: bool) -> str:
    """The message without what was sent.

    SECURITY: msgspec quotes it in these messages.
    """
    if message.startswith(("Invalid enum value", "Invalid value")):
        allowed = _choices(annotation)
        return f"Expected one of {', '.join(allowed)}" if allowed else "Invalid value"
    if message.startswith("Object contains unknown field"):
        return "Object contains an unknown field"
    # Texts are what a query always has, so nothing is said by "got `str`".
    return message if strict else message.partition(", got ")[0]


def _choices(annotation: Any) -> list[str]:
    """What a value may be, where one of the choices is an Enum or Literal."""
    choices: list[str] = []
    types: list[str] = []
    for member in union_members(split(annotation)[0]):
        plain = split(member)[0]
        if get_origin(plain) is Literal:
            choices += map(repr, get_args(plain))
        elif isclass(plain) and issubclass(plain, Enum):
            choices += [repr(item.value) for item in plain]
        elif plain is not NoneType:
            types.append(f"`{shown(plain)}`")
    return [*choices, *types] if choices else []


def pydantic_message(item: Any) -> str:
    """The message of one of Pydantic's errors. SECURITY: these quote what was sent."""
    if item["type"] == "union_tag_invalid":
        return f"Expected one of {item['ctx']['expected_tags']}"
    if item["type"] == "uuid_parsing":
        return "Input should be a valid UUID"
    if item["type"] == "value_error" and "reason" in item.get("ctx", ()):
        return str(item["msg"]).partition(":")[0]  # EmailStr
    return str(item["msg"])
