"""Annotations: reading them off a function, and telling what kind of value each asks for."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Collection as AbstractCollection
from collections.abc import Sequence as AbstractSequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial, wraps
from inspect import isclass
from types import NoneType, SimpleNamespace
from typing import (
    Annotated,
    Any,
    Final,
    ForwardRef,
    Generic,
    Literal,
    NewType,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
)
from uuid import UUID

import msgspec
from werkzeug.datastructures import FileStorage

if sys.version_info >= (3, 14):
    from annotationlib import Format

__all__ = [
    "Unknown",
    "annotation_of",
    "attributes_of",
    "hints_of",
    "innermost",
    "is_body",
    "is_file",
    "is_files",
    "is_many",
    "is_model",
    "is_pydantic",
    "is_scalar",
    "leaves",
    "may_be_empty",
    "models_in",
    "parts_of",
    "remembered",
    "shown",
    "signature",
    "split",
    "unfilled_of",
    "union_members",
    "unsettable_of",
]

T = TypeVar("T")

SCALARS = (int, float, str, bool, Decimal, UUID, date, datetime, time, timedelta)
COLLECTIONS = (
    *(list, set, frozenset, tuple),
    *(AbstractSequence, AbstractSet, AbstractCollection),
)


class Unknown(NameError):
    """An annotation names what its module does not know."""


def remembered(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """A function of a type that is asked once for each type; anew for those without a hash."""
    known = lru_cache(maxsize=1024)(function)

    @wraps(function)
    def ask(annotation: Any) -> T:
        try:
            hash(annotation)
        except TypeError:
            return function(annotation)
        return known(annotation)

    return ask


def signature(function: Callable[..., Any]) -> inspect.Signature:
    """The innermost signature of a function; its annotations may still be texts."""
    if sys.version_info >= (3, 14):
        # Names that exist for type checkers only must not raise here.
        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def innermost(function: Any) -> Any:
    """The function that was written, without decorators, partials and binding to an object."""
    while True:
        if hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif isinstance(function, partial):
            function = function.func
        elif isinstance(function, types.MethodType):
            function = function.__func__
        else:
            return function


def annotation_of(function: Any, value: Any) -> Any:
    """An annotation of a function with every name in it looked up in the function's module.

    Raises:
        Unknown: a name is not defined there when the application runs.
        SyntaxError, TypeError, AttributeError: evaluating it failed.
    """
    function = innermost(function)
    if isclass(function):
        function = function.__init__
    elif not hasattr(function, "__globals__"):
        function = innermost(getattr(type(function), "__call__", function))  # noqa: B004 - a method
    names = getattr(function, "__globals__", {})
    closure = _closure(function)
    holder = SimpleNamespace(
        __annotations__={"it": value}, __type_params__=getattr(function, "__type_params__", ())
    )
    try:
        hints = typing.get_type_hints(holder, names, closure or None, include_extras=True)
    except NameError as error:
        raise Unknown(*error.args, name=error.name) from None
    return hints["it"]


def _closure(function: Any) -> dict[str, Any]:
    """The variables of the functions around it that the function itself uses."""
    cells = getattr(function, "__closure__", None) or ()
    found = {}
    for name, cell in zip(function.__code__.co_freevars if cells else (), cells, strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue  # Not assigned yet.
    return found


def split(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type, and what `Annotated` says of it; aliases and NewTypes are looked through."""
    metadata: tuple[Any, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            metadata = (*annotation.__metadata__, *metadata)
            annotation = annotation.__origin__
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        elif type(get_origin(annotation)).__name__ == "TypeAliasType":
            alias = get_origin(annotation)
            annotation = _with_variables(alias.__value__, _variables_of(annotation))
        else:
            return annotation, metadata


def _variables_of(generic: Any) -> dict[Any, Any]:
    """What the type variables of a class or an alias stand for, in a form such as `Page[int]`."""
    return dict(zip(getattr(get_origin(generic), "__parameters__", ()), get_args(generic)))  # noqa: B905 - a TypeVarTuple may be many


def _with_variables(hint: Any, variables: Mapping[Any, Any]) -> Any:
    """A type with other types in place of its type variables."""
    if isinstance(hint, TypeVar):
        return variables.get(hint, hint)
    if not _is_open(hint):
        return hint
    return hint[tuple(variables.get(one, one) for one in hint.__parameters__)]


def parts_of(plain: Any) -> tuple[Any, ...]:
    """What a type is made of; of a type variable, what it stands for where nothing else is said."""
    if isinstance(plain, TypeVar):
        return tuple(part for part in (plain.__bound__, *plain.__constraints__) if part)
    return get_args(plain)


def union_members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; the type itself if it is none."""
    plain = split(annotation)[0]
    if get_origin(plain) in (Union, types.UnionType):
        return get_args(plain)
    return (annotation,)


def leaves(annotation: Any) -> Iterator[Any]:
    """The members of a union, looked through, without None and what stands for no value."""
    for member in union_members(annotation):
        plain = split(member)[0]
        if plain is not member:
            yield from leaves(plain)
        elif plain is not NoneType and plain is not None and plain is not msgspec.UnsetType:
            yield plain


def is_scalar(annotation: Any) -> bool:
    """Whether one text can be the value: a scalar, or a union of them, also with None."""
    found = list(leaves(annotation))
    return bool(found) and all(
        get_origin(leaf) is Literal
        or (isclass(leaf) and (leaf in SCALARS or issubclass(leaf, Enum)))
        for leaf in found
    )


def may_be_empty(annotation: Any) -> bool:
    """Whether an empty text can be the value: of a text, or of a choice that has it."""
    for leaf in leaves(annotation):
        if leaf is str or leaf is Any:
            return True
        if get_origin(leaf) is Literal and "" in get_args(leaf):
            return True
        if isclass(leaf) and issubclass(leaf, Enum) and any(item.value == "" for item in leaf):
            return True
    return False


def is_many(annotation: Any) -> bool:
    """Whether several texts can be the value: a collection of scalars, also or None."""
    found = list(leaves(annotation))
    if len(found) != 1:
        return False
    origin = get_origin(found[0]) or found[0]
    items = [item for item in get_args(found[0]) if item is not Ellipsis]
    return origin in COLLECTIONS and all(is_scalar(item) for item in items)


def is_file(annotation: Any) -> bool:
    """Whether it is an uploaded file, also or None."""
    found = list(leaves(annotation))
    return len(found) == 1 and isclass(found[0]) and issubclass(found[0], FileStorage)


def is_files(annotation: Any) -> bool:
    """Whether it is a collection of uploaded files, also or None."""
    found = list(leaves(annotation))
    if len(found) != 1:
        return False
    items = [item for item in get_args(found[0]) if item is not Ellipsis]
    return get_origin(found[0]) in COLLECTIONS and len(items) == 1 and is_file(items[0])


def attributes_of(model: Any) -> tuple[Any, ...]:
    """What a dataclass or a class of attrs says of its fields; nothing for other classes."""
    if hasattr(model, "__dataclass_fields__"):
        return fields(model)
    return getattr(model, "__attrs_attrs__", ())


def unsettable_of(model: Any) -> tuple[str, ...]:
    """The fields of a dataclass or of attrs that its `__init__` does not take."""
    return tuple(field.name for field in attributes_of(model) if not field.init)


def unfilled_of(model: Any) -> tuple[str, ...]:
    """Those of them that have no default either, so that msgspec asks clients for them."""
    closed = unsettable_of(model)
    if not closed:
        return ()
    info: Any = msgspec.inspect.type_info(model)
    return tuple(field.name for field in info.fields if field.required and field.name in closed)


def is_model(annotation: Any) -> bool:
    """Whether it is a class with named fields: a dataclass, TypedDict, NamedTuple and so on."""
    plain = split(annotation)[0]
    cls = get_origin(plain) or plain
    return isclass(cls) and (
        is_dataclass(cls)
        or issubclass(cls, msgspec.Struct)
        or typing.is_typeddict(cls)
        or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
        or hasattr(cls, "__attrs_attrs__")
        or hasattr(cls, "__pydantic_validator__")
    )


def models_in(annotation: Any) -> list[Any]:
    """The models that a type has in it, and those that they have, each once.

    Raises:
        RecursionError: the type contains itself by an alias.
    """
    found: list[Any] = []
    _gather(annotation, found)
    return found


def _gather(annotation: Any, found: list[Any]) -> None:
    plain = split(annotation)[0]
    for item in parts_of(plain):
        _gather(item, found)
    model = get_origin(plain) or plain
    if is_model(model) and model not in found:
        found.append(model)
        for hint in hints_of(model).values():
            _gather(hint, found)


def is_body(annotation: Any) -> bool:
    """Whether it is a model, or a union, collection or dict that has models in it."""
    for leaf in leaves(annotation):
        if is_model(leaf):
            continue
        origin = get_origin(leaf)
        if isclass(origin) and issubclass(origin, Mapping):
            continue
        if leaf is dict:
            continue
        items = [item for item in get_args(leaf) if item is not Ellipsis]
        if origin not in COLLECTIONS or not any(is_body(item) for item in items):
            return False
    return True


def is_pydantic(annotation: Any, within: tuple[Any, ...] = ()) -> bool:
    """Whether Pydantic must validate it, as it has one of Pydantic's models in it."""
    if annotation in within:
        return False  # An alias that has itself in it.
    plain, metadata = split(annotation)
    del metadata
    if hasattr(plain, "__pydantic_validator__"):
        return True
    if plain is not annotation:
        within = (*within, annotation)
    return any(
        is_pydantic(item, within) for item in get_args(plain) if not isinstance(item, ForwardRef)
    )


def hints_of(model: Any) -> dict[str, Any]:
    """The annotations of a model's fields; empty if they cannot be evaluated."""
    cls = get_origin(model) or model
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception:
        return {}
    hints = {name: _without_qualifier(hint) for name, hint in hints.items()}
    if any(isinstance(hint, TypeVar) or _is_open(hint) for hint in hints.values()):
        variables = _variables_of_fields(model)
        hints = {
            name: _with_variables(hint, variables.get(name, {})) for name, hint in hints.items()
        }
    return hints


def _is_open(hint: Any) -> bool:
    """Whether a type has type variables in it."""
    return get_origin(hint) is not None and bool(getattr(hint, "__parameters__", ()))


def _variables_of_fields(model: Any) -> dict[str, dict[Any, Any]]:
    """What type variables stand for in each field: bases may have the same ones for other types."""
    cls = get_origin(model) or model
    own = _variables_of(model)
    found: dict[str, dict[Any, Any]] = {}
    inherited: dict[str, Any] = {}
    for base in reversed(cls.__dict__.get("__orig_bases__", cls.__bases__)):
        base_cls = get_origin(base) or base
        if isclass(base_cls) and base_cls not in (object, Generic):
            found |= _variables_of_fields(_with_variables(base, own))
            inherited |= getattr(base_cls, "__annotations__", {})
    for name, annotation in inspect.get_annotations(cls).items():
        # A TypedDict lists the fields of its bases as its own.
        if name not in found or inherited.get(name) is not annotation:
            found[name] = own
    return found


def _without_qualifier(hint: Any) -> Any:
    """The type of a field, without what is said of the field itself."""
    while get_origin(hint) in (Required, NotRequired, Final):
        (hint,) = get_args(hint)
    return hint


def shown(annotation: Any) -> str:
    """A type as developers write it."""
    plain = split(annotation)[0]
    name = getattr(plain, "__qualname__", None) if get_origin(plain) is None else None
    return name or str(plain).replace("typing.", "")
