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
from ..http.body import BROKEN, CappedStream, is_number

if TYPE_CHECKING:
    from ..http.request import Request

#: Bytes of a body that are kept in memory.
IN_MEMORY = 512 * 1024

#: Bytes of a longer one that are written to disk at a time.
AT_ONCE = 128 * 1024


#: Methods whose requests have no body unless a Content-Length or a Transfer-Encoding says so (RFC
#: 9112, section 6.3). HTTP/2 needs neither.
NO_BODY = ("GET", "HEAD", "OPTIONS", "DELETE")


class _Spool(SpooledTemporaryFile[bytes]):
    """A file that is closed when nobody has it any more, without a warning."""

    # NOTE: a stream may read the body when its request has ended long since, so only the last one
    # who holds the file can close it.
    def __del__(self) -> None:
        self.close()


def note_length(
    request: Request, encoding: str | bytes | None, length: str | bytes | None
) -> int | None:
    """The bytes of a request's body, which it then knows; None if only reading it tells.

    PERF: the gateway has looked the fields up already (benchmark: JSON body on ASGI).
    """
    if length is not None and encoding is None and is_number(length):
        request.content_length = int(length)
    return request.content_length


def refused_body() -> IO[bytes]:
    """A body that was announced too long, so that it was not received: reading it raises 413."""
    return overlong_body(BytesIO(b"?"), 0)


def overlong_body(begun: IO[bytes], limit: int) -> IO[bytes]:
    """A body of which more came than the limit: reading it raises 413."""
    return cast("IO[bytes]", CappedStream(begun, limit))


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
        #: What came last and is not on disk.
        self._memory: BytesIO | None = None
        self._disk: _Spool | None = None

    @property
    def full(self) -> bool:
        """Whether the limit is passed, so that no more is taken."""
        return self._left == 0

    async def add(self, piece: bytes) -> None:
        """Take a piece in."""
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        if self._memory is None:
            self._memory = BytesIO(piece)
            self._memory.seek(len(piece))
        else:
            self._memory.write(piece)
            if self._memory.tell() > (IN_MEMORY if self._disk is None else AT_ONCE):
                # Disks are slow (CVE-2025-54121).
                await in_thread(self._write)

    def _write(self) -> _Spool:
        """Bring what is in memory to disk."""
        if self._disk is None:
            self._disk = _Spool()
            self._disk.rollover()
        if self._memory is not None:
            self._disk.write(self._memory.getbuffer())
            self._memory = None
        return self._disk

    def _write_rest(self) -> IO[bytes]:
        disk = self._write()
        disk.seek(0)
        return cast("IO[bytes]", disk)

    async def finish(self) -> IO[bytes]:
        """The body from its beginning."""
        if self._disk is not None:
            file = await in_thread(self._write_rest)
        else:
            file = self._memory or BytesIO()
            file.seek(0)
        if self._limit is not None and self.full:
            return overlong_body(file, self._limit)
        return file
