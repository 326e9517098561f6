"""URL rules as OpenAPI's path templates, their converters as schemas."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    PathConverter,
    Rule,
    UnicodeConverter,
    UUIDConverter,
)

__all__ = ["converter_schema", "domain_template", "path_template", "path_variables"]

_LENGTHS = re.compile(r"\[\^/\]\{(\d+)(,?)(\d*)\}")


def path_template(rule: Rule) -> str:
    """The path of a rule with its variables in braces: `/users/{id}`."""
    return _template(rule, domain=False)


def domain_template(rule: Rule) -> str:
    """The subdomain or host of a rule, with its variables in braces; empty for any."""
    return _template(rule, domain=True)


def path_variables(rule: Rule) -> list[str]:
    """The names of the variables in the path of a rule, in its order."""
    return [data for is_variable, data in _parts(rule, domain=False) if is_variable]


def _template(rule: Rule, domain: bool) -> str:
    return "".join(
        f"{{{data}}}" if is_variable else data.replace("{", "%7B").replace("}", "%7D")
        for is_variable, data in _parts(rule, domain)
    )


def _parts(rule: Rule, domain: bool) -> list[tuple[bool, str]]:
    # The domain and the path of a rule are parsed as one text with "|" between them.
    border = rule._trace.index((False, "|"))
    return rule._trace[:border] if domain else rule._trace[border + 1 :]


def converter_schema(converter: BaseConverter | None) -> dict[str, Any]:
    """The schema of the texts that a converter takes.

    Converters of the application's own are strings: only they know what else they ask for.
    """
    # NOTE: a subclass may take other texts than its base; those of one class are known.
    read = _SCHEMAS.get(type(converter))
    return {"type": "string"} if read is None else read(converter)


def _integer(converter: IntegerConverter) -> dict[str, Any]:
    if converter.fixed_digits:
        # Without its leading zeros the number is another URL.
        return {"type": "string", "pattern": f"^[0-9]{{{converter.fixed_digits}}}$"}
    return {"type": "integer", **_bounds(converter)}


def _float(converter: FloatConverter) -> dict[str, Any]:
    return {"type": "number", **_bounds(converter)}


def _bounds(converter: IntegerConverter | FloatConverter) -> dict[str, Any]:
    minimum = converter.min
    if minimum is None and not converter.signed:
        minimum = 0
    bounds = {"minimum": minimum, "maximum": converter.max}
    return {name: value for name, value in bounds.items() if value is not None}


def _text(converter: UnicodeConverter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    lengths = _LENGTHS.fullmatch(converter.regex)
    if lengths is not None:
        least, comma, most = lengths.groups()
        if int(least) > 1 or not comma:
            schema["minLength"] = int(least)
        if most or not comma:
            schema["maxLength"] = int(most or least)
    return schema


def _any(converter: AnyConverter) -> dict[str, Any]:
    return {"type": "string", "enum": sorted(converter.items)}


_SCHEMAS: dict[type, Any] = {
    IntegerConverter: _integer,
    FloatConverter: _float,
    UnicodeConverter: _text,
    AnyConverter: _any,
    UUIDConverter: lambda converter: {"type": "string", "format": "uuid"},
    PathConverter: lambda converter: {"type": "string"},
}
