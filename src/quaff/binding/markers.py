"""Markers: what `Annotated[...]` says of where a parameter's value comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

__all__ = ["Body", "Cookie", "Depends", "File", "Form", "Header", "Marker", "Path", "Query"]


class Marker:
    """A place in the request, and what is asked of the value there.

    Args:
        alias: the name on the wire, where it is not the parameter's.
        description: a sentence for the API's document.
        examples: values for the API's document.
        deprecated: whether clients should no longer send it.
        ge: the smallest number allowed.
        gt: numbers must be greater.
        le: the greatest number allowed.
        lt: numbers must be smaller.
        multiple_of: numbers must be a multiple.
        min_length: characters of a text, or items of a list, at least.
        max_length: characters of a text, or items of a list, at most.
        pattern: a regular expression that is found in the text; anchor it for a whole match.
    """

    #: The place: a word of `Parameter.source`.
    source: ClassVar[str]

    __slots__ = (
        "alias",
        "deprecated",
        "description",
        "examples",
        "ge",
        "gt",
        "le",
        "lt",
        "max_length",
        "min_length",
        "multiple_of",
        "pattern",
    )

    def __init__(
        self,
        *,
        alias: str | None = None,
        description: str | None = None,
        examples: Sequence[Any] | None = None,
        deprecated: bool = False,
        ge: float | None = None,
        gt: float | None = None,
        le: float | None = None,
        lt: float | None = None,
        multiple_of: float | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        pattern: str | None = None,
    ) -> None:
        self.alias = alias
        self.description = description
        self.examples = examples
        self.deprecated = deprecated
        self.ge = ge
        self.gt = gt
        self.le = le
        self.lt = lt
        self.multiple_of = multiple_of
        self.min_length = min_length
        self.max_length = max_length
        self.pattern = pattern

    def __repr__(self) -> str:
        given = [
            f"{name}={value!r}"
            for name in type(self).__init__.__kwdefaults__ or ()
            if (value := getattr(self, name)) is not None and value is not False and value != ()
        ]
        return f"{type(self).__name__}({', '.join(given)})"


class Path(Marker):
    """A variable of the URL: `Annotated[int, Path(ge=1)]`."""

    source = "path"
    __slots__ = ()


class Query(Marker):
    """A field of the query string; of a whole dataclass, one field of it each."""

    source = "query"
    __slots__ = ()


class Header(Marker):
    """A header; underscores of the name become hyphens. A dataclass takes one for each field."""

    source = "header"
    __slots__ = ()


class Cookie(Marker):
    """A cookie."""

    source = "cookie"
    __slots__ = ()


class Body(Marker):
    """The JSON body."""

    source = "body"
    __slots__ = ()


class Form(Marker):
    """A field of a form; of a whole dataclass, one field of it each."""

    source = "form"
    __slots__ = ()


class File(Marker):
    """A file of a multipart form: `Annotated[UploadedFile, File(max_size=1_000_000)]`.

    It may also stand in a field of a model that a form is read into.

    Args:
        max_size: bytes that each file may have.
        content_types: media types that are taken, as the client names them; "image/*" is any image.
        alias: the name on the wire, where it is not the parameter's.
        description: a sentence for the API's document.
        deprecated: whether clients should no longer send it.
        min_length: files of a list, at least.
        max_length: files of a list, at most.
    """

    source = "file"
    __slots__ = ("content_types", "max_size")

    def __init__(
        self,
        *,
        max_size: int | None = None,
        content_types: Collection[str] = (),
        alias: str | None = None,
        description: str | None = None,
        deprecated: bool = False,
        min_length: int | None = None,
        max_length: int | None = None,
    ) -> None:
        if isinstance(content_types, str):
            raise TypeError(
                f"content_types is a list of media types: write [{content_types!r}], with brackets."
            )
        super().__init__(
            alias=alias,
            description=description,
            deprecated=deprecated,
            min_length=min_length,
            max_length=max_length,
        )
        self.max_size = max_size
        self.content_types = tuple(kind.lower() for kind in content_types)


class Depends:
    """A value that a function provides: `Annotated[Database, Depends(open_database)]`.

    Args:
        provider: called with parameters of its own, bound as a view's are. A generator yields the
            value and goes on when the request ends. Either may be async. None stands for the
            annotated class.
        use_cache: ask the provider once a request, however many depend on it.
    """

    __slots__ = ("provider", "use_cache")

    def __init__(self, provider: Callable[..., Any] | None = None, *, use_cache: bool = True):
        self.provider = provider
        self.use_cache = use_cache

    def __repr__(self) -> str:
        name = getattr(self.provider, "__qualname__", repr(self.provider))
        return f"Depends({name})" if self.provider else "Depends()"
