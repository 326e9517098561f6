"""Finite numbers: NaN and the infinities, which texts can spell, are no numbers of JSON (RFC 8259).

SECURITY: NaN is neither less nor more than any limit, so that it gets past most checks, and to
compare a signalling NaN of Decimal raises an error.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Any, TypeVar, get_args

import msgspec

from .annotations import split

__all__ = ["NUMBERS_OF_JSON", "NUMBERS_OF_TEXTS", "check", "finite", "has_any"]

T = TypeVar("T")

#: The types whose values need not be finite. JSON writes a Decimal as a text, and so can be NaN.
NUMBERS_OF_JSON = frozenset({Decimal})
NUMBERS_OF_TEXTS = frozenset({Decimal, float})


def finite(value: T) -> T:
    """The value, be it a number, several of them or something else.

    Raises:
        msgspec.ValidationError: a number is not finite.
    """
    for item in value if isinstance(value, list | tuple | set | frozenset) else (value,):
        if isinstance(item, float | Decimal):
            check(item)
    return value


def check(number: float | Decimal) -> None:
    """Refuse a number that is not finite.

    Raises:
        msgspec.ValidationError: it is not.
    """
    # A Decimal may be larger than any float.
    if not (number.is_finite() if type(number) is Decimal else isfinite(number)):
        raise msgspec.ValidationError("Expected a finite number")


def has_any(annotation: Any, types: frozenset[type]) -> bool:
    """Whether one of some types is written in a type; what its models have in them is not."""
    plain = split(annotation)[0]
    items = get_args(plain)
    if items:
        return any(has_any(item, types) for item in items)
    return any(plain is known for known in types)
