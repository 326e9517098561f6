"""What goes wrong in binding: with the request, and with the view's annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

import msgspec
from werkzeug.exceptions import (
    RequestEntityTooLarge,
    UnprocessableEntity,
    UnsupportedMediaType,
)
from werkzeug.wrappers import Response

from ..http.problems import MEDIA_TYPE, details_of

__all__ = [
    "AnnotationError",
    "FileTooLarge",
    "Problem",
    "UnsupportedFile",
    "ValidationError",
    "place_of",
]


class Problem(TypedDict):
    """One thing that is wrong with a request."""

    loc: list[str | int]
    """Where: the place and the way to the value, as in `["body", "address", "zip"]`."""

    msg: str
    """What is expected there. SECURITY: never what was sent."""


class ValidationError(UnprocessableEntity):
    """The request does not fit the view's signature (422).

    Args:
        errors: all that is wrong with it.
    """

    description = "The request does not have the form that is asked for."

    def __init__(self, errors: Sequence[Problem]) -> None:
        super().__init__()
        self.errors = list(errors)

    def get_response(self, environ: Any = None, scope: Any = None) -> Response:
        """The problem details (RFC 9457) with the member `errors`, outside of an application."""
        body = msgspec.json.encode(details_of(self))
        return Response(body, self.code, content_type=MEDIA_TYPE)


class FileTooLarge(RequestEntityTooLarge):
    """Files of a form have more bytes than `File(max_size=...)` allows (413).

    Args:
        errors: which, as of ValidationError. What else is wrong makes it a ValidationError.
    """

    description = "A file is too large."

    def __init__(self, errors: Sequence[Problem]) -> None:
        super().__init__()
        self.errors = list(errors)


class UnsupportedFile(UnsupportedMediaType):
    """Files of a form have another media type than `File(content_types=...)` allows (415).

    Args:
        errors: which, as of ValidationError. What else is wrong makes it a ValidationError.
    """

    description = "A file has a media type that is not taken."

    def __init__(self, errors: Sequence[Problem]) -> None:
        super().__init__()
        self.errors = list(errors)


class AnnotationError(TypeError):
    """A signature that nothing can be bound to, found when the application starts.

    Args:
        function: the view or provider.
        what: what is wrong with it, and what to write instead.
    """

    def __init__(self, function: Callable[..., Any], what: str) -> None:
        name = getattr(function, "__qualname__", repr(function))
        super().__init__(f"{name}() in {place_of(function)}: {what}")


def place_of(function: Callable[..., Any]) -> str:
    """The file and line that define a function, as "/app/views.py:12"."""
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    if code is not None:
        return f"{code.co_filename}:{code.co_firstlineno}"
    if not inspect.isclass(function):
        function = type(function)
    try:
        file = inspect.getsourcefile(function)
        return f"{file}:{inspect.getsourcelines(function)[1]}"
    except (OSError, TypeError):
        return f"the module {function.__module__}"
