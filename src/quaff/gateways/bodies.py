"""Request bodies under async gateways, read before the view so that no thread waits for clients.

A body is kept in memory up to a size and on disk beyond it. Reading stops one byte after the
application's limit: that byte is the proof on which the body answers 413, if the view reads it at
all and whatever limit the view has set since.
"""

from __future__ import annotations

from io import BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.exceptions import ClientDisconnected

from ..bridge import in_thread
from ..http.body import BROKEN, CappedStream

if TYPE_CHECKING:
    from ..http.request import Request

#: Bytes of a body that are kept in memory.
IN_MEMORY = 512 * 1024


class _Spool(SpooledTemporaryFile[bytes]):
    """A file that is closed when nobody has it any more, without a warning."""

    # NOTE: a stream may read the body when its request has ended long since, so only the last one
    # who holds the file can close it.
    def __del__(self) -> None:
        self.close()


def has_body(request: Request) -> bool:
    """Whether the request has a body (RFC 9112, section 6.3)."""
    return (
        # HTTP/2 needs neither field.
        request.method not in ("GET", "HEAD", "OPTIONS", "DELETE")
        or request.field("CONTENT_LENGTH", b"content-length") is not None
        or request.field("HTTP_TRANSFER_ENCODING", b"transfer-encoding") is not None
    )


def refused_body() -> IO[bytes]:
    """A body that was announced too long, so that it was not received: reading it raises 413."""
    return cast("IO[bytes]", CappedStream(BytesIO(b"?"), 0))


class _Broken(RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        raise ClientDisconnected(BROKEN)


def broken_body() -> IO[bytes]:
    """A body that broke off: reading it raises 400."""
    return cast("IO[bytes]", _Broken())


class BodyBuffer:
    """Takes the pieces of a body in, and gives it out as a file.

    Args:
        limit: how many bytes the application accepts; None for any number.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._left = None if limit is None else limit + 1
        self._size = 0
        # PERF: a file that may go to disk is slow to make (benchmark: JSON body on ASGI).
        self._file: IO[bytes] = BytesIO()

    @property
    def full(self) -> bool:
        """Whether the limit is passed, so that no more is taken."""
        return self._left == 0

    async def add(self, piece: bytes) -> None:
        """Take a piece in."""
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        self._size += len(piece)
        if self._size > IN_MEMORY:
            if isinstance(self._file, BytesIO):
                begun, self._file = self._file, cast("IO[bytes]", _Spool(IN_MEMORY))
                self._file.write(begun.getvalue())
            # Past the size the file is on disk, and disks are slow (CVE-2025-54121).
            await in_thread(self._file.write, piece)
        else:
            self._file.write(piece)

    def finish(self) -> IO[bytes]:
        """The body from its beginning."""
        self._file.seek(0)
        if self._limit is not None and self.full:
            return cast("IO[bytes]", CappedStream(self._file, self._limit))
        return self._file
