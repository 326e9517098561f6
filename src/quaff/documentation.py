"""What a developer says of a route beyond its code, for documents such as OpenAPI's.

It is only carried from here to there: a route's options, or `describe` on the view. Nothing of it
matters to requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack, cast

__all__ = ["Documentation", "describe", "take_documentation"]

F = TypeVar("F", bound=Callable[..., Any])


class Documentation(TypedDict, total=False):
    """The options of a route that document it; see `quaff.openapi`."""

    #: A title in a few words; the docstring's first paragraph if not given.
    summary: str
    #: What it does, in CommonMark; the docstring's other paragraphs if not given.
    description: str
    #: The groups it is listed in; the blueprint's name if not given.
    tags: Sequence[str]
    #: Status, or "4XX", or "default" -> a type, a sentence, None, or an OpenAPI Response Object.
    responses: Mapping[int | str, Any]
    #: The type of messages that a WebSocket receives, for AsyncAPI; None for none.
    receives: Any
    #: The type of messages that a WebSocket or a stream of events sends; None for none.
    sends: Any
    deprecated: bool
    #: Names of security schemes, of which a client needs one; an empty list for none.
    security: Sequence[str | Mapping[str, Sequence[str]]]
    #: A unique name, from which clients are generated; made of the endpoint if not given.
    operation_id: str
    #: False leaves the route out; a mapping is put over the OpenAPI Operation Object.
    openapi: bool | Mapping[str, Any]


_OPTIONS = tuple(Documentation.__annotations__)


def take_documentation(options: dict[str, Any]) -> Documentation:
    """The options of `options` that document the route; they are removed from it."""
    return cast("Documentation", {name: options.pop(name) for name in _OPTIONS if name in options})


def describe(**documentation: Unpack[Documentation]) -> Callable[[F], F]:
    """A decorator that documents a view, a method of a MethodView, or a dependency.

    What a dependency says of `responses` and `security` holds for every route that depends on it.
    Decorators that use `functools.wraps` pass it on. Options of the route come before it.

    Args:
        documentation: see Documentation.
    """

    def decorator(function: F) -> F:
        known = getattr(function, "__openapi__", {})
        function.__openapi__ = {**known, **documentation}  # type: ignore[attr-defined]
        return function

    return decorator
