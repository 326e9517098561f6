"""Requests and answers, of no particular protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

#: What a client sends besides what the case is about.
USUAL_HEADERS = (
    ("host", "localhost:8000"),
    ("user-agent", "benchmark/1.0"),
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate"),
)


@dataclass(frozen=True)
class Message:
    """A request.

    Args:
        headers: the fields beside USUAL_HEADERS, names in lower case.
    """

    path: str = "/"
    method: str = "GET"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All header fields, with the length of the body if there is one."""
        length = (("content-length", str(len(self.body))),) if self.body else ()
        return [*USUAL_HEADERS, *self.headers, *length]

    def having(self, *headers: tuple[str, str]) -> Message:
        """The same request with more header fields."""
        return replace(self, headers=(*self.headers, *headers))


def json_message(path: str, value: Any) -> Message:
    """A POST of a value as JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Message(path, "POST", headers=(("content-type", "application/json"),), body=body)


class Answer:
    """A response.

    Args:
        fields: the header fields; names in any case.
    """

    def __init__(self, status: int, fields: Iterable[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.fields = [(name.lower(), value) for name, value in fields]
        self.body = body

    def header(self, name: str) -> str:
        """The first field of that name, or an empty text."""
        return next((value for field, value in self.fields if field == name), "")

    @property
    def cookies(self) -> str:
        """What a browser sends back: name and value of each cookie that was set."""
        set_by = (value for name, value in self.fields if name == "set-cookie")
        return "; ".join(value.partition(";")[0] for value in set_by)

    def __repr__(self) -> str:
        return f"{self.status} {self.fields} {self.body[:300]!r}"
