"""Completion: instances that msgspec made without `__init__`, as `__init__` would have made them.

It leaves alone what the class has an attribute for, which is every plain default of a dataclass.
Such an instance reads well, but `vars()` and JSON lack the field.

SECURITY: it takes from a client also the fields that `__init__` does not (`init=False`), such as
the role of a new user, and numbers that are none; see `finite`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, NamedTuple, TypeVar, get_args

from .annotations import attributes_of, hints_of, is_model, models_in, split, unsettable_of
from .finite import NUMBERS_OF_JSON, check, finite, has_any

__all__ = ["completer_of"]


class _Class(NamedTuple):
    """What is done to the instances of a model."""

    names: tuple[str, ...]
    """The fields that an instance must have of its own; none if it has them anyway."""

    own: frozenset[str]
    """The same, to compare with."""

    inner: tuple[str, ...]
    """The fields that may have models or numbers in them."""

    arguments: dict[str, str]
    """What `__init__` takes, by field, if there are fields that it does not take."""

    unsettable: tuple[str, ...]
    """The fields that it does not take."""


def completer_of(
    annotation: Any, numbers: frozenset[type] = NUMBERS_OF_JSON
) -> Callable[[Any], Any] | None:
    """What gives a value of a type with every instance in it complete; None if all are.

    It raises msgspec.ValidationError if a number is not finite.

    Args:
        annotation: the type.
        numbers: the types of numbers that may not be finite.
    """
    classes = {model: _class_of(model, numbers) for model in models_in(annotation)}
    hints = [annotation, *(hint for model in classes for hint in hints_of(model).values())]
    has_keys = any(has_any(hint, frozenset()) for hint in hints)
    if not (
        has_keys
        or any(known.names or known.unsettable for known in classes.values())
        or any(has_any(hint, numbers) for hint in hints)
    ):
        return None

    def complete(value: Any) -> Any:
        # NOTE: a loop, since values may be nested deeper than functions may.
        left = [value]
        while left:
            one = left.pop()
            kind = type(one)
            known = classes.get(kind)
            if known is not None:
                if known.unsettable:
                    _reset(one, known)
                if known.names and not one.__dict__.keys() >= known.own:
                    attributes = one.__dict__
                    # In the order of the fields, which JSON has too.
                    whole = {name: getattr(one, name) for name in known.names} | attributes
                    attributes.clear()
                    attributes.update(whole)
                left += [getattr(one, name) for name in known.inner]
            elif kind is dict:
                left += one.values()
                if has_keys:
                    finite(one)
            elif kind in (list, tuple, set, frozenset):
                left += one
            elif kind in numbers:
                check(one)
        return value

    return complete


def _reset(one: Any, known: _Class) -> None:
    """Give an instance the values of a new one where `__init__` would have taken none."""
    given = {argument: getattr(one, name) for name, argument in known.arguments.items()}
    new = type(one)(**given)
    for name in known.unsettable:
        # Also of a frozen class.
        object.__setattr__(one, name, getattr(new, name))


def _class_of(model: Any, numbers: frozenset[type]) -> _Class:
    names = _own_names(model)
    inner = tuple(
        name for name, hint in hints_of(model).items() if _has_model(hint) or has_any(hint, numbers)
    )
    unsettable = unsettable_of(model)
    arguments = _arguments_of(model) if unsettable else {}
    return _Class(names, frozenset(names), inner, arguments, unsettable)


def _has_model(annotation: Any) -> bool:
    plain = split(annotation)[0]
    if isinstance(plain, TypeVar) or is_model(plain):
        return True
    return any(_has_model(item) for item in get_args(plain))


def _arguments_of(model: Any) -> dict[str, str]:
    """What the `__init__` of a dataclass or of attrs takes, by field."""
    # The fields of attrs may have other names there.
    taken = (field for field in attributes_of(model) if field.init)
    return {field.name: getattr(field, "alias", field.name) for field in taken}


def _own_names(model: Any) -> tuple[str, ...]:
    """The fields of a dataclass, if its class has an attribute for one."""
    if not hasattr(model, "__dataclass_fields__") or not model.__dictoffset__:
        return ()
    found = fields(model)
    if all(field.default is MISSING for field in found):
        return ()
    slots = {name for base in model.__mro__ for name in getattr(base, "__slots__", ())}
    return tuple(
        field.name
        for field in found
        if field.name not in slots and (field.init or field.default is not MISSING)
    )
