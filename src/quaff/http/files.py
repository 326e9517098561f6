"""Files as responses: validators, ranges, download names, and what is refused.

What a file's response says is decided here; which application, root folder and cache age apply is
handed in. Rules of this file:

* A response never holds more bytes of a file than it announced, and ends in an error, not
  silently, if the file turns out shorter.
* A Range header costs the same however long it is, and can never make a response larger than
  the file.
* Whatever a client can put into a path ends in the file or in 404.
"""

from __future__ import annotations

import io
import mimetypes
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from time import time
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote
from zlib import crc32

from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header, http_date, parse_date, quote_etag
from werkzeug.security import safe_join
from werkzeug.utils import get_content_type

from .response import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = ["FileBody", "content_disposition", "send_file", "send_from_directory"]

MaxAge = int | Callable[[str | None], int | None] | None

#: Bytes read and sent at a time.
PIECE = 65_536

#: One range, RFC 9110, section 14.1.2; nineteen digits hold the size of any file.
_SINGLE_RANGE = re.compile(r"bytes=(?:(\d{1,19})-(\d{0,19})|-(\d{1,19}))\Z", re.ASCII | re.I)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PRINTABLE = re.compile(r"[\x20-\x7e]+\Z")
_PRECONDITIONS = (
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
#: What RFC 8187 lets stand unencoded in `filename*`, beside letters and digits.
_ATTRIBUTE_CHARACTERS = "!#$&+^`|"


class FileBody:
    """The bytes of a file, in pieces; closing it closes the file.

    A gateway whose server sends files itself takes `path`, `offset` and `length`.

    Args:
        file: open for reading bytes.
        path: where the file is, if it has a place in the file system.
        offset: the first byte to send; None reads from wherever an unseekable file stands.
        length: how many bytes to send; None means to the end.
    """

    def __init__(
        self, file: IO[bytes], path: str | None, offset: int | None, length: int | None
    ) -> None:
        self.file = file
        self.path = path
        self.offset = offset
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        if self.offset is not None:
            self.file.seek(self.offset)
        if self.length is None:
            while piece := self.file.read(PIECE):
                yield piece
            return
        left = self.length
        while left > 0:
            piece = self.file.read(min(left, PIECE))
            if not piece:
                raise OSError(
                    f"{self.path or self.file!r} became shorter while it was being sent: "
                    f"{left} of the announced {self.length} bytes are missing."
                )
            left -= len(piece)
            yield piece

    def sent_by_path(self) -> tuple[str, int, int] | None:
        """The absolute path, the first byte and the end, for a server that sends the file itself.

        None if the file has no path or there is another one by now: what was said of it, such as
        its tag and its length, must be true of what is sent.
        """
        if self.path is None or self.offset is None or not self.length:
            return None
        try:
            same = os.path.samestat(os.fstat(self.file.fileno()), os.stat(self.path))
        except OSError:
            return None
        return (
            (os.path.abspath(self.path), self.offset, self.offset + self.length) if same else None
        )

    def close(self) -> None:
        """Close the file."""
        close = getattr(self.file, "close", None)
        if close is not None:
            close()


def send_file(
    path_or_file: os.PathLike[Any] | str | IO[bytes],
    environ: WSGIEnvironment,
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
    root_path: str | None = None,
) -> WerkzeugResponse:
    """A response with the content of a file.

    SECURITY: the path is trusted. For a path that a client chose use `send_from_directory`.

    Args:
        path_or_file: a path, or a file open for reading bytes, which is sent from where it stands
            and closed with the response.
        environ: the WSGI environment of the request that is answered.
        mimetype: the media type; guessed from the name if None.
        as_attachment: ask the client to save the file rather than to show it.
        download_name: the name to save it under; that of the path if None.
        conditional: obey If-Match, If-None-Match, If-(Un)Modified-Since, If-Range and Range.
        etag: a tag of your own; True makes one for a path from its time and size.
        last_modified: a time of your own, in seconds since 1970 or as a datetime; that of the
            path if None.
        max_age: seconds a client may keep the file without asking, or a function of the path that
            gives them; None lets it keep the file but ask each time.
        use_x_sendfile: leave sending to the web server in front, by the X-Sendfile header.
        response_class: the class of the response.
        root_path: the folder that a relative path starts from.

    Raises:
        TypeError: the media type or the attachment's name cannot be known, or it is no file.
        ValueError: the file was opened as text.
        OSError: the path cannot be opened.
        RequestedRangeNotSatisfiable: the requested range lies behind the end (416).
    """
    source = _Source.of(path_or_file, root_path)
    if download_name is None and source.path is not None:
        download_name = os.path.basename(source.path)
    headers = _description(download_name, mimetype, as_attachment)
    by_server = (
        use_x_sendfile and source.path is not None and _PRINTABLE.match(source.path) is not None
    )
    if by_server:
        headers.append(("X-Sendfile", source.path or ""))
    body = source.open(nothing=by_server)
    try:
        # An empty body has the length zero, whatever the server in front will make of it.
        if body is not None and body.length is not None:
            headers.append(("Content-Length", str(body.length)))
        headers += _validators(source, etag, last_modified)
        headers += _cache_age(max_age(source.path) if callable(max_age) else max_age)
        response = response_class(
            body if body is not None else [], headers=headers, direct_passthrough=True
        )
        if conditional and environ.get("REQUEST_METHOD") in ("GET", "HEAD"):
            _obey_conditions(response, environ)
            if body is not None and body.length is not None:
                _obey_range(response, body, environ)
    except BaseException:
        if body is not None:
            body.close()
        raise
    return response


def send_from_directory(
    directory: os.PathLike[str] | str,
    path: os.PathLike[str] | str,
    environ: WSGIEnvironment,
    *,
    root_path: str | None = None,
    **options: Any,
) -> WerkzeugResponse:
    """A response with the content of a file under a directory, whose name a client may choose.

    Symbolic links are followed: who may write to the directory decides what it shows.

    Args:
        directory: the folder; this is trusted, and must not come from a client.
        path: the file's path under it, with slashes.
        environ: the WSGI environment of the request that is answered.
        root_path: the folder that a relative directory starts from.
        options: further arguments of `send_file`.

    Raises:
        NotFound: there is no such file under the directory, or it is not a regular one.
    """
    # SECURITY: safe_join refuses what would leave the directory, by dots, drives or devices.
    full = safe_join(os.fspath(directory), os.fspath(path))
    if full is None:
        raise NotFound
    if root_path is not None:
        full = os.path.join(root_path, full)
    try:
        is_file = stat.S_ISREG(os.stat(full).st_mode)
    except (OSError, ValueError):
        # Missing, too long, with a NUL byte, or not encodable: all of it is a name of no file.
        raise NotFound from None
    if not is_file:
        raise NotFound
    try:
        return send_file(full, environ, **options)
    except FileNotFoundError:
        raise NotFound from None


# -- where the bytes come from -------------------------------------------------------------------


class _Source:
    """A path or a file, and what the file system says of it."""

    def __init__(self, path: str | None, file: IO[bytes] | None) -> None:
        self.path = path
        self.file = file
        self.status: os.stat_result | None = None

    @classmethod
    def of(cls, path_or_file: Any, root_path: str | None) -> _Source:
        if isinstance(path_or_file, (str, os.PathLike)):
            path = os.fsdecode(path_or_file)
            return cls(os.path.join(root_path, path) if root_path else path, None)
        if isinstance(path_or_file, io.TextIOBase):
            raise ValueError(
                "send_file() was given a file that is open as text. Open it with mode 'rb', or "
                "encode the text and wrap it in io.BytesIO."
            )
        if not hasattr(path_or_file, "read"):
            raise TypeError(
                "send_file() needs a path or a file that is open for reading bytes, but was given "
                f"{type(path_or_file).__name__}. Wrap bytes in io.BytesIO; return a generator "
                "from the view, or in a Response, to stream it."
            )
        return cls(None, path_or_file)

    def open(self, nothing: bool) -> FileBody | None:
        """The file's bytes; None if they are not wanted, only what is known of the file."""
        if self.path is None:
            assert self.file is not None
            return FileBody(self.file, None, *_remainder(self.file))
        if nothing:
            self.status = os.stat(self.path)
            return None
        # The status is that of the open file, so that the validators describe what is sent.
        file = open(self.path, "rb", buffering=0)  # noqa: SIM115 - the response closes it
        self.status = os.fstat(file.fileno())
        if not stat.S_ISREG(self.status.st_mode):
            return FileBody(file, None, None, None)
        return FileBody(file, self.path, 0, self.status.st_size)


def _remainder(file: IO[bytes]) -> tuple[int | None, int | None]:
    """Where a file stands and how many bytes follow; None twice if it does not tell."""
    try:
        start = file.tell()
        file.seek(0, os.SEEK_END)
        end = file.tell()
        file.seek(start)
    except (AttributeError, OSError, ValueError, TypeError):
        return None, None
    return start, max(end - start, 0)


# -- what the response says ----------------------------------------------------------------------


def _description(
    name: str | None, mimetype: str | None, as_attachment: bool
) -> list[tuple[str, str]]:
    headers = []
    encoding = None
    if mimetype is None:
        if name is None:
            raise TypeError(
                "send_file() cannot guess the media type of a file without a name. Pass "
                "download_name= or mimetype=."
            )
        mimetype, encoding = mimetypes.guess_type(name)
    if name is not None:
        disposition = "attachment" if as_attachment else "inline"
        headers.append(("Content-Disposition", content_disposition(disposition, name)))
    elif as_attachment:
        raise TypeError(
            "send_file() cannot offer a file without a name as an attachment. Pass download_name=."
        )
    if encoding is not None and not as_attachment:
        # A browser that shows `page.svg.gz` must unpack it; one that saves it must not.
        headers.append(("Content-Encoding", encoding))
    mimetype = mimetype or "application/octet-stream"
    headers.append(("Content-Type", get_content_type(mimetype, "utf-8")))
    return headers


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


def _validators(
    source: _Source, etag: bool | str, last_modified: datetime | float | None
) -> list[tuple[str, str]]:
    headers = []
    status = source.status
    if last_modified is None and status is not None:
        last_modified = status.st_mtime
    if last_modified is not None:
        headers.append(("Last-Modified", http_date(last_modified)))
    if isinstance(etag, str):
        headers.append(("ETag", quote_etag(etag)))
    elif etag and status is not None:
        # One URL may stand for different files; two of them may have the same time and size.
        place = crc32(os.fsencode(source.path or ""))
        headers.append(("ETag", f'"{status.st_mtime_ns:x}-{status.st_size:x}-{place:x}"'))
    return headers


def _cache_age(max_age: int | None) -> list[tuple[str, str]]:
    if max_age is None:
        return [("Cache-Control", "no-cache")]
    who = "public" if max_age > 0 else "no-cache"
    return [
        ("Cache-Control", f"{who}, max-age={max_age}"),
        ("Expires", http_date(int(time() + max_age))),
    ]


# -- what the request asks -----------------------------------------------------------------------


def _obey_conditions(response: WerkzeugResponse, environ: WSGIEnvironment) -> None:
    """Turn the response into 304 or 412 where a precondition says so (RFC 9110, section 13)."""
    if environ.keys().isdisjoint(_PRECONDITIONS):
        return
    response.make_conditional(environ)
    if "HTTP_IF_UNMODIFIED_SINCE" in environ and "HTTP_IF_MATCH" not in environ:
        limit = parse_date(environ["HTTP_IF_UNMODIFIED_SINCE"])
        modified = response.last_modified
        if limit is not None and modified is not None and modified > limit:
            response.status_code = 412
    if response.status_code == 412:
        # The client asked for the file only under a condition: the error does not contain it.
        response.close()
        response.response = []
        for name in ("Content-Length", "Content-Disposition", "Content-Encoding"):
            response.headers.pop(name, None)


def _obey_range(response: WerkzeugResponse, body: FileBody, environ: WSGIEnvironment) -> None:
    """Narrow the response to the requested range (RFC 9110, section 14).

    One range is served. A header that asks for several, or is malformed, is ignored, as the RFC
    allows: the client receives the whole file.

    Raises:
        RequestedRangeNotSatisfiable: the range lies behind the end.
    """
    response.headers["Accept-Ranges"] = "bytes"
    length = body.length
    if (
        environ["REQUEST_METHOD"] == "HEAD"
        or "HTTP_RANGE" not in environ
        or response.status_code != 200
        or not length
        or not _if_range_holds(response, environ.get("HTTP_IF_RANGE"))
    ):
        return
    span = _single_range(environ["HTTP_RANGE"], length)
    if span is None:
        return
    first, last = span
    body.offset = (body.offset or 0) + first
    body.length = last - first + 1
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {first}-{last}/{length}"
    response.headers["Content-Length"] = str(body.length)


def _single_range(header: str, length: int) -> tuple[int, int] | None:
    """The first and last byte to send; None where the header is to be ignored."""
    match = _SINGLE_RANGE.match(header)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if int(suffix) == 0:
            raise RequestedRangeNotSatisfiable(length)
        return max(length - int(suffix), 0), length - 1
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= length:
        raise RequestedRangeNotSatisfiable(length)
    return start, min(int(last), length - 1) if last else length - 1


def _if_range_holds(response: WerkzeugResponse, header: str | None) -> bool:
    """Whether the client's part belongs to this very version (RFC 9110, section 13.1.5)."""
    if header is None:
        return True
    if header.startswith('"'):
        return header == response.headers.get("ETag")
    date = parse_date(header)
    return date is not None and date == response.last_modified
