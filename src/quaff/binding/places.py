"""Places: where in a request values lie, which types they have values of, and what is refused
before anything is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.http import parse_list_header

from .annotations import is_file, is_files, is_many, is_scalar, shown, split
from .errors import ValidationError

if TYPE_CHECKING:
    from ..http.request import Request

__all__ = [
    "WHOLE",
    "Field",
    "body_of",
    "form_of",
    "form_read_in",
    "gathered",
    "listed",
    "lists_of",
    "query_of",
    "why_not",
]

#: SECURITY: fields that a query string may have; each costs time and memory.
MAX_QUERY_FIELDS = 1_000

#: Bytes of a form that take about a millisecond to read.
LARGE_FORM = 512 * 1024

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class Field(NamedTuple):
    """A field of a model that is taken field by field."""

    key: str
    """Its name in what the model is made of."""

    alias: str
    """Its name on the wire."""

    many: bool
    """Whether it may come several times."""

    skips_empty: bool = False
    """Whether an empty text counts as missing."""

    has_commas: bool = False
    """Whether a text may be several values, with commas between."""


def query_of(request: Request) -> list[tuple[str, str]]:
    """The pairs of the query string.

    Raises:
        ValidationError: there are too many.
    """
    fields = request.query_fields
    if len(fields) > MAX_QUERY_FIELDS:
        message = f"More than {MAX_QUERY_FIELDS} fields"
        raise ValidationError([{"loc": ["query"], "msg": message}])
    return fields


def lists_of(fields: list[tuple[str, str]]) -> MultiDict[str, str]:
    """The pairs of a query string by name."""
    return MultiDict(fields)


def form_of(request: Request) -> MultiDict[str, str]:
    """The fields of the form.

    Raises:
        UnsupportedMediaType: the body is no form (415).
        BadRequest: it is a form that breaks off or is malformed (400).
    """
    length = request.content_length
    if request.mimetype not in FORMS and (length or (length is None and request.mimetype)):
        raise UnsupportedMediaType(
            "The body must be a form: multipart/form-data or application/x-www-form-urlencoded."
        )
    form: MultiDict[str, str] = request.form
    if request.has_broken_form:
        raise BadRequest("The form is malformed.")
    return form


def form_read_in(
    hop: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Callable[[Request], Coroutine[Any, Any, MultiDict[str, str]]]:
    """`form_of` for event loops: large forms are read in a thread, by `hop`."""
    read = hop(form_of)

    async def form_of_(request: Request) -> MultiDict[str, str]:
        length = request.content_length
        if length is not None and length <= LARGE_FORM:
            return form_of(request)
        return await read(request)  # type: ignore[no-any-return]

    return form_of_


def body_of(request: Request) -> bytes:
    """The JSON body as it came; empty if there is none.

    Raises:
        UnsupportedMediaType: the body is of another type (415).
    """
    data: bytes = request.get_data()
    if data and not request.is_json:
        raise UnsupportedMediaType("The body must be JSON (Content-Type: application/json).")
    return data


def listed(texts: list[str]) -> list[str]:
    """The values of a header field, which lines and commas part alike (RFC 9110, section 5.3)."""
    return [value for text in texts for value in parse_list_header(text) if value]


def gathered(getlist: Callable[[str], list[Any]], fields: tuple[Field, ...]) -> dict[str, Any]:
    """What a model is made of, of the fields that are there."""
    found: dict[str, Any] = {}
    for key, alias, many, skips_empty, has_commas in fields:
        texts = getlist(alias)
        if has_commas:
            texts = listed(texts)
        if texts and (texts[0] or not skips_empty):
            found[key] = texts if many else texts[0]
    return found


# -- which types places have values of -----------------------------------------------------------

#: The places of which a model takes one value for each of its fields.
WHOLE = frozenset({"query", "header", "cookie", "form"})


def why_not(annotation: Any, source: str) -> str | None:
    """Why a parameter of a type cannot have one value of a place; None if it can."""
    if source == "body" or split(annotation)[0] is Any:
        return None
    if source == "file":
        if is_file(annotation) or is_files(annotation):
            return None
        return (
            f"has the type {shown(annotation)}, which no file is. Take `UploadedFile`, from quaff, "
            "or a list of them."
        )
    if is_file(annotation) or is_files(annotation):
        return "is a file, which comes in forms only: mark it with File()."
    may_be_many = source in ("query", "header", "form")
    if is_scalar(annotation) or (may_be_many and is_many(annotation)):
        return None
    return (
        f"has the type {shown(annotation)}, which cannot be read from one {source} value. Take a "
        f"scalar such as int, str or date{', a list of them' if may_be_many else ''}"
        f"{', or a dataclass' if source in WHOLE else ''}."
    )
