"""Files as responses: validators, ranges, download names, and what is refused.

What a file's response says is decided here; which application, root folder and cache age apply is
handed in. Rules of this file:

* What is said of a file is true of the bytes that are sent, whoever changes it meanwhile.
* A file is opened only if it is sent.
* Whatever a client can put into a path ends in the file or in 404.
"""

from __future__ import annotations

import mimetypes
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from time import time
from typing import IO, TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import quote

from werkzeug.exceptions import NotFound
from werkzeug.http import dump_options_header, http_date
from werkzeug.utils import get_content_type

from .file_body import FileBody
from .file_source import Source
from .preconditions import Version, failed_precondition, has_a_version, requested_part
from .response import Response
from .validity import check_headers

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as WerkzeugResponse

    from .request import Request

__all__ = ["content_disposition", "send_file", "send_from_directory", "unmodified_file"]

MaxAge = int | Callable[[str | None], int | None] | None
Pairs = list[tuple[str, str]]

#: Fields of the file that the response to a failed condition does without.
_OF_CONTENT = ("Content-Disposition", "Content-Encoding")

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PRINTABLE = re.compile(r"[\x20-\x7e]+\Z")
#: What RFC 8187 lets stand unencoded in `filename*`, beside letters and digits.
_ATTRIBUTE_CHARACTERS = "!#$&+^`|"


class FileOptions(TypedDict, total=False):
    """How a file is sent.

    Args:
        mimetype: the media type; guessed from the name if None.
        as_attachment: ask the client to save the file rather than to show it.
        download_name: the name to save it under; that of the path if None.
        conditional: obey If-Match, If-None-Match, If-(Un)Modified-Since, If-Range and Range; as a
            rule.
        etag: a tag of your own; True, as it is without, makes one for a path from its time and
            size.
        last_modified: a time of your own, in seconds since 1970 or as a datetime; that of the
            path if None.
        max_age: seconds a client may keep the file without asking, or a function of the path that
            gives them; None lets it keep the file but ask each time.
        use_x_sendfile: leave sending to the web server in front, by the X-Sendfile header.
        response_class: the class of the response.
    """

    mimetype: str | None
    as_attachment: bool
    download_name: str | None
    conditional: bool
    etag: bool | str
    last_modified: datetime | float | None
    max_age: MaxAge
    use_x_sendfile: bool
    response_class: type[WerkzeugResponse]


def send_file(
    path_or_file: os.PathLike[Any] | str | IO[bytes],
    request: Request,
    *,
    root_path: str | None = None,
    **options: Unpack[FileOptions],
) -> WerkzeugResponse:
    """A response with the content of a file.

    SECURITY: the path is trusted. For a path that a client chose use `send_from_directory`.

    Args:
        path_or_file: a path, or a file open for reading bytes, which is sent from where it stands
            and closed with the response.
        request: the request that is answered.
        root_path: the folder that a relative path starts from.
        options: see `FileOptions`.

    Raises:
        TypeError: the media type or the attachment's name cannot be known, or it is no file.
        ValueError: the file was opened as text.
        OSError: the path cannot be opened.
        RequestedRangeNotSatisfiable: the requested range lies behind the end (416).
    """
    return _respond(Source.of(path_or_file, root_path), request, **options)


def send_from_directory(
    directory: os.PathLike[str] | str,
    path: os.PathLike[str] | str,
    request: Request,
    *,
    root_path: str | None = None,
    **options: Unpack[FileOptions],
) -> WerkzeugResponse:
    """A response with the content of a file under a directory, whose name a client may choose.

    Symbolic links are followed: who may write to the directory decides what it shows.

    Args:
        directory: the folder; this is trusted, and must not come from a client.
        path: the file's path under it, with slashes.
        request: the request that is answered.
        root_path: the folder that a relative directory starts from.
        options: see `FileOptions`.

    Raises:
        NotFound: there is no such file under the directory, or it is not a regular one.
    """
    source = Source.below(os.fspath(directory), os.fspath(path), root_path)
    try:
        return _respond(source, request, **options)
    except FileNotFoundError:
        raise NotFound from None


def unmodified_file(
    directory: str,
    path: str,
    request: Request,
    *,
    max_age: int | None,
    response_class: type[WerkzeugResponse] = Response,
) -> WerkzeugResponse | None:
    """What `send_from_directory` answers a client that has the file, if that is known at once.

    None if it is not: only asking the disk tells, or the client has it not.

    PERF: async gateways ask here before they start a thread (benchmark: file not modified on ASGI).
    """
    may_be = request.method in ("GET", "HEAD") and has_a_version(request)
    source = Source.at_hand(directory, path) if may_be else None
    if source is None:
        return None
    version = source.version()
    if failed_precondition(request, version) != 304:
        return None
    # What describes the content is not sent, so that it need not be found out.
    fields = [_disposition(os.path.basename(path), False), *_cache_age(max_age)]
    return _response(response_class, [], 304, fields + _validators(version))


def _respond(
    source: Source,
    request: Request,
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | float | None = None,
    max_age: MaxAge = None,
    use_x_sendfile: bool = False,
    response_class: type[WerkzeugResponse] = Response,
) -> WerkzeugResponse:
    path = source.path
    if download_name is None and path is not None:
        download_name = os.path.basename(path)
    fields = _description(download_name, mimetype, as_attachment)
    fields += _cache_age(max_age(path) if callable(max_age) else max_age)
    by_server = use_x_sendfile and path is not None and _PRINTABLE.match(path) is not None
    asking = request if conditional and request.method in ("GET", "HEAD") else None
    status, version, body = source.choose(asking, etag, last_modified, opens=not by_server)
    try:
        fields += _validators(version)
        if status == 412:
            # The client asked for the file only under a condition: the error does not contain it.
            fields = [pair for pair in fields if pair[0] not in _OF_CONTENT]
        elif status == 200 and by_server:
            fields.append(("X-Sendfile", path or ""))
        if body is not None:
            status = _announce(body, asking, version, fields)
        elif status != 304:
            fields.append(("Content-Length", "0"))
        return _response(response_class, [] if body is None else body, status, fields)
    except BaseException:
        if body is not None:
            body.close()
        raise


def _response(
    response_class: type[WerkzeugResponse], body: Iterable[bytes], status: int, fields: Pairs
) -> WerkzeugResponse:
    if response_class.__init__ is Response.__init__ and issubclass(response_class, Response):
        return response_class.of_fields(body, status, fields)
    return response_class(body, status, fields, direct_passthrough=True)


# -- what the response says ----------------------------------------------------------------------


def _description(name: str | None, mimetype: str | None, as_attachment: bool) -> Pairs:
    encoding = None
    if mimetype is None:
        if name is None:
            raise TypeError(
                "send_file() cannot guess the media type of a file without a name. Pass "
                "download_name= or mimetype=."
            )
        # SECURITY: without the slash it might be a URL: of `data:text/html,a.png` the media type
        # would be what the client says.
        mimetype, encoding = mimetypes.guess_type(f"/{name}")
    elif name is None and as_attachment:
        raise TypeError(
            "send_file() cannot offer a file without a name as an attachment. Pass download_name=."
        )
    mimetype = mimetype or "application/octet-stream"
    return list(_kept(_pairs_of, name)(name, mimetype, encoding, as_attachment))


#: Characters of a name that file systems take.
LONGEST_NAME = 255


def _kept(function: Any, name: str | None) -> Any:
    """A function that keeps its results, or for a long name the one without.

    SECURITY: names may be the client's, and a thousand of a megabyte must not be kept.
    """
    return function.__wrapped__ if name is not None and len(name) > LONGEST_NAME else function


@lru_cache(1024)
def _pairs_of(
    name: str | None, mimetype: str, encoding: str | None, as_attachment: bool
) -> tuple[tuple[str, str], ...]:
    headers = [("Content-Type", get_content_type(mimetype, "utf-8"))]
    if name is not None:
        headers.append(_kept(_disposition, name)(name, as_attachment))
    if encoding is not None and not as_attachment:
        # A browser that shows `page.svg.gz` must unpack it; one that saves it must not.
        headers.append(("Content-Encoding", encoding))
    check_headers(headers)
    return tuple(headers)


@lru_cache(1024)
def _disposition(name: str, as_attachment: bool) -> tuple[str, str]:
    kind = "attachment" if as_attachment else "inline"
    return "Content-Disposition", content_disposition(kind, name)


def content_disposition(disposition: str, name: str) -> str:
    """The value of a Content-Disposition header (RFC 6266) that carries any file name.

    SECURITY: quotes are escaped and control characters dropped, so that a name cannot end the
    value, begin a header or change what the client takes for the name.

    Args:
        disposition: "inline" or "attachment".
        name: the file name; one that is not ASCII is sent a second time as `filename*`.
    """
    name = _CONTROL.sub("", name)
    options = {"filename": name}
    if not name.isascii():
        simple = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        encoded = quote(name, safe=_ATTRIBUTE_CHARACTERS, errors="replace")
        options = {"filename": simple, "filename*": f"UTF-8''{encoded}"}
    return dump_options_header(disposition, options)


def _validators(version: Version) -> Pairs:
    headers = []
    if version.time is not None:
        headers.append(("Last-Modified", version.time))
    if version.tag is not None:
        headers.append(("ETag", version.tag))
    return headers


def _announce(body: FileBody, asking: Request | None, version: Version, headers: Pairs) -> int:
    """Narrow the body to the part that is asked for, and say how long it is.

    Returns:
        the status: 206 for a part.

    Raises:
        RequestedRangeNotSatisfiable: the part lies behind the end.
    """
    status, length = 200, body.length
    if length is None:
        return status
    if asking is not None:
        headers.append(("Accept-Ranges", "bytes"))
        part = requested_part(asking, length, version)
        if part is not None:
            first, last = part
            status = 206
            headers.append(("Content-Range", f"bytes {first}-{last}/{length}"))
            body.offset = (body.offset or 0) + first
            body.length = length = last - first + 1
    headers.append(("Content-Length", str(length)))
    return status


def _cache_age(max_age: int | None) -> Pairs:
    if max_age is None:
        return [("Cache-Control", "no-cache")]
    who = "public" if max_age > 0 else "no-cache"
    return [
        ("Cache-Control", f"{who}, max-age={max_age}"),
        ("Expires", http_date(int(time() + max_age))),
    ]
