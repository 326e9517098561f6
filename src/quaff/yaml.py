"""Plain values as YAML 1.2.

Only writing is here: a few shapes, always the same way, so that a library for all of YAML would be
more to install than to use. Whatever might be read as something else than text is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

__all__ = ["to_yaml"]

#: Texts that need no quotes: they begin with a letter and nothing in them has a meaning.
_PLAIN = re.compile(r"[A-Za-z_/$][A-Za-z0-9_/$.{}-]*(?: [A-Za-z0-9_/$.{}(-][A-Za-z0-9_/$.,;()-]*)*")
#: What YAML 1.1, which is still in use, reads as something else than text.
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
#: Lines of a text that can stand as a block below its key.
_BLOCK = re.compile(r"[^\s](?:[^\n]*[^\s])?(?:\n+ *[^\s](?:[^\n]*[^\s])?)*\n?")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(value: Any) -> str:
    """A value as a YAML document, with the keys in their order.

    Args:
        value: mappings with text as keys, sequences, text, numbers, booleans and None.

    Raises:
        TypeError: there is something else in it.
    """
    if isinstance(value, Mapping | list | tuple) and value:
        return "".join(f"{line}\n" for line in _lines(value))
    return f"{_scalar(value)}\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, content in value.items():
            if not isinstance(key, str):
                raise TypeError(f"Keys are text in the YAML written here; {key!r} is not.")
            yield from _entry(f"{_scalar(key)}:", content)
    else:
        for content in value:
            if isinstance(content, Mapping | list | tuple) and content:
                first, *others = _lines(content)
                yield f"- {first}"
                yield from (f"  {line}" if line else "" for line in others)
            else:
                yield from _entry("-", content)


def _entry(start: str, content: Any) -> Iterator[str]:
    """A key or a dash with what belongs to it, on the same line or below."""
    if isinstance(content, Mapping | list | tuple) and content:
        yield start
        below = _lines(content)
    elif isinstance(content, str) and "\n" in content.rstrip("\n") and _stands_as_block(content):
        yield f"{start} |" if content.endswith("\n") else f"{start} |-"
        below = iter(content.removesuffix("\n").split("\n"))
    else:
        yield f"{start} {_scalar(content)}"
        return
    yield from (f"  {line}" if line else "" for line in below)


def _stands_as_block(text: str) -> bool:
    visible = text.replace("\n", "").isprintable()
    return visible and _BLOCK.fullmatch(text) is not None


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        return '"' + "".join(map(_character, value)) + '"'
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if value is None or isinstance(value, bool | int | float):
        text = msgspec.json.encode(value).decode()
        # YAML 1.1 takes 1e20 for text; with a point and a sign it is a number in both.
        if isinstance(value, float) and "e" in text:
            mantissa, _, exponent = text.partition("e")
            sign = "" if exponent.startswith("-") else "+"
            text = f"{mantissa if '.' in mantissa else mantissa + '.0'}e{sign}{exponent}"
        return text
    raise TypeError(f"{value!r} is none of the values that are written as YAML here.")


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08x}"
