"""What a route answers, as OpenAPI's Responses Object: from `responses=` and return annotations.

A status is only named where the code names it. What is not known stands under "default".
"""

from __future__ import annotations

import typing
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from functools import reduce
from http import HTTPStatus
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from werkzeug.wrappers import Response

from .handlers import Handler
from .schemas import Schema, Schemas

__all__ = ["Responses"]

_STREAMS = {Iterator, Generator, Iterable, AsyncIterator, AsyncGenerator, AsyncIterable}
#: The keywords of a Response Object; a mapping with one of them is meant to be one.
_KEYWORDS = {"description", "content", "headers", "links", "$ref", "summary"}
_WITHOUT_CONTENT = {"204", "205", "304"}


class Responses:
    """Writes the responses of one application's routes.

    Args:
        schemas: the schemas of the document.
        text_type: the media type of text that a view returns.
    """

    def __init__(self, schemas: Schemas, text_type: str) -> None:
        self._schemas = schemas
        self._text_type = text_type

    def of(self, handler: Handler) -> dict[str, Schema]:
        """The responses of a handler, by status."""
        declared = handler.documentation.get("responses", {})
        found = self._of_annotation(_returned(handler.function))
        for status, said in declared.items():
            name = str(status.value if isinstance(status, HTTPStatus) else status)
            found[name] = self._declared(name, said, found.get(name, {}))
        if not any(name.startswith(("1", "2", "3")) for name in found):
            found.setdefault("default", {"description": "What the view answers."})
        return dict(sorted(found.items()))

    # -- declared ----------------------------------------------------------------------------

    def _declared(self, status: str, said: Any, annotated: Schema) -> Schema:
        text = _phrase(status)
        if isinstance(said, tuple):
            said, text = said
        if said is None or isinstance(said, str):
            return {**annotated, "description": said or text}
        if isinstance(said, Mapping) and _KEYWORDS & set(said):
            return {"description": text, **annotated, **self._with_schemas(said)}
        return {"description": text, **self._content(status, said)}

    def _with_schemas(self, response: Mapping[str, Any]) -> Schema:
        """A Response Object in which types may stand for schemas."""
        content = {
            media_type: {**media, "schema": self._schemas.of(media["schema"]) or {}}
            if "schema" in media and not isinstance(media["schema"], Mapping)
            else media
            for media_type, media in response.get("content", {}).items()
        }
        return {**response, **({"content": content} if content else {})}

    # -- annotated ---------------------------------------------------------------------------

    def _of_annotation(self, kind: Any) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        by_status: dict[str, list[Any]] = {}
        for branch in _branches(kind):
            status, content = _status_and_content(branch)
            by_status.setdefault(status, []).append(content)
        for status, kinds in by_status.items():
            written: Schema = {"description": _phrase(status)}
            for one in kinds:
                content = self._content(status, one).get("content", {})
                written.setdefault("content", {}).update(content) if content else None
            found[status] = written
        return found

    def _content(self, status: str, kind: Any) -> Schema:
        if status in _WITHOUT_CONTENT or kind is None:
            return {}
        bare = get_origin(kind) or kind
        if bare is str or (bare is Literal and all(isinstance(a, str) for a in get_args(kind))):
            return {"content": {self._text_type: {"schema": {"type": "string"}}}}
        if bare is bytes or bare in _STREAMS:
            return {"content": {self._text_type: {"schema": {}}}}
        schema = self._schemas.of(kind)
        return {} if schema is None else {"content": {"application/json": {"schema": schema}}}


def _returned(function: Any) -> Any:
    try:
        return typing.get_type_hints(function, include_extras=True).get("return")
    except (NameError, TypeError, AttributeError):
        # A name that exists for type checkers only.
        return None


def _branches(kind: Any) -> list[Any]:
    """The types of a union that say something about the response.

    Types of the same status and medium stay together.
    """
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    branches = list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]
    if any(branch in (None, NoneType, Any) or _is_response(branch) for branch in branches):
        branches = [b for b in branches if b not in (None, NoneType, Any) and not _is_response(b)]
    plain = [branch for branch in branches if _is_json(branch)]
    others = [branch for branch in branches if not _is_json(branch)]
    return [*([_union(plain)] if plain else []), *others]


def _union(kinds: list[Any]) -> Any:
    return reduce(or_, kinds[1:], kinds[0])


def _is_json(kind: Any) -> bool:
    bare = get_origin(kind) or kind
    return bare not in (str, bytes, tuple) and bare not in _STREAMS


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Response)


def _status_and_content(kind: Any) -> tuple[str, Any]:
    """The status of what a view returns, and the type of the rest."""
    if get_origin(kind) is not tuple or not get_args(kind):
        return "200", kind
    content, *others = get_args(kind)
    for other in others:
        if get_origin(other) is Literal and isinstance(get_args(other)[0], int):
            return str(get_args(other)[0]), content
        if other is int:
            return "2XX", content
    return "200", content


def _phrase(status: str) -> str:
    if status.isdecimal() and int(status) in set(HTTPStatus):
        return HTTPStatus(int(status)).phrase
    known = {"1": "Information", "2": "Success", "3": "Redirection", "4": "Error of the request"}
    return known.get(status[:1], "Error of the server" if status[:1] == "5" else "Any other answer")
