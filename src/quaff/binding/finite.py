"""Finite numbers: NaN and the infinities, which texts can spell, are no numbers of JSON (RFC 8259).

SECURITY: NaN is neither less nor more than any limit, so that it gets past most checks. To compare
a signalling NaN of Decimal raises an error, and so does to put it into a set or a dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from inspect import isclass
from math import isfinite
from typing import Any, TypeVar, get_origin

import msgspec

from .annotations import is_model, parts_of, split

__all__ = ["NOT_FINITE", "NUMBERS_OF_JSON", "NUMBERS_OF_TEXTS", "check", "finite", "has_any"]

T = TypeVar("T")

#: The types whose values need not be finite. JSON writes a Decimal as a text, and so can be NaN.
NUMBERS_OF_JSON = frozenset({Decimal})
NUMBERS_OF_TEXTS = frozenset({Decimal, float})

NOT_FINITE = "Expected a finite number"


def finite(value: T) -> T:
    """The value: a number, several of them, a dict whose keys are numbers, or something else.

    Raises:
        msgspec.ValidationError: a number is not finite.
    """
    for item in value if isinstance(value, (list, tuple, set, frozenset, dict)) else (value,):
        if isinstance(item, (float, Decimal)):
            check(item)
    return value


def check(number: float | Decimal) -> None:
    """Refuse a number that is not finite.

    Raises:
        msgspec.ValidationError: it is not.
    """
    # A Decimal may be larger than any float.
    if not (number.is_finite() if type(number) is Decimal else isfinite(number)):
        raise msgspec.ValidationError(NOT_FINITE)


def has_any(annotation: Any, types: frozenset[type]) -> bool:
    """Whether one of some types is written in a type; what its models have in them is not.

    The keys of a dict are texts also in JSON.
    """
    plain = split(annotation)[0]
    parts = parts_of(plain)
    origin = get_origin(plain)
    if isclass(origin) and issubclass(origin, Mapping) and not is_model(plain):
        return has_any(parts[0], NUMBERS_OF_TEXTS) or has_any(parts[1], types)
    if parts:
        return any(has_any(part, types) for part in parts)
    return any(plain is known for known in types)
