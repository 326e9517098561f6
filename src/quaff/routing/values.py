"""How the texts of a rule's variables become values, as the source of a dict."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.converters import FloatConverter, IntegerConverter, UUIDConverter

__all__ = ["Values", "values_of"]


class Values(NamedTuple):
    """The source of a dict of values."""

    source: str
    #: Whether a converter may refuse a text with a ValidationError.
    may_refuse: bool
    #: Whether a ValueError is a refusal too, and not a fault of a converter.
    may_overflow: bool


def values_of(rule: Rule, texts: tuple[str, ...], constant: Callable[[str, Any], str]) -> Values:
    """The values of the rule.

    Args:
        texts: expressions for the texts of the variables.
        constant: gives an object a name that the source can use.
    """
    converters = list(rule._converters.values())
    functions = [_function(converter) for converter in converters]
    # `int` refuses thousands of digits with the error that the application's converters may have.
    may_overflow = "int" in functions and "" not in functions
    items = []
    for name, converter, function, text in zip(
        rule._converters, converters, functions, texts, strict=True
    ):
        if function == "str":
            value = text
        elif function == "UUID":
            value = f"{constant(function, uuid.UUID)}({text})"
        elif function and (function != "int" or may_overflow):
            value = f"{function}({text})"
        else:
            value = f"{constant('convert', converter.to_python)}({text})"
        items.append(f"{name!r}: {value}")
    if rule.defaults:
        items.append(f"**{constant('defaults', rule.defaults)}")
    may_refuse = "int" in functions or "" in functions
    return Values(f"{{{', '.join(items)}}}", may_refuse, may_overflow)


def _function(converter: BaseConverter) -> str:
    """The function that does what the converter does; "" if none does."""
    kind = type(converter)
    if getattr(converter.to_python, "__func__", None) is BaseConverter.to_python:
        return "str"
    if kind is UUIDConverter:
        return "UUID"
    if isinstance(converter, IntegerConverter | FloatConverter) and not (
        converter.fixed_digits or converter.min is not None or converter.max is not None
    ):
        return {IntegerConverter: "int", FloatConverter: "float"}.get(kind, "")
    return ""
