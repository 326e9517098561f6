"""From what a view returned to a Response."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from markupsafe import escape
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from ..providers import is_record
from .response import HTML, MediaType, Response, makes_plainly
from .validity import check_headers, is_plain_url

if TYPE_CHECKING:
    from .request import Request

#: Makes the body of a value, which is of the media type.
Writer = tuple[Callable[[Any], bytes], MediaType]

ACCEPTED = (
    "a string, bytes, a dict, a list, a Response, an iterator or generator, a WSGI callable, or "
    "a tuple with a status, headers or both behind one of these"
)


class Writers(dict[type, "Writer | None"]):
    """What makes bodies of the values that views return, by their class.

    There is None for classes of which more becomes than a body.

    PERF: text, bytes and JSON need no look at tuples, iterators and WSGI callables (benchmarks:
    plain text, parameter and JSON).

    Args:
        text: the media type of text and bytes.
        json: what makes JSON, if that is all there is to do for it.
    """

    def __init__(self, text: MediaType, json: Writer | None) -> None:
        self[str] = str.encode, text
        self[bytes] = bytes, text
        self._json = json
        if json is not None:
            self[dict] = self[list] = json

    def __missing__(self, kind: type) -> Writer | None:
        writer = self._json if is_record(kind) else None
        if len(self) < MOST_WRITERS:
            self[kind] = writer
        return writer


#: A view may make classes, so what is known of them is not kept without end.
MOST_WRITERS = 200


def to_response(
    value: Any, response_class: type[Response], json: Any, request: Request
) -> WerkzeugResponse:
    """The Response that a view's return value stands for.

    Args:
        value: the return value.
        response_class: the class of the responses made here.
        json: the application's JSON provider, for dicts, lists and models.
        request: the request being answered; a WSGI callable is called with its environ.

    Raises:
        TypeError: the value is none that a view may return; the message names the view.
    """
    status = headers = None
    if isinstance(value, tuple):
        value, status, headers = _unpacked(value, request)
    if value is None:
        raise TypeError(
            f"The view function for {_view(request)} returned None. It may have ended without a "
            f"return statement; a view returns {ACCEPTED}."
        )
    if not isinstance(value, response_class):
        if isinstance(value, (str, bytes, bytearray)) or _is_iterator(value):
            # The status and headers are the constructor's, so that its defaults give way to them.
            response: Any = response_class(value, status=status, headers=headers)
            status = headers = None
        elif isinstance(value, (dict, list)) or (
            getattr(json, "responds_with_models", False) and is_record(type(value))  # type: ignore[arg-type]
        ):
            response = json.response(value)
        else:
            response = _forced(value, response_class, request)
    else:
        response = value
    if status is not None:
        if isinstance(status, (str, bytes, bytearray)):
            response.status = status
        else:
            response.status_code = status
    if headers:
        response.headers.update(headers)
    return response  # type: ignore[no-any-return]


def _unpacked(value: tuple[Any, ...], request: Request) -> tuple[Any, Any, Any]:
    if len(value) == 3:
        return value
    if len(value) == 2:
        body, second = value
        if isinstance(second, (Headers, Mapping, tuple, list)):
            return body, None, second
        return body, second, None
    raise TypeError(
        f"The view function for {_view(request)} returned a tuple of {len(value)}. The tuple must "
        "have the form (body, status, headers), (body, status) or (body, headers)."
    )


def _is_iterator(value: Any) -> bool:
    return isinstance(value, (Iterator, AsyncIterable))


def _forced(value: Any, response_class: type[Response], request: Request) -> WerkzeugResponse:
    """A Response of another class, an HTTP error, or any WSGI application as a response."""
    if isinstance(value, HTTPException):
        return from_http_exception(value, response_class, request)
    if isinstance(value, WerkzeugResponse) or callable(value):
        try:
            return response_class.force_type(value, request.environ)
        except TypeError as error:
            raise TypeError(
                f"{error}\nThe view function for {_view(request)} returned a callable "
                f"({type(value).__name__}) that is not a WSGI application. A view returns "
                f"{ACCEPTED}."
            ).with_traceback(error.__traceback__) from None
    raise TypeError(
        f"The view function for {_view(request)} did not return a valid response. A view returns "
        f"{ACCEPTED}, but it was a {type(value).__name__}."
    )


def from_http_exception(
    error: HTTPException, response_class: type[Response], request: Request
) -> WerkzeugResponse:
    """An HTTP error as a response."""
    if error.response is not None or type(error).get_response is not HTTPException.get_response:
        return response_class.force_type(cast("Any", error), request.environ)
    if (
        type(error) in PLAIN_ERRORS
        and error.description is type(error).description
        and error.code == type(error).code
        and makes_plainly(response_class)  # type: ignore[arg-type]
    ):
        # PERF: the page is always the same, and only some have a field more, such as Allow
        # (benchmarks: 404, 405).
        page, kind = _plain_page(error.code)
        if type(error).get_headers is HTTPException.get_headers:
            return response_class.of_bytes(page, kind, error.code)  # type: ignore[arg-type]
        fields = error.get_headers()[1:]
        check_headers(fields)
        return response_class.of_bytes(page, kind, error.code, *fields)  # type: ignore[arg-type]
    environ = request.environ
    return response_class(
        error.get_body(environ), status=error.code, headers=error.get_headers(environ)
    )


#: The classes of errors whose page depends on nothing but the class.
PLAIN_ERRORS = frozenset(default_exceptions.values())


@cache
def _plain_page(code: int | None) -> tuple[bytes, str]:
    """The page of an error that says nothing of its own, and its Content-Type."""
    response = default_exceptions[code]().get_response()  # type: ignore[index]
    return response.get_data(), response.headers["Content-Type"]


#: The page of a redirect without the URL, which stands between its parts.
@cache
def _redirect_page() -> list[str]:
    mark = "\ue000"
    return werkzeug_redirect(mark).get_data(as_text=True).split(mark)


def redirection(location: str, code: int, response_class: type[Response]) -> WerkzeugResponse:
    """A response that sends the client to another URL, which is sent as it is given.

    PERF: a path without characters to encode needs no check (benchmark: redirect).
    """
    kind: Any = response_class
    if not (makes_plainly(kind) and type(location) is str and type(code) is int):
        return werkzeug_redirect(location, code, response_class)
    body = str(escape(location)).join(_redirect_page()).encode()
    if is_plain_url(location):
        return response_class.of_bytes(body, HTML, code, ("Location", location))
    response = response_class.of_bytes(body, HTML, code)
    response.headers["Location"] = location
    return response


def _view(request: Request) -> str:
    return repr(request.endpoint)
