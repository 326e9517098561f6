"""Failures: all that is wrong with a request, found once something is.

The generated `bind` stops at the first value that does not fit. This module then reads every
parameter on its own, plainly and slowly, so that the client learns of all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec
from werkzeug.exceptions import BadRequest, BadRequestKeyError, HTTPException

from .annotations import (
    COLLECTIONS,
    hints_of,
    is_many,
    is_model,
    is_pydantic,
    remembered,
    split,
    union_members,
)
from .conversion import builder_of, by_name, decoder_of, fields_of, words_of
from .errors import FileTooLarge, Problem, UnsupportedFile, ValidationError
from .finite import finite
from .forms import ABSENT, FilePart, JsonPart, PartRefused, add_parts, form_of_model, skips_empty
from .malformed import NoJson, malformed
from .messages import REQUIRED, TOO_DEEP, Place, problem_of, pydantic_message
from .parameters import Parameter
from .places import body_of, form_of, gathered, listed, lists_of, query_of

if TYPE_CHECKING:
    from ..http.request import Request

__all__ = ["refuse"]

#: SECURITY: what is looked at again in search of more problems; beyond, the first one is told.
MAX_DEPTH = 16
MAX_SIZE = 256 * 1024
MAX_PROBLEMS = 100

#: SECURITY: of Pydantic's problems none is told before all are listed, which takes memory and time.
MAX_LISTED = 1_000

#: What Pydantic calls no JSON, though it is.
LIMITS = {"recursion limit": TOO_DEEP, "number out of range": "Number out of range"}

#: What is raised if all problems ask for the same status.
KINDS = {413: FileTooLarge, 415: UnsupportedFile}


def refuse(
    error: Exception, request: Request, values: dict[str, Any], parameters: tuple[Parameter, ...]
) -> None:
    """Raise what is wrong with the request; return if nothing is, so that `error` is a fault.

    Raises:
        ValidationError: values are missing or do not fit (422).
        FileTooLarge: nothing else is wrong (413).
        UnsupportedFile: nothing else is wrong (415).
        BadRequest: the body is no JSON (400).
    """
    if isinstance(error, HTTPException) and not isinstance(error, BadRequestKeyError):
        return
    problems: list[Any] = _first(
        problem for parameter in parameters for problem in _problems(parameter, request, values)
    )
    if problems:
        statuses = {problem.pop("status", 422) for problem in problems}
        kind = KINDS.get(statuses.pop(), ValidationError) if len(statuses) == 1 else ValidationError
        raise kind(problems) from None


def _first(problems: Iterator[Problem]) -> list[Problem]:
    """As many problems as are told. SECURITY: the others are not even looked for."""
    return list(islice(problems, MAX_PROBLEMS))


def _problems(parameter: Parameter, request: Request, values: dict[str, Any]) -> Iterator[Problem]:
    if parameter.source == "body":
        yield from _body_problems(parameter, request)
        return
    if parameter.source == "file":
        form_of(request)
        part = FilePart.of(parameter)
        try:
            part.read(request, ABSENT if parameter.required else None)
        except PartRefused as error:
            yield from _refused_part(part, request, error)
        return
    if parameter.whole and parameter.source == "form":
        yield from _form_problems(parameter, request)
        return
    loc: Place = [parameter.source, parameter.alias]
    getlist = _getlist(parameter.source, request, values)
    if parameter.whole:
        fields = fields_of(parameter.type, parameter.source)
        found = gathered(getlist, fields)
        if found or parameter.required:
            aliases = {field.key: field.alias for field in fields}
            for problem in _model_problems(
                found, by_name(parameter.type), [parameter.source], strict=False
            ):
                loc = problem["loc"]
                if len(loc) > 1:
                    loc[1] = aliases.get(str(loc[1]), loc[1])
                yield problem
        return
    texts = getlist(parameter.alias)
    if parameter.source == "header" and is_many(parameter.type):
        texts = listed(texts)
    if parameter.source == "form" and skips_empty(parameter.type) and not any(texts[:1]):
        texts = []
    if not texts:
        if parameter.required:
            yield {"loc": loc, "msg": REQUIRED}
    else:
        value = texts if is_many(parameter.type) else texts[0]
        yield from _value_problems(value, parameter.type, loc, strict=False)


def _getlist(source: str, request: Request, values: dict[str, Any]) -> Any:
    """What gives the values of a name in a place, as a list."""
    if source == "path":
        return lambda name: [values[name]] if name in values else []
    if source == "query":
        return lists_of(query_of(request)).getlist
    if source == "header":
        return request.headers.getlist
    if source == "cookie":
        return request.cookies.getlist
    return form_of(request).getlist


# -- bodies --------------------------------------------------------------------------------------


def _body_problems(parameter: Parameter, request: Request) -> Iterator[Problem]:
    data = body_of(request)
    if not data:
        if parameter.required:
            yield {"loc": ["body"], "msg": REQUIRED}
        return
    try:
        yield from _json_problems(data, parameter.type, ["body"])
    except NoJson as error:
        raise BadRequest(f"The body {error}.") from None
    except RecursionError:
        yield {"loc": ["body"], "msg": TOO_DEEP}


def _json_problems(data: bytes, annotation: Any, loc: Place) -> Iterator[Problem]:
    """The problems of a JSON text.

    Raises:
        NoJson: it is none.
        RecursionError: it is nested too deep.
    """
    try:
        decoder_of(annotation)(data)
    except (msgspec.ValidationError, TypeError) as error:
        problem = problem_of(error, loc, annotation, strict=True)
        yield from _decoded_problems(data, annotation, loc, problem)
    except msgspec.DecodeError as error:
        raise malformed(data, str(error)) from None
    except UnicodeDecodeError:
        raise malformed(data, "") from None
    except ValueError as error:
        if not hasattr(error, "errors"):
            raise
        yield from _pydantic_problems(error, annotation, loc)


def _decoded_problems(
    data: bytes, annotation: Any, loc: Place, first: Problem
) -> Iterator[Problem]:
    """The problems of a JSON text that is valid JSON, as far as it was read to the first."""
    if len(data) <= MAX_SIZE:
        try:
            value = decoder_of(Any)(data)
        except msgspec.ValidationError:
            problems = []  # A number is too large, wherever it stands.
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            # Its end was never reached before.
            raise malformed(data, str(broken)) from None
        else:
            problems = _first(_value_problems(value, annotation, loc, strict=True))
        if problems:
            yield from problems
            return
    yield first


def _pydantic_problems(error: Any, annotation: Any, loc: Place) -> Iterator[Problem]:
    if error.error_count() > MAX_LISTED:
        yield {"loc": loc, "msg": f"More than {MAX_LISTED} problems"}
        return
    # SECURITY: without the input, which Pydantic would quote, and without the client's own keys.
    known = words_of(annotation)
    found = error.errors(include_url=False, include_input=False)
    for item in found:
        if item["type"] == "json_invalid" and not item["loc"]:
            limit = next((LIMITS[text] for text in LIMITS if text in item["msg"]), None)
            if limit is not None:
                yield {"loc": loc, "msg": limit}
                return
            place = re.search(r"line (\d+) column (\d+)", item["msg"])
            where = f": line {place[1]}, column {int(place[2]) or 1}" if place else ""
            raise NoJson(f"is not valid JSON{where}") from None
        way = (part if type(part) is int or part in known else "*" for part in item["loc"])
        yield {"loc": [*loc, *way], "msg": pydantic_message(item)}


# -- forms ---------------------------------------------------------------------------------------


def _form_problems(parameter: Parameter, request: Request) -> Iterator[Problem]:
    """The problems of a model that is a whole form."""
    fields, parts = form_of_model(parameter.type)
    found = gathered(form_of(request).getlist, fields)
    refused: list[Place] = []
    for part in parts:
        try:
            add_parts(found, request, (part,))
        except HTTPException:
            raise
        except Exception as error:
            refused.append(["form", part.alias])
            yield from _refused_part(part, request, error)
    if found or refused or parameter.required:
        for problem in _model_problems(found, by_name(parameter.type), ["form"], strict=False):
            if problem["loc"] not in refused:
                yield problem


def _refused_part(
    part: FilePart | JsonPart, request: Request, error: Exception
) -> Iterator[Problem]:
    """The problems of a file, or of a text that is JSON."""
    if isinstance(error, PartRefused):
        yield from error.problems
        return
    if isinstance(part, FilePart):
        raise error
    loc: Place = ["form", part.alias]
    try:
        yield from _json_problems(part.data(request) or b"", part.wanted, loc)
    except NoJson as broken:
        yield {"loc": loc, "msg": f"The text {broken}"}
    except RecursionError:
        yield {"loc": loc, "msg": TOO_DEEP}


# -- values --------------------------------------------------------------------------------------


def _value_problems(
    value: Any, annotation: Any, loc: Place, *, strict: bool, depth: int = 0
) -> Iterator[Problem]:
    """What is wrong with a value, in its parts where they can be looked at one by one."""
    try:
        finite(msgspec.convert(value, annotation, strict=strict, str_keys=strict))
        return
    except (msgspec.ValidationError, RecursionError, TypeError) as error:
        problem = problem_of(error, loc, annotation, strict=strict)
    parts: list[Problem] = []
    if depth < MAX_DEPTH:
        parts = _first(_part_problems(value, annotation, loc, strict=strict, depth=depth + 1))
    yield from parts or [problem]


def _part_problems(
    value: Any, annotation: Any, loc: Place, *, strict: bool, depth: int
) -> Iterator[Problem]:
    members = [item for item in union_members(split(annotation)[0]) if _may_be(value, item)]
    if len(members) != 1:
        return
    plain = split(members[0])[0]
    origin, items = get_origin(plain) or plain, get_args(plain)
    if isinstance(value, list) and origin in COLLECTIONS and items and items[1:] in ((), (...,)):
        for index, item in enumerate(value):
            yield from _value_problems(item, items[0], [*loc, index], strict=strict, depth=depth)
    elif isinstance(value, dict) and origin is dict and len(items) == 2:
        for item in value.values():
            # SECURITY: the key is the client's.
            yield from _value_problems(item, items[1], [*loc, "*"], strict=strict, depth=depth)
    elif isinstance(value, dict) and not hasattr(plain, "_field_defaults"):
        # A NamedTuple is an array in JSON.
        yield from _model_problems(value, plain, loc, strict=strict, depth=depth)


# SECURITY: a body may be a list of a hundred models that do not fit.
_info_of = remembered(msgspec.inspect.type_info)
_hints_of = remembered(hints_of)


def _may_be(value: Any, annotation: Any) -> bool:
    """Whether a value is of the kind that a member of a union asks for; its parts may be wrong."""
    plain = split(annotation)[0]
    origin = get_origin(plain) or plain
    if isinstance(value, list):
        return origin in COLLECTIONS
    if not isinstance(value, dict) or not (origin is dict or is_model(plain)):
        return False
    info = None if is_pydantic(plain) else _info_of(plain)
    tag_field = getattr(info, "tag_field", None)
    return tag_field is None or value.get(tag_field) == getattr(info, "tag", None)


def _model_problems(
    value: dict[str, Any], model: Any, loc: Place, *, strict: bool, depth: int = 0
) -> Iterator[Problem]:
    """What is wrong with the fields of a model."""
    if is_pydantic(model):
        try:
            builder_of(model)(value)
        except ValueError as error:
            yield from _pydantic_problems(error, model, loc)
        return
    hints = _hints_of(model)
    found = False
    for field in getattr(_info_of(model), "fields", ()):
        place = [*loc, field.encode_name]
        if field.encode_name not in value:
            if field.required:
                found = True
                yield {"loc": place, "msg": REQUIRED}
        elif field.name in hints:
            for problem in _value_problems(
                value[field.encode_name], hints[field.name], place, strict=strict, depth=depth
            ):
                found = True
                yield problem
    if not found:
        try:
            msgspec.convert(value, model, strict=strict, str_keys=strict)
        except msgspec.ValidationError as error:
            yield problem_of(error, loc, model, strict=strict)
