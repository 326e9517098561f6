"""Malformed JSON: where a text stops being any."""

from __future__ import annotations

import re

__all__ = ["NoJson", "malformed"]

#: Half of a character, which is no text. msgspec says of it that the JSON ends too early.
LONE_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*(\\u[dD][89abAB][0-9a-fA-F]{2})(?!\\u)")


class NoJson(ValueError):
    """A text is no JSON; the message says where it stops being any."""


def malformed(data: bytes, message: str) -> NoJson:
    """The error of a text that is no JSON, with the line and column where it stops being any.

    Args:
        data: the text.
        message: what msgspec says of it.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"(byte {error.start})"
    found = re.search(r"\(byte (\d+)\)", message)
    surrogate = None if found else LONE_SURROGATE.search(data)
    before = data
    if found:
        # Of what comes behind the JSON, msgspec tells the end of its first character.
        before = data[: int(found[1]) - ("trailing" in message)]
    elif surrogate:
        before = data[: surrogate.start(1)]
    line = before.count(b"\n") + 1
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    what = "is not valid JSON" if found or surrogate else "ends too early to be JSON"
    return NoJson(f"{what}: line {line}, column {column}")
