"""The bytes of a file, on their way to a client.

A body never holds more bytes of its file than it announced, and ends in an error, not silently,
if the file turns out shorter. No more than a piece of it is in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

__all__ = ["PIECE", "FileBody"]

#: Bytes read and sent at a time.
PIECE = 131_072

#: Asks the system for what it has in memory only; None where it cannot be asked.
_NO_WAIT: int | None = getattr(os, "RWF_NOWAIT", None)


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
        #: How many bytes were read, and behind how many the file itself stands.
        self._sent = 0
        self._stands: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read():
            yield piece

    def read(self) -> bytes:
        """The next piece; it is empty at the end.

        Raises:
            OSError: the file has become shorter than it was.
        """
        size = PIECE if self.length is None else min(PIECE, self.length - self._sent)
        if size <= 0:
            return b""
        if self.offset is not None and self._sent != self._stands:
            self.file.seek(self.offset + self._sent)
        piece = self.file.read(size)
        if not piece and self.length is not None:
            raise OSError(
                f"{self.path or self.file!r} became shorter while it was being sent: "
                f"{self.length - self._sent} of the announced {self.length} bytes are missing."
            )
        self._sent += len(piece)
        self._stands = self._sent
        return piece

    def read_at_once(self) -> bytes | None:
        """The next piece if the system has it in memory, so that no disk is waited for.

        None if it has not, or cannot tell; then `read` gives the piece.

        PERF: it saves a thread for each piece (benchmark: file of 1 MB on ASGI).
        """
        if self.path is None or self.offset is None or self.length is None or _NO_WAIT is None:
            return None
        size = min(PIECE, self.length - self._sent)
        buffer = bytearray(size)
        try:
            count = os.preadv(self.file.fileno(), [buffer], self.offset + self._sent, _NO_WAIT)
        except OSError:  # It is on disk, or in a file system that does not tell.
            return None
        if count == 0:
            return None
        self._sent += count
        return bytes(buffer if count == size else buffer[:count])

    def read_whole_at_once(self) -> bytes | None:
        """All of it, if that is one piece and the system has it in memory; otherwise None."""
        if self.length == 0:
            return b""
        if self.length is None or self.length > PIECE:
            return None
        piece = self.read_at_once()
        if piece is not None and len(piece) == self.length:
            return piece
        self._sent = 0
        return None

    @property
    def is_read(self) -> bool:
        """Whether nothing is left; a file of unknown length does not tell."""
        return self._sent == self.length

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
