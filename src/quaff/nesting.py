"""How deeply JSON of clients may be nested before reading it could end the process.

SECURITY: msgspec reads JSON by recursion, and leaves it to Python to say when that is too deep. Up
to 3.12 Python does. In 3.13 C code may go 10,000 levels deep, whatever stack its thread has; where
that is of 2 MB, as in Granian's threads for WSGI, 6,000 brackets of a client end the process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import accumulate
from typing import Any

__all__ = ["DEEPEST", "check_nesting", "guarded"]

#: Arrays and objects within each other. At 2,000 msgspec takes less than a megabyte of stack.
DEEPEST = 2_000

_TRUSTS_PYTHON = sys.version_info < (3, 13)

_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
#: By the byte, how a bracket changes the depth.
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]


def check_nesting(document: bytes | str) -> None:
    """Raise RecursionError if JSON is nested more deeply than DEEPEST; it need not be valid."""
    data = document.encode("utf-8", "replace") if isinstance(document, str) else bytes(document)
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return
    # Brackets in strings do not count. Without escapes a string is what stands between two quotes.
    unescaped = data.replace(rb"\\", b"").replace(rb"\"", b"")
    brackets = b"".join(unescaped.split(b'"')[::2]).translate(None, _OTHERS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEEPEST:
        raise RecursionError(f"JSON is nested more than {DEEPEST} levels deep.")


def guarded(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of msgspec's that reads JSON, with RecursionError for what is too deep."""
    if _TRUSTS_PYTHON:
        return decode

    def decode_checked(document: Any) -> Any:
        # PERF: what is short cannot be deep (benchmark: JSON body).
        if len(document) > DEEPEST:
            check_nesting(document)
        return decode(document)

    return decode_checked
