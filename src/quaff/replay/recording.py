"""Recorded requests, as a person writes them (.http) or as the recorder does (JSON lines)."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_REQUEST_LINE = re.compile(r"([A-Z]+)\s+(\S+)(?:\s+HTTP/[\d.]+)?\s*")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*")


@dataclass(frozen=True)
class RecordedRequest:
    """One request.

    Args:
        method: as `GET`.
        path: with the query string, as `/search?q=1`.
        headers: names and values.
        body: its bytes.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def to_json(self) -> dict[str, Any]:
        """A value that JSON can hold; the body is in Base64."""
        body = b64encode(self.body).decode()
        return {**self.__dict__, "headers": list(self.headers), "body": body}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """What `to_json` was given.

        Raises:
            ValueError: the body is no Base64.
            KeyError: method or path is missing.
        """
        headers = tuple((name, content) for name, content in value.get("headers", ()))
        body = b64decode(value.get("body", ""))
        return cls(value["method"], value["path"], headers, body)


def read_recording(path: Path) -> list[RecordedRequest]:
    """The requests of a file: JSON lines, if it begins with a brace, otherwise `.http`.

    Raises:
        ValueError: the file is neither; the message has its name and the line.
    """
    text = path.read_text()
    read = _read_lines if text.lstrip().startswith("{") else _read_http
    return list(read(path, text))


def _read_lines(path: Path, text: str) -> Iterator[RecordedRequest]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield RecordedRequest.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{path}:{number}: This is no recorded request ({error!r}). A line is an "
                    'object like {"method": "GET", "path": "/", "headers": [], "body": ""}.'
                ) from error


def _read_http(path: Path, text: str) -> Iterator[RecordedRequest]:
    block: list[str] = []
    begin = 1
    for number, line in enumerate([*text.splitlines(), "###"], 1):
        if not line.startswith("###"):
            block.append(line)
            continue
        # Comments and blank lines may stand before a request.
        while block and (not block[0].strip() or block[0].startswith(("#", "//"))):
            del block[0]
            begin += 1
        if block:
            yield _request(path, begin, block)
        block, begin = [], number + 1


def _request(path: Path, begin: int, block: list[str]) -> RecordedRequest:
    first = _REQUEST_LINE.fullmatch(block[0])
    if first is None:
        raise ValueError(
            f"{path}:{begin}: {block[0]!r} is no request line. Write METHOD and path, as in "
            "'GET /search?q=1'; then headers; a blank line; the body. '###' ends a request."
        )
    headers = []
    end = len(block)
    for index, line in enumerate(block[1:], 1):
        if not line.strip():
            end = index
            break
        header = _HEADER.fullmatch(line)
        if header is None:
            raise ValueError(f"{path}:{begin + index}: {line!r} is no header. Write 'Name: value'.")
        headers.append((header[1], header[2]))
    body = "\n".join(block[end + 1 :]).strip("\n").encode()
    return RecordedRequest(first[1], first[2], tuple(headers), body)
