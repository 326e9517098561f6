"""What a route answers, as OpenAPI's Responses Object.

Return annotations, `responses=` and the errors that docstrings name tell it. A status is only named
where the code names it; what is not known stands under "default".
"""

from __future__ import annotations

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

from ..binding.parameters import MISSING, Parameter
from ..http.response import Response as QuaffResponse
from ..typing import ResponseReturnValue, ResponseValue
from .handlers import Handler
from .paths import converter_schema
from .problems import Problem, ValidationProblem, is_problem
from .schemas import Schema, Schemas

__all__ = ["Responses"]

_STREAMS = {Iterator, Generator, Iterable, AsyncIterator, AsyncGenerator, AsyncIterable}
#: The keywords of a Response Object; a mapping with one of them is meant to be one.
_KEYWORDS = {"description", "content", "headers", "links", "$ref", "summary"}
#: What is answered where the code does not say it.
_UNKNOWN = {"description": "What the view answers."}
_PROBLEM = "application/problem+json"
#: The media types of response classes for all purposes.
_GENERAL = {Response.default_mimetype, QuaffResponse.default_mimetype}
#: Annotations that only say that it is a view.
_ANYTHING = (MISSING, ResponseReturnValue, ResponseValue)
_WITHOUT_CONTENT = {"204", "205", "304"}


class Responses:
    """Writes the responses of one application's routes.

    Args:
        schemas: the schemas of the document.
        text_type: the media type of text that a view returns.
        json_type: that of JSON.
    """

    def __init__(self, schemas: Schemas, text_type: str, json_type: str) -> None:
        self._schemas = schemas
        self._text_type = text_type
        self._json_type = json_type

    def of(self, handler: Handler) -> dict[str, Schema]:
        """The responses of a handler, by status."""
        declared = handler.documentation.get("responses", {})
        found = self._of_annotation(handler.returns)
        found.update({status: {"description": text} for status, text in handler.errors().items()})
        found.update(self._refusals(handler))
        for status, said in declared.items():
            name = str(status.value if isinstance(status, HTTPStatus) else status)
            found[name] = self._declared(name, said, found.get(name, {}))
        if found and "default" not in found and any(map(_is_narrow, handler.converters())):
            found.setdefault("404", {"description": "There is nothing at such a URL"})
        if not any(name.startswith(("1", "2", "3")) for name in found):
            found.setdefault("default", dict(_UNKNOWN))
        if handler.has_problems:
            for name, response in found.items():
                if name.startswith(("4", "5")) and not response.keys() & {"content", "$ref"}:
                    response["content"] = self._content(name, Problem)
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
        content = self._content(status, said)
        return {"description": text, **({"content": content} if content else {})}

    def _with_schemas(self, response: Mapping[str, Any]) -> Schema:
        """A Response Object in which types may stand for schemas."""
        content = {
            media_type: {**media, "schema": self._schemas.of(media["schema"]) or {}}
            if "schema" in media and not isinstance(media["schema"], Mapping)
            else media
            for media_type, media in response.get("content", {}).items()
        }
        return {**response, **({"content": content} if content else {})}

    # -- what binding answers ----------------------------------------------------------------

    def _refusals(self, handler: Handler) -> dict[str, Schema]:
        """The answers to requests that the view is not called for."""
        if not any(self._may_be_refused(handler, one) for one in handler.takes):
            return {}
        refused = self._schemas.of_any(ValidationProblem)
        found: dict[str, Schema] = {
            "422": {
                "description": "The request does not have the form that is asked for",
                "content": {_PROBLEM: {"schema": refused}},
            }
        }
        sources = {one.source for one in handler.takes}
        if "body" in sources:
            found["400"] = {"description": "The body is no JSON"}
        elif sources & {"form", "file"}:
            found["400"] = {"description": "The form is malformed"}
        if sources & {"body", "form", "file"}:
            found["413"] = {"description": "The body is too large"}
            found["415"] = {"description": "The body has a media type that is not taken"}
        return found

    def _may_be_refused(self, handler: Handler, parameter: Parameter) -> bool:
        if parameter.source in ("body", "form", "file") or parameter.whole:
            return True
        schema = self._schemas.of(parameter.type)
        if parameter.source == "path":
            taken = converter_schema(handler.rule._converters.get(parameter.alias))
            return schema not in (taken, {"type": taken["type"]})
        return parameter.required or schema != {"type": "string"}

    # -- annotated ---------------------------------------------------------------------------

    def _of_annotation(self, kind: Any) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for branch in () if kind in _ANYTHING else _branches(kind):
            status, returned = _status_and_content(branch)
            content = self._content(status, returned)
            if content is None:
                found.setdefault("default", dict(_UNKNOWN))
                continue
            response = found.setdefault(status, {"description": _phrase(status)})
            if content:
                response.setdefault("content", {}).update(content)
        return found

    def _content(self, status: str, kind: Any) -> Schema | None:
        """The Media Type Objects of what a view returns; None if the type does not say them."""
        bare = get_origin(kind) or kind
        if status in _WITHOUT_CONTENT:
            return {}
        if bare is str or (bare is Literal and all(isinstance(a, str) for a in get_args(kind))):
            return {self._text_type: {"schema": {"type": "string"}}}
        if bare is bytes or bare in _STREAMS:
            return {self._text_type: {"schema": {}}}
        if isinstance(bare, type) and issubclass(bare, Response):
            media_type = bare.default_mimetype
            # A class of responses with a type of its own has it for a reason.
            if media_type is None or media_type in _GENERAL:
                return None
            return {media_type: {"schema": {}}}
        schema = None if bare is Any else self._schemas.of(kind, "serialization")
        if schema is None:
            return None
        return {_PROBLEM if is_problem(kind) else self._json_type: {"schema": schema}}


def _is_narrow(converter: Any) -> bool:
    """Whether a converter refuses some texts, so that no rule matches."""
    return converter_schema(converter) != {"type": "string"}


def _branches(kind: Any) -> list[Any]:
    """The types of a union, of which those that become JSON stay together."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    branches = list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]
    branches = [branch for branch in branches if branch not in (None, NoneType)]
    plain = [branch for branch in branches if _is_json(branch)]
    others = [branch for branch in branches if not _is_json(branch)]
    return [*([reduce(or_, plain)] if plain else []), *others]


def _is_json(kind: Any) -> bool:
    bare = get_origin(kind) or kind
    if bare in (str, bytes, tuple, Any) or bare in _STREAMS:
        return False
    return not (isinstance(bare, type) and issubclass(bare, Response))


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
