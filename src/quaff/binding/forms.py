"""Forms: what comes in a form besides plain text: files, and values written as JSON.

A form's fields are texts. A field of a model that holds more, a list of models for example, comes
as a part of the form that is JSON. Clients write such parts as text, or as files named "blob".
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge

from .annotations import (
    COLLECTIONS,
    is_body,
    is_file,
    is_files,
    is_many,
    is_pydantic,
    is_scalar,
    leaves,
    may_be_empty,
    split,
)
from .constraints import constrained, foreign_part
from .conversion import decoder_of, named_fields
from .errors import Problem
from .markers import File
from .parameters import Parameter
from .places import Field

if TYPE_CHECKING:
    from ..http.request import Request
    from ..http.uploads import UploadedFile

__all__ = [
    "ABSENT",
    "FilePart",
    "JsonPart",
    "ModelForm",
    "PartRefused",
    "add_parts",
    "form_of_model",
    "has_parts",
    "skips_empty",
]


class PartProblem(Problem, total=False):
    """What is wrong with a part of a form."""

    status: int
    """The status of the answer if nothing else is wrong; 422 if it is not there."""


class PartRefused(ValueError):
    """A part of a form does not fit."""

    def __init__(self, *problems: PartProblem) -> None:
        super().__init__()
        self.problems = problems


#: Stands for a part that the form does not have.
ABSENT: Any = object()


class FilePart:
    """A file of a form, or several of one name.

    Args:
        alias: its name on the wire.
        wanted: what the value becomes.
        max_size: bytes that each file may have.
        content_types: media types that are taken; none for all.
    """

    def __init__(
        self,
        alias: str,
        wanted: Any,
        *,
        max_size: int | None = None,
        content_types: tuple[str, ...] = (),
    ) -> None:
        self.key = self.alias = alias
        self._wanted = wanted
        self._many = is_files(wanted)
        self._max_size = max_size
        self.content_types = content_types
        self._is_checked = max_size is not None or bool(content_types)

    @classmethod
    def of(cls, parameter: Parameter) -> FilePart:
        """What reads a parameter."""
        return cls(
            parameter.alias,
            parameter.type,
            max_size=parameter.max_size,
            content_types=parameter.content_types,
        )

    def read(self, request: Request, default: Any = ABSENT) -> Any:
        """The value, or the default.

        Raises:
            PartRefused: there is neither, or a file does not fit.
        """
        value = self.found(request)
        if value is not ABSENT:
            return value
        if default is not ABSENT:
            return default
        raise PartRefused({"loc": ["form", self.alias], "msg": "Required"})

    def found(self, request: Request) -> Any:
        """The value; ABSENT if there is none.

        Raises:
            PartRefused: a file does not fit.
        """
        sent: list[Any] = request.files.getlist(self.alias)
        files: list[UploadedFile] = [file for file in sent if _is_chosen(file)]
        if not files:
            # What a form sends whose author forgot that it must be multipart/form-data.
            if any(request.form.getlist(self.alias)):
                raise PartRefused({"loc": ["form", self.alias], "msg": "Expected a file"})
            return ABSENT
        if not self._many:
            del files[1:]
        if self._is_checked:
            problems = [*self._problems(files)]
            if problems:
                raise PartRefused(*problems)
        if not self._many:
            return files[0]
        try:
            return msgspec.convert(files, self._wanted)
        except msgspec.ValidationError as error:
            raise PartRefused({"loc": ["form", self.alias], "msg": str(error)}) from None

    def _problems(self, files: list[UploadedFile]) -> Iterator[PartProblem]:
        for index, file in enumerate(files):
            loc: list[str | int] = ["form", self.alias, *([index] if self._many else [])]
            if self._max_size is not None and (file.size is None or file.size > self._max_size):
                yield {"loc": loc, "msg": f"Expected at most {self._max_size} bytes", "status": 413}
            if self.content_types and not self._takes(file.mimetype):
                wanted = " or ".join(self.content_types)
                yield {"loc": loc, "msg": f"Expected {wanted}", "status": 415}

    def _takes(self, media_type: str) -> bool:
        group = f"{media_type.partition('/')[0]}/*"
        return media_type in self.content_types or group in self.content_types


def _is_chosen(file: UploadedFile) -> bool:
    """Whether it is more than what browsers send for an input with nothing chosen."""
    return bool(file.filename) or bool(file.size)


class JsonPart:
    """A part of a form that is JSON.

    Args:
        alias: its name on the wire.
        wanted: what the value becomes.
        in_pydantic: whether it stands in one of Pydantic's models, which validates it.
    """

    def __init__(self, alias: str, wanted: Any, *, in_pydantic: bool = False) -> None:
        self.key = self.alias = alias
        self.wanted = Any if in_pydantic else wanted
        self._decode = decoder_of(self.wanted)
        members = list(leaves(wanted))
        self._many = len(members) == 1 and get_origin(members[0]) in COLLECTIONS

    def found(self, request: Request) -> Any:
        """The value; ABSENT if there is none.

        Raises:
            ValueError, RecursionError: it is no JSON, or does not fit.
            RequestEntityTooLarge: it is too large (413).
        """
        data = self.data(request)
        return ABSENT if data is None else _without_enums(self._decode(data))

    def data(self, request: Request) -> bytes | None:
        """The JSON; None if the form has no such part. Parts of one name become one list.

        Raises:
            PartRefused: the part is a file that is no JSON.
            RequestEntityTooLarge: it is too large (413).
        """
        texts = [text.encode(errors="replace") for text in request.form.getlist(self.alias)]
        texts += self._from_files(request)
        if not texts:
            return None
        if not self._many or (len(texts) == 1 and texts[0].lstrip()[:1] != b"{"):
            return texts[0]
        try:
            return msgspec.json.encode([*map(decoder_of(Any), texts)])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise PartRefused({"loc": ["form", self.alias], "msg": "Expected JSON"}) from None

    def _from_files(self, request: Request) -> Iterator[bytes]:
        limit = request.max_form_memory_size
        for file in request.files.getlist(self.alias):
            if file.mimetype != "application/json" and not file.mimetype.endswith("+json"):
                raise PartRefused({"loc": ["form", self.alias], "msg": "Expected JSON"})
            # SECURITY: files may be large, and JSON takes many times its size.
            file.seek(0)
            data = file.read(-1 if limit is None else limit + 1)
            if limit is not None and len(data) > limit:
                raise RequestEntityTooLarge
            yield data


def _without_enums(value: Any) -> Any:
    """The value with what the members of an Enum stand for, wherever it will be converted again.

    msgspec knows no members of an Enum of numbers in what it converts.
    """
    if isinstance(value, Enum):
        return value.value
    if type(value) is dict:
        return {_without_enums(key): _without_enums(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_without_enums, value))
    if type(value) in (list, set, frozenset):
        return type(value)(map(_without_enums, value))
    return value


# -- models --------------------------------------------------------------------------------------


class ModelForm(NamedTuple):
    """The fields of a model, by how a form has them."""

    fields: tuple[Field, ...]
    """Those that are texts."""

    parts: tuple[FilePart | JsonPart, ...]
    """The others."""


def form_of_model(model: Any) -> ModelForm:
    """What a form must have for a model.

    Raises:
        TypeError: a field can be no part of a form.
    """
    fields: list[Field] = []
    parts: list[FilePart | JsonPart] = []
    for key, annotation in named_fields(model):
        many = is_many(annotation)
        if many or is_scalar(annotation):
            fields.append(Field(key, key, many, skips_empty(annotation)))
        elif is_file(annotation) or is_files(annotation):
            parts.append(_file_part(key, annotation))
        elif is_body(annotation):
            parts.append(_json_part(key, annotation, in_pydantic=is_pydantic(model)))
        else:
            raise TypeError(
                f"its field `{key}` is neither a scalar, a list of scalars, an UploadedFile nor a "
                "model, so it cannot come as a part of a form"
            )
    return ModelForm(tuple(fields), tuple(parts))


def skips_empty(annotation: Any) -> bool:
    """Whether an empty text counts as missing: browsers send it for an input left empty."""
    return not is_many(annotation) and not may_be_empty(annotation)


def has_parts(parameter: Parameter) -> bool:
    """Whether the parameter takes more of a form than texts, or depends on one that does."""
    if parameter.source == "file":
        return True
    if parameter.source == "form" and parameter.whole:
        return bool(form_of_model(parameter.type).parts)
    return any(map(has_parts, parameter.dependencies))


def _file_part(key: str, annotation: Any) -> FilePart:
    marker = _file_marker(annotation)
    wanted = constrained(annotation)
    if marker is None:
        return FilePart(key, wanted)
    if marker.alias is not None:
        raise TypeError(f"its field `{key}` has File(alias=...), which only parameters can have")
    return FilePart(key, wanted, max_size=marker.max_size, content_types=marker.content_types)


def _file_marker(annotation: Any) -> File | None:
    """The marker of a field of a model that is a file, wherever in its annotation it stands."""
    plain, metadata = split(annotation)
    for item in metadata:
        if isinstance(item, File):
            return item
    found = (_file_marker(item) for item in get_args(plain) if item is not Ellipsis)
    return next((marker for marker in found if marker is not None), None)


def _json_part(key: str, annotation: Any, *, in_pydantic: bool) -> JsonPart:
    wanted = annotation if is_pydantic(annotation) else constrained(annotation)
    foreign = None if is_pydantic(annotation) else foreign_part(wanted)
    if foreign is not None:
        raise TypeError(
            f"its field `{key}` comes as JSON, but has {foreign.__name__} in it, which JSON cannot "
            "hold; files must be fields of the form's own model"
        )
    return JsonPart(key, wanted, in_pydantic=in_pydantic)


def add_parts(
    found: dict[str, Any], request: Request, parts: tuple[FilePart | JsonPart, ...]
) -> dict[str, Any]:
    """What a model is made of, with the parts that are no texts.

    Raises:
        ValueError, RecursionError: a part does not fit.
    """
    for part in parts:
        value = part.found(request)
        if value is not ABSENT:
            found[part.key] = value
    return found
