"""Conversion: from texts and JSON to what an annotation asks for."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_origin

import msgspec

from .annotations import is_many, is_pydantic, is_scalar, split
from .places import Field

__all__ = ["adapter_of", "builder_of", "decoder_of", "fields_of", "hints_of"]


def adapter_of(annotation: Any) -> Any:
    """Pydantic's validator of a type that has its models in it."""
    validator = getattr(annotation, "__pydantic_validator__", None)
    if validator is not None:
        return validator
    from pydantic import TypeAdapter

    return TypeAdapter(annotation).validator


def decoder_of(annotation: Any) -> Callable[[bytes], Any]:
    """What makes a value of a JSON text."""
    if is_pydantic(annotation):
        return adapter_of(annotation).validate_json  # type: ignore[no-any-return]
    return msgspec.json.Decoder(annotation).decode


def builder_of(model: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What makes a model of texts, by the names of its fields."""
    if is_pydantic(model):
        return adapter_of(model).validate_python  # type: ignore[no-any-return]
    return partial(msgspec.convert, type=model, strict=False)


def hints_of(model: Any) -> dict[str, Any]:
    """The annotations of a model's fields; empty if they cannot be evaluated."""
    cls = get_origin(model) or model
    try:
        return typing.get_type_hints(cls, include_extras=True)
    except Exception:
        return {}


def fields_of(model: Any, source: str) -> tuple[Field, ...]:
    """The fields of a model as they come in a query, in headers or in a form.

    Raises:
        TypeError: a field is neither a scalar nor a list of them.
    """
    plain = split(model)[0]
    fields = []
    for key, annotation in _named(plain):
        many = is_many(annotation)
        if not many and not is_scalar(annotation):
            raise TypeError(
                f"its field `{key}` is neither a scalar nor a list of scalars, so it cannot come "
                f"as a {source} field"
            )
        fields.append(Field(key, key.replace("_", "-") if source == "header" else key, many))
    return tuple(fields)


def _named(model: Any) -> list[tuple[str, Any]]:
    """The names and annotations of a model's fields."""
    if hasattr(model, "model_fields"):
        return [
            (field.validation_alias or field.alias or name, field.annotation)
            for name, field in model.model_fields.items()
        ]
    info = msgspec.inspect.type_info(model)
    if isinstance(info, msgspec.inspect.NamedTupleType):
        raise TypeError("it is a NamedTuple, which is read from JSON arrays only; take a dataclass")
    hints = hints_of(model)
    fields: tuple[msgspec.inspect.Field, ...] = getattr(info, "fields", ())
    return [(field.encode_name, hints.get(field.name, str)) for field in fields]
