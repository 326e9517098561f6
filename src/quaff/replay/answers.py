"""Answers, and how two of them differ."""

from __future__ import annotations

import difflib
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

#: Headers that servers add.
_SERVERS_OWN = frozenset({"date", "server"})

#: A value that itsdangerous signed: payload, time, signature. Only the payload is the program's.
_SIGNED = re.compile(r"=(\.?[\w-]+)\.[\w-]{6}\.[\w-]{27,}(?=;|$)")
_EXPIRES = re.compile(r"(?<=; Expires=)[^;]+")


@dataclass(frozen=True)
class Answer:
    """A response.

    Args:
        status: with the reason, as "200 OK".
        headers: the values of each, by its name in lower case.
        body: its bytes.
    """

    status: str
    headers: dict[str, list[str]]
    body: bytes

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """What the visitor wrote."""
        headers: dict[str, list[str]] = {}
        for name, content in value["headers"]:
            name = name.lower()
            if name not in _SERVERS_OWN:
                headers.setdefault(name, []).append(_comparable(name, content))
        return cls(value["status"], headers, b64decode(value["body"]))


def _comparable(name: str, value: str) -> str:
    if name == "allow":
        return ", ".join(sorted(value.split(", ")))  # Made of a set, so in any order.
    if name == "set-cookie":
        return _EXPIRES.sub("(a time)", _SIGNED.sub(r"=\1.(signed)", value))
    return value


def differences(flask: Answer, again: Answer, quaff: Answer) -> Iterator[str]:
    """Lines that tell how Quaff's answer differs from Flask's.

    Args:
        again: Flask's answer to the same request in another run. What differs between the two,
            such as times and random tokens, is nobody's fault and is left out.
    """
    if flask.status == again.status != quaff.status:
        yield f"status: Flask {flask.status!r}, Quaff {quaff.status!r}"
    for name in sorted(flask.headers.keys() | quaff.headers.keys()):
        if name in ("content-length", "etag") and flask.body != again.body:
            continue  # They vary with the body, but two of them can be equal by chance.
        expected = flask.headers.get(name)
        if expected == again.headers.get(name) != quaff.headers.get(name):
            yield f"{name}: Flask {_shown(expected)}, Quaff {_shown(quaff.headers.get(name))}"
    yield from _body_differences(flask.body, again.body, quaff.body)


def _shown(values: list[str] | None) -> str:
    return "has none" if values is None else " and ".join(map(repr, values))


def _body_differences(flask: bytes, again: bytes, quaff: bytes) -> Iterator[str]:
    if flask == quaff:
        return
    try:
        expected, second, found = (each.decode().splitlines() for each in (flask, again, quaff))
    except UnicodeDecodeError:
        if flask == again:
            yield f"body: Flask {len(flask)} bytes, Quaff {len(quaff)} bytes, not the same"
        return
    if len(expected) == len(second) == len(found):
        # Lines that vary from run to run are taken to be equal.
        pairs = zip(expected, second, found, strict=True)
        found = [own if line == other else line for line, other, own in pairs]
    if expected == found and expected != second:
        return
    if flask != again and len(expected) != len(second):
        return
    yield "body:"
    lines = list(difflib.unified_diff(expected, found, "Flask", "Quaff", lineterm="", n=1))
    yield from lines or ["(only the ends of lines differ)"]
