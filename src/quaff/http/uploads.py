"""UploadedFile: a file of a form, as a view gets it."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import splitext
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

__all__ = ["FILE_SCHEMA", "UploadedFile"]

#: Characters: what file systems take, with room for what an application puts before the name.
MAX_STEM = 180
MAX_SUFFIX = 20

#: A file in JSON Schema (OpenAPI 3.1, section 4.8.14.2). The format is what older generators of
#: clients look for.
FILE_SCHEMA = {
    "type": "string",
    "format": "binary",
    "contentMediaType": "application/octet-stream",
}


class UploadedFile(FileStorage):
    """A file that a client sent in a form (multipart/form-data, RFC 7578).

    It has the whole interface of Werkzeug's FileStorage: `stream`, `save(path_or_file)`, `headers`,
    iteration by lines, and whatever else its stream has. Up to 500 kB are held in memory, more in a
    temporary file. It is closed when its request ends.

    SECURITY: `filename` and `content_type` are the client's own words, to be believed as little as
    the content.
    """

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from where the last reading ended; -1 for all."""
        data: bytes = self.stream.read(size)
        return data

    def chunks(self, size: int = 64 * 1024) -> Iterator[bytes]:
        """The content from where the last reading ended, in pieces of up to `size` bytes."""
        while piece := self.stream.read(size):
            yield piece

    @property
    def size(self) -> int | None:
        """Bytes of the whole content; None if its stream cannot tell."""
        try:
            position = self.stream.tell()
            try:
                return self.stream.seek(0, 2)
            finally:
                self.stream.seek(position)
        except (AttributeError, OSError):
            return None

    @property
    def safe_filename(self) -> str:
        """A name for a file, made of the client's: ASCII, without folders, never empty.

        It says nothing of whether such a file exists already.
        """
        name = (self.filename or "").replace("\\", "/").rpartition("/")[2]
        stem, suffix = map(secure_filename, splitext(name))
        stem = stem[:MAX_STEM] or "file"
        return f"{stem}.{suffix[:MAX_SUFFIX]}" if suffix else stem

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        # It is called by Pydantic only, so Pydantic is there.
        from pydantic_core import core_schema

        return core_schema.is_instance_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, str]:
        return dict(FILE_SCHEMA)
