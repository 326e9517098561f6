"""Mistakes in the user's code, shown from there on: servers and commands stand above it."""

from __future__ import annotations

from types import TracebackType

__all__ = ["own_frames_removed"]


def own_frames_removed(error: BaseException) -> BaseException:
    """The same exception, its traceback starting where the user's code starts.

    If it never reached the user's code, the traceback is left whole; a `SyntaxError` names its
    file and line itself and needs none.
    """
    frame: TracebackType | None = error.__traceback__
    while frame is not None and _is_ours(frame.tb_frame.f_globals.get("__name__", "")):
        frame = frame.tb_next
    if frame is None and not isinstance(error, SyntaxError):
        return error
    return error.with_traceback(frame)


def _is_ours(module_name: str) -> bool:
    return module_name.partition(".")[0] in {"click", "importlib"} or module_name.startswith(
        ("quaff.cli", "quaff.server", "quaff.__main__")
    )
