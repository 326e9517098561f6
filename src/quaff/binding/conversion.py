"""Conversion: from texts and JSON to what an annotation asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache
from inspect import isclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from ..nesting import guarded
from .annotations import (
    hints_of,
    is_many,
    is_model,
    is_pydantic,
    is_scalar,
    remembered,
    split,
    unsettable_of,
)
from .completion import completer_of
from .finite import NUMBERS_OF_JSON, NUMBERS_OF_TEXTS
from .markers import Marker
from .places import Field

__all__ = [
    "adapter_of",
    "builder_of",
    "by_name",
    "decoder_of",
    "fields_of",
    "named_fields",
    "words_of",
]


def adapter_of(annotation: Any) -> Any:
    """Pydantic's validator of a type that has its models in it."""
    validator = getattr(annotation, "__pydantic_validator__", None)
    if validator is not None:
        return validator
    from pydantic import TypeAdapter

    return TypeAdapter(annotation).validator


# SECURITY: failures ask for it once more with each body that does not fit.
@remembered
def decoder_of(annotation: Any) -> Callable[[bytes], Any]:
    """What makes a value of a JSON text."""
    if is_pydantic(annotation):
        return _only_json(adapter_of(annotation).validate_json)
    return _completed(guarded(msgspec.json.Decoder(annotation).decode), annotation)


def _only_json(validate: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """What Pydantic makes of a JSON text; of NaN and Infinity, which it takes too, an error."""
    judge = decoder_of(Any)

    def decode(data: bytes) -> Any:
        # They may stand in a text, too.
        if b"NaN" in data or b"Infinity" in data:
            judge(data)
        return validate(data)

    return decode


def _completed(
    make: Callable[[Any], Any], annotation: Any, numbers: frozenset[type] = NUMBERS_OF_JSON
) -> Callable[[Any], Any]:
    """What makes a value, and does to what is in it what msgspec leaves undone."""
    complete = completer_of(annotation, numbers)
    return make if complete is None else lambda data: complete(make(data))


def builder_of(model: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What makes a model of texts, by the names of its fields."""
    if is_pydantic(model):
        return _with_choices(adapter_of(model).validate_python, model)
    named = by_name(model)

    def build(found: Mapping[str, Any]) -> Any:
        made = msgspec.convert(found, named, strict=False)
        return made if named is model else model(*msgspec.structs.astuple(made))

    return _completed(build, model, NUMBERS_OF_TEXTS)


def _with_choices(
    validate: Callable[[Mapping[str, Any]], Any], model: Any
) -> Callable[[Mapping[str, Any]], Any]:
    """What Pydantic makes of texts, where it would not see that they are choices, or null."""
    tables = {
        name: table
        for name, annotation in named_fields(model)
        if (is_scalar(annotation) or is_many(annotation)) and (table := _choices_in(annotation))
    }
    if not tables:
        return validate

    def build(found: Mapping[str, Any]) -> Any:
        values = dict(found)
        for name in values.keys() & tables.keys():
            value, table = values[name], tables[name]
            if isinstance(value, str):
                values[name] = table.get(value, value)
            else:
                values[name] = [table.get(text, text) for text in value]
        return validate(values)

    return build


def _choices_in(annotation: Any) -> dict[str, Any]:
    """The numbers that a type lists, and null, by their texts; none where the text itself fits."""
    found: dict[str, Any] = {}
    texts: set[str] = set()
    left = [annotation]
    while left:
        plain = split(left.pop())[0]
        if plain is str or plain is Any:
            return {}
        if plain is NoneType:
            choices: tuple[Any, ...] = (None,)
        elif get_origin(plain) is Literal:
            choices = get_args(plain)
        elif isclass(plain) and issubclass(plain, Enum):
            choices = tuple(member.value for member in plain)
        else:
            left += get_args(plain)
            continue
        texts |= {choice for choice in choices if isinstance(choice, str)}
        found |= {str(choice): choice for choice in choices if type(choice) is int}
        if None in choices:
            found["null"] = None
    return {text: choice for text, choice in found.items() if text not in texts}


def by_name(model: Any) -> Any:
    """The model; for a NamedTuple, which msgspec reads from arrays only, a Struct like it."""
    return _named_struct(model) if hasattr(model, "_field_defaults") else model


@cache
def _named_struct(model: Any) -> type[msgspec.Struct]:
    hints = hints_of(model)
    fields: list[Any] = [
        (name, hints[name], *_default_of(model._field_defaults, name)) for name in model._fields
    ]
    return msgspec.defstruct(model.__name__, fields, namespace={"__doc__": model.__doc__})


def _default_of(defaults: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """The default of a field, if it has one, as a Struct takes it."""
    if name not in defaults:
        return ()
    default = defaults[name]
    if isinstance(default, list | dict | set) and default:
        return (msgspec.field(default_factory=lambda: default),)
    return (default,)


def fields_of(model: Any, source: str) -> tuple[Field, ...]:
    """The fields of a model as they come in a query, in headers or in a form.

    Raises:
        TypeError: a field is neither a scalar nor a list of them.
    """
    fields = []
    for key, annotation in named_fields(model):
        many = is_many(annotation)
        if not many and not is_scalar(annotation):
            raise TypeError(
                f"its field `{key}` is neither a scalar nor a list of scalars, so it cannot come "
                f"as a {source} field"
            )
        in_header = source == "header"
        alias = key.replace("_", "-") if in_header else key
        fields.append(Field(key, alias, many, has_commas=many and in_header))
    return tuple(fields)


def named_fields(model: Any) -> list[tuple[str, Any]]:
    """The names and annotations of a model's fields; of one with several names, under each.

    Raises:
        TypeError: the model has no fields that have names of their own.
    """
    model = by_name(split(model)[0])
    if hasattr(model, "model_fields"):
        if model.__pydantic_root_model__:
            raise TypeError(f"{model.__name__} is a RootModel, which has no fields")
        return [
            (alias, _marked(field))
            for name, field in model.model_fields.items()
            for alias in _aliases(name, field)
        ]
    info = msgspec.inspect.type_info(model)
    hints = hints_of(model)
    fields: tuple[msgspec.inspect.Field, ...] = getattr(info, "fields", ())
    closed = unsettable_of(model)
    return [
        (field.encode_name, hints.get(field.name, str))
        for field in fields
        if field.name not in closed
    ]


def _aliases(name: str, field: Any) -> list[str]:
    """The names that a field of Pydantic's has on the wire."""
    alias = field.validation_alias or field.alias or name
    # A path that leads into a value is none of texts.
    paths = [getattr(choice, "path", [choice]) for choice in getattr(alias, "choices", [alias])]
    found = [path[0] for path in paths if len(path) == 1]
    if not found:
        raise TypeError(f"its field `{name}` has an AliasPath, which leads into other values")
    return found


def _marked(field: Any) -> Any:
    """The annotation of a field of Pydantic's, with the markers that it keeps apart."""
    markers = [item for item in field.metadata if isinstance(item, Marker)]
    return Annotated[(field.annotation, *markers)] if markers else field.annotation


def words_of(annotation: Any) -> frozenset[str]:
    """The names that developers gave to models and fields in a type, and its choices."""
    return frozenset(_words(annotation, []))


def _words(annotation: Any, seen: list[Any]) -> Iterator[str]:
    plain = split(annotation)[0]
    if isinstance(plain, str):
        yield plain  # A choice of a Literal.
        return
    if plain is not annotation:
        if annotation in seen:
            return
        seen.append(annotation)  # An alias may have itself in it.
    for item in get_args(plain):
        yield from _words(item, seen)
    model = get_origin(plain) or plain
    if not is_model(model) or model in seen:
        return
    seen.append(model)
    yield model.__name__
    for name, hint in hints_of(model).items():
        yield name
        yield from _words(hint, seen)
    # Pydantic knows the types of its fields also where no other can look names up.
    for name, field in getattr(model, "model_fields", {}).items():
        yield name
        yield from _words(field.annotation, seen)
        aliases = field.validation_alias or field.alias
        for alias in getattr(aliases, "choices", (aliases,)):
            yield from (str(word) for word in getattr(alias, "path", (alias,)))
