"""Constraints: what markers, `Meta` and `annotated_types` ask, as msgspec understands it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from functools import reduce
from inspect import isclass
from operator import or_
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from .annotations import COLLECTIONS, is_model, split
from .markers import Marker

__all__ = ["Unfit", "constrained", "foreign_part"]

NUMBERS = frozenset({"ge", "gt", "le", "lt", "multiple_of"})
LENGTHS = frozenset({"min_length", "max_length"})
ALL = (*sorted(NUMBERS), *sorted(LENGTHS), "pattern")


class Unfit(TypeError):
    """A constraint that its type does not have."""


def constrained(annotation: Any) -> Any:
    """The type with all constraints in it as `msgspec.Meta`, each at the type it fits.

    Raises:
        Unfit: none of the types can have the constraint.
    """
    plain, metadata = split(annotation)
    wanted = _wanted(metadata)
    kept = [item for item in metadata if isinstance(item, msgspec.Meta)]
    if not is_model(plain):
        plain = _with_constrained_items(plain)
    if not wanted:
        return Annotated[(plain, *kept)] if kept else plain
    members = get_args(plain) if get_origin(plain) in (Union, types.UnionType) else (plain,)
    found = [_apply(member, wanted) for member in members]
    missing = wanted.keys() - {name for _, names in found for name in names}
    if missing:
        raise Unfit(
            f"`{min(missing)}` cannot be asked of {_named(plain)}. Check it in the view, and "
            "abort(422) there."
        )
    described = [item for item in kept if _description(item)]
    joined = reduce(or_, (member for member, _ in found))
    return Annotated[(joined, *map(_description, described))] if described else joined


def _wanted(metadata: Iterable[Any]) -> dict[str, Any]:
    """The constraints, by name."""
    wanted: dict[str, Any] = {}
    for item in metadata:
        module = type(item).__module__
        if isinstance(item, Marker | msgspec.Meta):
            pass
        elif module != "annotated_types":
            continue
        elif not any(hasattr(item, name) for name in ALL):
            raise Unfit(f"{item!r} is not understood. Check it in the view.")
        for name in ALL:
            value = getattr(item, name, None)
            if value is not None and not (name == "min_length" and value == 0):
                wanted[name] = value
    return wanted


def _description(meta: msgspec.Meta) -> msgspec.Meta | None:
    """What a Meta says besides constraints."""
    names = ("title", "description", "examples", "extra_json_schema", "extra", "tz")
    given = {name: value for name in names if (value := getattr(meta, name)) is not None}
    return msgspec.Meta(**given) if given else None


def _with_constrained_items(plain: Any) -> Any:
    """The members of a union and the items of a collection, with their constraints."""
    origin, items = get_origin(plain), get_args(plain)
    if origin in (Union, types.UnionType):
        return reduce(or_, (constrained(item) for item in items))
    if isclass(origin) and items and (origin in COLLECTIONS or issubclass(origin, Mapping)):
        generic: Any = origin
        return generic[tuple(item if item is Ellipsis else constrained(item) for item in items)]
    return plain


def _apply(member: Any, wanted: Mapping[str, Any]) -> tuple[Any, frozenset[str]]:
    """A member of a union with the constraints that it can have, and their names."""
    plain = split(member)[0]
    names: frozenset[str] = frozenset()
    if plain in (int, float):
        names = NUMBERS
    elif plain is str:
        names = LENGTHS | {"pattern"}
    elif plain is bytes or (get_origin(plain) or plain) in (*COLLECTIONS, dict):
        names = LENGTHS
    fit = {name: value for name, value in wanted.items() if name in names}
    return (Annotated[member, msgspec.Meta(**fit)] if fit else member), frozenset(fit)


def foreign_part(annotation: Any) -> Any:
    """A class in a type that msgspec knows nothing of and that every value must have; or None."""
    seen: set[int] = set()
    left: list[Any] = [msgspec.inspect.type_info(annotation)]
    while left:
        part = left.pop()
        if isinstance(part, msgspec.inspect.CustomType):
            return part.cls
        if isinstance(part, tuple):
            left.extend(part)
        elif isinstance(part, msgspec.inspect.Field):
            if part.required:
                left.append(part.type)
        elif isinstance(part, msgspec.inspect.Type) and id(part) not in seen:
            seen.add(id(part))
            left.extend(getattr(part, name) for name in part.__struct_fields__ if name != "cls")
    return None


def _named(plain: Any) -> str:
    return plain.__name__ if isclass(plain) else str(plain).replace("typing.", "")
