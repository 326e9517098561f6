"""Where the bytes of a response come from: a path, or a file that is open."""

from __future__ import annotations

import io
import os
import stat
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import IO, TYPE_CHECKING, Any
from zlib import crc32

from werkzeug.exceptions import NotFound
from werkzeug.http import http_date, quote_etag
from werkzeug.security import safe_join

from .file_body import FileBody
from .preconditions import Version, failed_precondition
from .validity import check_headers

if TYPE_CHECKING:
    from .request import Request

__all__ = ["Source"]

#: Seconds for which the system itself remembers what it was asked of a path. Local file systems do
#: for longer, unless memory is very short; those on a network or in a process of their own do for
#: at least this long unless they are told otherwise (NFS: 3, SMB: 1, FUSE: 1).
AT_HAND = 1.0

#: When paths that clients named were last asked for by code that may wait.
_seen: dict[str, float] = {}
MOST_SEEN = 10_000


class Source:
    """A path or a file.

    Args:
        path: where the file is, if it has a place in the file system.
        file: the file, where there is no path.
        status: what the file system says of the path, where it was asked.
    """

    def __init__(
        self, path: str | None, file: IO[bytes] | None, status: os.stat_result | None = None
    ) -> None:
        self.path = path
        self.file = file
        self.status = status

    @classmethod
    def of(cls, path_or_file: Any, root_path: str | None) -> Source:
        """What a developer names.

        Raises:
            ValueError: the file was opened as text.
            TypeError: it is neither a path nor a file.
        """
        if isinstance(path_or_file, (str, os.PathLike)):
            path = os.fsdecode(path_or_file)
            return cls(path if root_path is None else os.path.join(root_path, path), None)
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

    @classmethod
    def below(cls, directory: str, path: str, root_path: str | None) -> Source:
        """What a client names.

        Raises:
            NotFound: there is no such file under the directory, or it is not a regular one.
        """
        full = _place(directory, path, root_path)
        if full is None:
            raise NotFound
        asked = monotonic()
        try:
            status = os.stat(full)
        except (OSError, ValueError):
            # Missing, too long, with a NUL byte, or not encodable: all of it is a name of no file.
            raise NotFound from None
        if not stat.S_ISREG(status.st_mode):
            raise NotFound
        if len(_seen) >= MOST_SEEN:
            _seen.clear()
        _seen[full] = asked
        return cls(full, None, status)

    @classmethod
    def at_hand(cls, directory: str, path: str) -> Source | None:
        """What a client names, if the disk need not be waited for to say what is there.

        None if that is not known, or if there is no such file.
        """
        full = _place(directory, path)
        if full is None or monotonic() - _seen.get(full, -AT_HAND) >= AT_HAND:
            return None
        try:
            status = os.stat(full)
        except OSError:
            return None
        return cls(full, None, status) if stat.S_ISREG(status.st_mode) else None

    def choose(
        self,
        asking: Request | None,
        etag: bool | str,
        last_modified: datetime | float | None,
        opens: bool,
    ) -> tuple[int, Version, FileBody | None]:
        """The status of the response, the version it is about, and the body if there is one.

        Args:
            asking: the request whose conditions are obeyed; None obeys none.
            etag: a tag of the developer's; True makes one, False none.
            last_modified: a time of the developer's.
            opens: whether a path is opened, and not only asked for its version.
        """
        if self.path is not None and self.status is None:
            self.status = os.stat(self.path)
        version = self.version(etag, last_modified)
        refusal = None if asking is None else failed_precondition(asking, version)
        body = None
        if self.path is None:
            assert self.file is not None
            body = FileBody(self.file, None, *_remainder(self.file))
        elif refusal is None and opens:
            known = self.status
            body = self._open(self.path)
            if _state(self.status) != _state(known):
                # It was changed in this very moment.
                version = self.version(etag, last_modified)
                refusal = None if asking is None else failed_precondition(asking, version)
        if refusal is None:
            return 200, version, body
        if body is not None:
            body.close()
        return refusal, version, None

    def _open(self, path: str) -> FileBody:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - the response closes it
        self.status = os.fstat(file.fileno())
        if not stat.S_ISREG(self.status.st_mode):
            return FileBody(file, None, None, None)
        return FileBody(file, path, 0, self.status.st_size)

    def version(
        self, etag: bool | str = True, last_modified: datetime | float | None = None
    ) -> Version:
        """The version as far as it is known."""
        tag = time = None
        if self.status is not None:
            modified, size = self.status.st_mtime_ns, self.status.st_size
            tag, time = version = _version_of(self.path or "", modified, size)
            if etag is True and last_modified is None:
                return version
        if etag is not True:
            tag = quote_etag(etag) if etag else None
            check_headers([("ETag", tag or "")])
        if last_modified is not None:
            time = http_date(last_modified)
        return Version(tag, time)


def _state(status: os.stat_result | None) -> tuple[int, int] | None:
    """By what two versions of a path differ."""
    return None if status is None else (status.st_mtime_ns, status.st_size)


def _place(directory: str, path: str, root_path: str | None = None) -> str | None:
    # SECURITY: safe_join refuses what would leave the directory, by dots, drives or devices.
    full = safe_join(directory, path)
    return full if full is None or root_path is None else os.path.join(root_path, full)


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


@lru_cache(1024)
def _version_of(path: str, modified: int, size: int) -> Version:
    """The version of a path from its time, in nanoseconds, and its size."""
    # One URL may stand for different files; two of them may have the same time and size.
    place = crc32(os.fsencode(path))
    return Version(f'"{modified:x}-{size:x}-{place:x}"', http_date(modified // 1_000_000_000))
