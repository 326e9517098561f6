"""Reading a request body without trusting it.

Every way in which a body can be too long, too short or malformed ends here, in an HTTP error.
This module reads streams it is given; it opens none.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import cache
from io import BytesIO, RawIOBase
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    LengthRequired,
    RequestEntityTooLarge,
)
from werkzeug.formparser import FormDataParser as WerkzeugFormDataParser
from werkzeug.utils import import_string
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import MultiDict

    from .uploads import UploadedFile


CUT_SHORT = "The request body ended before its announced length."


class CompleteStream(LimitedStream):
    """A body with a Content-Length: reading less than announced raises 400.

    SECURITY: granian and gunicorn present a body that was cut short as if it had ended; the
    length is the only witness (RFC 9112, section 8).
    """

    def on_disconnect(self, error: Exception | None = None) -> bytes:  # type: ignore[override]
        raise ClientDisconnected(CUT_SHORT)


BROKEN = "The request body broke off, or its chunks are malformed."


class CappedStream(RawIOBase):
    """A body of unknown length: reading more than the limit raises 413, and never cuts.

    What the server raises of a body that breaks off, in words of its own, becomes 400.

    Args:
        stream: where the server delivers the body; it must end by itself.
        limit: how many bytes may be read; None for any number.
    """

    def __init__(self, stream: IO[bytes], limit: int | None) -> None:
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        # One byte more than allowed shows that the limit is passed.
        size = len(buffer) if self._left is None else min(len(buffer), self._left + 1)
        try:
            piece = self._stream.read(size)
        except HTTPException:
            raise
        except Exception as error:
            raise ClientDisconnected(BROKEN) from error
        if self._left is not None:
            if len(piece) > self._left:
                raise RequestEntityTooLarge
            self._left -= len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def guarded_stream(
    environ: WSGIEnvironment, content_length: int | None, limit: int | None
) -> IO[bytes]:
    """The body of a WSGI request as a stream that ends where the message does.

    Raises:
        RequestEntityTooLarge: the announced length passes the limit, or, while reading a body
            of unknown length, the data does.
        LengthRequired: the body comes in chunks, which the server does not put together.
        ClientDisconnected: while reading, the body ends before its announced length, or breaks.
    """
    stream = cast("IO[bytes]", environ["wsgi.input"])
    if content_length is not None:
        if limit is not None and content_length > limit:
            raise RequestEntityTooLarge
        return cast("IO[bytes]", CompleteStream(stream, content_length))
    # Without a length and without the server's word that the stream ends, reading could hang.
    if "wsgi.input_terminated" not in environ:
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise LengthRequired
        return BytesIO()
    return cast("IO[bytes]", CappedStream(stream, limit))


def is_number(length: str | bytes) -> bool:
    """Whether a Content-Length is a number that no body is too long for, and nothing else."""
    return length.isdigit() and length.isascii() and len(length) < 19


def as_file(body: IO[bytes] | bytes | None) -> IO[bytes]:
    """What a gateway has received of a body, as a file."""
    return BytesIO(body or b"") if body is None or isinstance(body, bytes) else body


def read_whole(body: IO[bytes] | bytes, length: int, limit: int | None) -> bytes:
    """A body of known length.

    PERF: it saves the stream around the server's (benchmark: JSON body).

    Raises:
        RequestEntityTooLarge: the length passes the limit.
        ClientDisconnected: the body ends before its announced length.
    """
    if limit is not None and length > limit:
        raise RequestEntityTooLarge
    if isinstance(body, bytes):
        data = body if len(body) == length else body[:length]
    else:
        try:
            data = body.read(length)
            if 0 < len(data) < length:
                data += read_at_most(body, length - len(data))
        except OSError as error:
            raise ClientDisconnected(BROKEN) from error
    if len(data) < length:
        raise ClientDisconnected(CUT_SHORT)
    return data


class FormDataParser(WerkzeugFormDataParser):
    """Werkzeug's parser, with the form limits applied to urlencoded bodies as well.

    SECURITY: eight megabytes of `a=1&` cost seconds to parse and hundreds of megabytes to hold.
    """

    #: Whether the form that was parsed last is malformed, so that nothing of it was kept.
    is_broken = False

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        if mimetype == "application/x-www-form-urlencoded":
            return stream, self._urlencoded(self._read_form(stream)), self.cls()
        if mimetype == "multipart/form-data":
            return self._multipart(stream, mimetype, content_length, options)
        return super().parse(stream, mimetype, content_length, options)

    def _multipart(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None,
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        """A form with its files; those of one that fails are closed."""
        silent, make, opened = self.silent, self.stream_factory, ExitStack()

        def opening(*args: Any, **kwargs: Any) -> IO[bytes]:
            return opened.enter_context(closing(make(*args, **kwargs)))

        self.silent, self.stream_factory = False, opening
        with opened:
            try:
                _, form, files = super().parse(stream, mimetype, content_length, options)
            except ValueError:
                if not silent:
                    raise
                self.is_broken = True
                return stream, self.cls(), self.cls()
            opened.pop_all()
        if files:
            kind = _uploaded_file()
            files = self.cls(
                (name, kind(file.stream, file.filename, file.name, headers=file.headers))
                for name, file in files.items(multi=True)
            )
        return stream, form, files

    def _read_form(self, stream: IO[bytes]) -> bytes:
        limit = self.max_form_memory_size
        if limit is None:
            return stream.read()
        data = read_at_most(stream, limit + 1)
        if len(data) > limit:
            raise RequestEntityTooLarge
        return data

    def _urlencoded(self, data: bytes) -> MultiDict[str, Any]:
        if self.max_form_parts is not None and data.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.is_broken = True
            return self.cls()
        return self.cls(parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote"))


@cache
def _uploaded_file() -> type[UploadedFile]:
    # PERF: only forms with files load it (benchmark: import).
    kind: type[UploadedFile] = import_string("quaff.http.uploads:UploadedFile")
    return kind


def read_at_most(stream: IO[bytes], size: int) -> bytes:
    """Up to `size` bytes: fewer only where the stream ends (one read may return less)."""
    first = stream.read(size)
    if len(first) == size or not first:
        return first
    pieces = [first]
    size -= len(first)
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
