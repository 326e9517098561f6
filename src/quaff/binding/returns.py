"""Returns: whether what a view returned is what its annotation says; asked for in development."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterator
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec
from werkzeug.wrappers import Response

from .annotations import innermost, is_model, is_pydantic, split, union_members
from .constraints import foreign_part
from .conversion import decoder_of
from .errors import place_of
from .parameters import MISSING, signature_of

if TYPE_CHECKING:
    from ..providers import JSONProvider

__all__ = ["ResponseMismatch", "checked"]


class ResponseMismatch(TypeError):
    """A view returned something else than its annotation says."""


def checked(
    view: Callable[..., Any], written: Callable[..., Any], is_async: bool, json: JSONProvider
) -> Any:
    """The view, which raises where its value does not fit its return annotation.

    Args:
        view: what is called.
        written: the view as it was registered, whose annotation counts.
        is_async: whether calling the view gives a coroutine.
        json: the application's provider.

    The view is returned as it is if the annotation says nothing of JSON, or what only type checkers
    understand.
    """
    signature = signature_of(written, (), (), only_marked=True)
    annotation = _of_json(MISSING if signature is None else signature.returns)
    if annotation is MISSING:
        return view
    decode = _decoder_of(annotation)
    if decode is None:
        return view

    def check(value: Any) -> Any:
        body = value[0] if type(value) is tuple and value else value
        if not isinstance(body, (Response, Iterator, AsyncIterable)) and not callable(body):
            _check(body, decode, written, json)
        return value

    if is_async:

        async def view_checked_later(**values: Any) -> Any:
            return check(await view(**values))

        return update_wrapper(view_checked_later, view)

    def view_checked(**values: Any) -> Any:
        return check(view(**values))

    return update_wrapper(view_checked, view)


def _decoder_of(annotation: Any) -> Callable[[bytes], Any] | None:
    """What reads JSON as an annotation says; None if nothing does."""
    try:
        if not is_pydantic(annotation) and foreign_part(annotation) not in (None, object):
            return None
        return decoder_of(annotation)
    except (TypeError, NameError, NotImplementedError, RecursionError):
        return None


def _check(
    body: Any, decode: Callable[[bytes], Any], written: Callable[..., Any], json: JSONProvider
) -> None:
    try:
        decode(json.dumps(body).encode())
    except (msgspec.ValidationError, ValueError) as error:
        function = innermost(written)
        name = getattr(function, "__qualname__", repr(function))
        raise ResponseMismatch(
            f"{name}() in {place_of(function)} returned {type(body).__name__}, which is not what "
            f"its annotation says: {error}. Change the value or the annotation; the check is on by "
            "VALIDATE_RESPONSES."
        ) from error


def _of_json(annotation: Any) -> Any:
    """The part of an annotation that says what the JSON is; MISSING if there is none."""
    plain = split(annotation)[0]
    if get_origin(plain) is tuple and get_args(plain):
        return _of_json(get_args(plain)[0])
    if plain is MISSING or not all(map(_is_json, union_members(plain))):
        return MISSING
    return annotation


def _is_json(annotation: Any) -> bool:
    plain = split(annotation)[0]
    return (get_origin(plain) or plain) in (dict, list) or is_model(plain) or is_pydantic(plain)
