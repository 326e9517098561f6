"""Pydantic's models as schemas: Pydantic writes them, here they get their place and their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from .names import Definition, camel, names_with

__all__ = ["fields_of", "write_models"]

_PREFIX = "#/$defs/"
_MODES = {"Input", "Output"}


class _Lenient(GenerateJsonSchema):
    """What JSON has nothing for may be anything; the rest of the document is still true."""

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}

    def emit_warning(self, kind: Any, detail: str) -> None:
        """Say nothing of defaults that are no JSON; they are left out."""


def write_models(wanted: Sequence[tuple[Any, Any, dict[str, Any]]]) -> list[Definition]:
    """Write the schemas of types with Pydantic's models in them.

    Args:
        wanted: type, mode, and the dict to put the schema in.

    Returns:
        the definitions that the schemas refer to.
    """
    inputs = [(number, mode, TypeAdapter(kind)) for number, (kind, mode, _) in enumerate(wanted)]
    schemas, shared = TypeAdapter.json_schemas(inputs, schema_generator=_Lenient)
    definitions = {key: Definition(_candidates(key)) for key in shared.get("$defs", {})}
    for key, schema in shared.get("$defs", {}).items():
        definitions[key].schema = _pointed(schema, definitions)
    for number, (_, mode, place) in enumerate(wanted):
        place.update(_pointed(schemas[number, mode], definitions))
    return list(definitions.values())


def fields_of(model: Any) -> list[tuple[str, dict[str, Any], bool]]:
    """Name, schema and whether it is required, for each field of a model of plain values."""
    schema = TypeAdapter(model).json_schema(schema_generator=_Lenient)
    definitions = {key: Definition([key]) for key in schema.get("$defs", {})}
    for key, value in schema.get("$defs", {}).items():
        definitions[key].schema = value
    required = schema.get("required", ())
    return [
        (name, _inlined(_pointed(value, definitions)), name in required)
        for name, value in schema.get("properties", {}).items()
    ]


def _inlined(value: Any) -> Any:
    if isinstance(value, list):
        return [_inlined(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), Definition):
        rest = {key: item for key, item in value.items() if key != "$ref"}
        return {**value["$ref"].schema, **rest}
    return {key: _inlined(item) for key, item in value.items()}


def _pointed(value: Any, definitions: dict[str, Definition]) -> Any:
    """The same with Definitions in place of Pydantic's references."""
    if isinstance(value, dict):
        return {key: _pointed(item, definitions) for key, item in value.items()}
    if isinstance(value, list):
        return [_pointed(item, definitions) for item in value]
    if isinstance(value, str) and value.startswith(_PREFIX):
        return definitions.get(value.removeprefix(_PREFIX), value)
    return value


def _candidates(key: str) -> list[str]:
    """Names made of Pydantic's: `app__models__Page_User_-Input` may be PageUserInput."""
    key, _, mode = key.partition("-")
    *parts, name = [part for part in key.split("__") if part]
    suffix = mode if mode in _MODES else ""
    return names_with(parts, f"{camel(name)}{suffix}")
