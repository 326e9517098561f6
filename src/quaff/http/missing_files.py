"""In debug mode: why a file that the developer expects is not in `request.files`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from .request import Request


class DebugFilesKeyError(KeyError, AssertionError):
    """A file was looked for in a request whose form was not sent as multipart/form-data."""

    def __init__(self, request: Request, key: str) -> None:
        sent = [repr(name) for name in request.form.getlist(key)]
        message = (
            f"There is no file {key!r} in request.files: the form was sent as "
            f"{request.mimetype!r}, so no file contents were transmitted. "
            'Give the form the attribute enctype="multipart/form-data".'
        )
        if sent:
            message += f" This was submitted: {', '.join(sent)}."
        super().__init__(key)
        self.message = message

    def __str__(self) -> str:
        return self.message


def explain_missing_files(request: Request) -> None:
    """Make `request.files[key]` raise DebugFilesKeyError where `key` came as a text field."""
    plain = request.files

    class ExplainingFiles(MultiDict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            try:
                return super().__getitem__(key)
            except KeyError as error:
                if key not in request.form:
                    raise
                raise DebugFilesKeyError(request, key) from error.with_traceback(None)

    request.__dict__["files"] = ExplainingFiles(plain)
