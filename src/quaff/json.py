"""JSON by the rules of the application at work; outside of one, by the standard library's."""

from __future__ import annotations

import json as standard
from typing import IO, TYPE_CHECKING, Any

from .context import current, needed
from .providers import DefaultJSONProvider, FastJSONProvider, JSONProvider, default_for_json

if TYPE_CHECKING:
    from .http.response import Response

__all__ = [
    "DefaultJSONProvider",
    "FastJSONProvider",
    "JSONProvider",
    "dump",
    "dumps",
    "jsonify",
    "load",
    "loads",
]


def dumps(obj: Any, **kwargs: Any) -> str:
    """An object as JSON text; the arguments are those of the provider's `dumps`."""
    context = current.get(None)
    if context is not None:
        return context.app.json.dumps(obj, **kwargs)
    kwargs.setdefault("default", default_for_json)
    return standard.dumps(obj, **kwargs)


def dump(obj: Any, fp: IO[str], **kwargs: Any) -> None:
    """Write an object as JSON to a text file."""
    context = current.get(None)
    if context is not None:
        context.app.json.dump(obj, fp, **kwargs)
    else:
        kwargs.setdefault("default", default_for_json)
        standard.dump(obj, fp, **kwargs)


def loads(s: str | bytes, **kwargs: Any) -> Any:
    """The object that JSON text or bytes stand for.

    Raises:
        ValueError: it is not JSON.
    """
    context = current.get(None)
    return standard.loads(s, **kwargs) if context is None else context.app.json.loads(s, **kwargs)


def load(fp: IO[Any], **kwargs: Any) -> Any:
    """The object that the JSON of a file stands for.

    Raises:
        ValueError: it is not JSON.
    """
    context = current.get(None)
    return standard.load(fp, **kwargs) if context is None else context.app.json.load(fp, **kwargs)


def jsonify(*args: Any, **kwargs: Any) -> Response:
    """A response with JSON: of one argument, a list of several, or a dict of named ones.

    Raises:
        TypeError: both positional and named arguments were given.
    """
    return needed().app.json.response(*args, **kwargs)
