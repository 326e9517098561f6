"""Functions for views that need no application in their arguments: it is the one at work."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, NoReturn

from werkzeug.datastructures import Headers
from werkzeug.exceptions import abort as werkzeug_abort
from werkzeug.utils import redirect as werkzeug_redirect

from .bridge import settle
from .context import current, needed, needed_request
from .http import files
from .http.response import Response
from .http.validity import check_headers

if TYPE_CHECKING:
    from .http.request import Request

__all__ = [
    "abort",
    "make_response",
    "redirect",
    "send_early_hints",
    "send_file",
    "send_from_directory",
    "url_for",
]


def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str:
    """The URL of an endpoint; see `Quaff.url_for`."""
    return needed().app.url_for(
        endpoint,
        _anchor=_anchor,
        _method=_method,
        _scheme=_scheme,
        _external=_external,
        **values,
    )


def redirect(location: str, code: int = 302, Response: type[Any] | None = None) -> Any:
    """A response that sends the client to another URL.

    Args:
        location: the URL; it is sent as it is given.
        code: 301, 302, 303, 307 or 308.
        Response: the class of the response; the application's if None.
    """
    context = current.get(None)
    if context is not None and Response is None:
        return context.app.redirect(location, code=code)
    return werkzeug_redirect(location, code=code, Response=Response)


def abort(code: int | Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise the HTTP error of a status, or answer with a response at once.

    Args:
        code: a status such as 404, or a Response or WSGI application.
        args: of the exception: a description.
    """
    context = current.get(None)
    if context is not None:
        context.app.aborter(code, *args, **kwargs)
    werkzeug_abort(code, *args, **kwargs)


def make_response(*args: Any) -> Response:
    """What a view may return, as a Response; several arguments are taken as a tuple.

    Raises:
        TypeError: it is none that a view may return.
    """
    app = needed().app
    if not args:
        return app.response_class()
    return app.make_response(args[0] if len(args) == 1 else args)


def send_file(
    path_or_file: str | os.PathLike[str] | IO[bytes],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | int | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """A file as a response, with caching and ranges.

    SECURITY: never pass a path made of user input; `send_from_directory` is for that.

    Args:
        path_or_file: a path, relative to the application's root, or an open binary file.
        mimetype: the media type; found from the name if None.
        as_attachment: whether browsers should save instead of show it.
        download_name: the name that browsers save it under.
        conditional: whether If-None-Match, If-Modified-Since and Range are answered.
        etag: whether to compute an ETag, or the ETag itself.
        last_modified: the time of the last change; a path's own if None.
        max_age: seconds that clients may cache it; the application's default if None.

    Raises:
        TypeError: a file object was given without name and media type.
        FileNotFoundError: there is no such file.
    """
    response: Any = files.send_file(
        path_or_file,
        mimetype=mimetype,
        as_attachment=as_attachment,
        download_name=download_name,
        conditional=conditional,
        etag=etag,
        last_modified=last_modified,
        **_file_options(max_age),
    )
    return response  # type: ignore[no-any-return]


def send_from_directory(
    directory: str | os.PathLike[str], path: str | os.PathLike[str], **kwargs: Any
) -> Response:
    """A file below a folder as a response, for paths that a client chose.

    Args:
        directory: the folder, relative to the application's root.
        path: the file, relative to the folder.
        kwargs: those of `send_file`.

    Raises:
        NotFound: the path leads out of the folder, or to no file.
    """
    response: Any = files.send_from_directory(
        directory, path, **_file_options(kwargs.pop("max_age", None)), **kwargs
    )
    return response  # type: ignore[no-any-return]


def _file_options(max_age: Any) -> dict[str, Any]:
    context = needed()
    app = context.app
    return {
        "request": context.request,
        "response_class": app.response_class,
        "use_x_sendfile": app.config["USE_X_SENDFILE"],
        "root_path": app.root_path,
        "max_age": app.get_send_file_max_age if max_age is None else max_age,
    }


def send_early_hints(*links: str) -> Any:
    """Tell the client what it will need, before the response is there (103, RFC 8297).

    Servers that cannot send early hints send none.

    Args:
        links: values of Link fields, such as "</style.css>; rel=preload; as=style".

    Returns:
        None; in async code an awaitable of it.

    Raises:
        RuntimeError: no request is being handled.
        ValueError: a link is no value of a header field.
    """
    request = needed_request("send_early_hints()").request
    check_headers(Headers([("Link", link) for link in links]))
    return settle(_hint(request, links))


async def _hint(request: Request, links: tuple[str, ...]) -> None:
    if request.hint is not None:
        await request.hint(links)
