"""Names in the document: of operations and of schemas. Clients are generated from both."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

from .handlers import Handler

__all__ = ["Definition", "camel", "class_names", "names_with", "operation_ids", "settle_names"]

_OTHER = re.compile(r"[^A-Za-z0-9_]+")


def operation_ids(handlers: Iterable[Handler]) -> list[str]:
    """A unique name for each handler.

    It is the endpoint, with the method behind it if the endpoint answers several. Further rules of
    the endpoint add their variables: `users`, `users_by_id`.
    """
    handlers = list(handlers)
    methods: defaultdict[str, set[str]] = defaultdict(set)
    for handler in handlers:
        methods[handler.rule.endpoint].add(handler.method)
    taken: set[str] = set()
    found = []
    for handler in handlers:
        endpoint = handler.rule.endpoint
        name = handler.documentation.get("operation_id") or _OTHER.sub("_", endpoint).strip("_")
        if len(methods[endpoint]) > 1:
            name = f"{name}_{handler.method.lower()}"
        found.append(_free(name, handler.variables, taken))
        taken.add(found[-1])
    return found


def _free(name: str, variables: Sequence[str], taken: set[str]) -> str:
    if name in taken and variables:
        name = f"{name}_by_{'_and_'.join(variables)}"
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


class Definition:
    """A schema that has a name, and stands wherever the document refers to it.

    Args:
        candidates: the names it may get, the shortest first.
    """

    def __init__(self, candidates: Sequence[str]) -> None:
        self.candidates = candidates
        self.name = candidates[0]
        self.schema: dict[str, Any] = {}

    @property
    def reference(self) -> str:
        """Where the document has the schema, once all names are settled."""
        return f"#/components/schemas/{self.name}"


def settle_names(definitions: Sequence[Definition]) -> None:
    """Give each definition the shortest of its names that is no other's."""
    longest = max((len(definition.candidates) for definition in definitions), default=0)
    for length in range(1, longest):
        users: defaultdict[str, list[Definition]] = defaultdict(list)
        for definition in definitions:
            users[definition.name].append(definition)
        for same in users.values():
            for definition in same if len(same) > 1 else ():
                definition.name = definition.candidates[min(length, len(definition.candidates) - 1)]
    taken: set[str] = set()
    for definition in definitions:
        definition.name = _free(definition.name, (), taken)
        taken.add(definition.name)


def class_names(kind: Any) -> list[str]:
    """The names a class may get, the shortest first: its own, with its class's, its module's.

    Args:
        kind: the class, or a generic one with its arguments, `Page[User]`.
    """
    origin = get_origin(kind) or kind
    parts = [*origin.__module__.split("."), *origin.__qualname__.split(".")[:-1]]
    return names_with([part for part in parts if part != "<locals>"], _type_name(kind))


def names_with(parts: Sequence[str], name: str) -> list[str]:
    """A name, and with more and more of the parts before it: `User`, `ModelsUser`."""
    words = [camel(part) for part in parts]
    return ["".join([*words[len(words) - taken :], name]) for taken in range(len(words) + 1)]


def _type_name(kind: Any) -> str:
    """A readable name without punctuation: `Page[list[User]]` is PageListUser."""
    origin = get_origin(kind)
    own: str = _OTHER.sub("", getattr(origin or kind, "__name__", None) or camel(str(kind)))
    if origin is None:
        return own
    return own + "".join(_argument_name(argument) for argument in get_args(kind))


def _argument_name(argument: Any) -> str:
    name = _type_name(argument)
    return f"{name[:1].upper()}{name[1:]}"


def camel(text: str) -> str:
    """Words of a text as one: `page of users` is PageOfUsers."""
    words = (word for word in re.split(r"[^A-Za-z0-9]+", text) if word)
    return "".join(f"{word[:1].upper()}{word[1:]}" for word in words)
