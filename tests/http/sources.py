"""One request, made in the two ways in which requests are made."""

from __future__ import annotations

import io
from typing import Any

import pytest

from quaff import Request
from quaff.gateways.asgi import request_of

SCOPE: dict[str, Any] = {
    "method": "POST",
    "scheme": "https",
    "server": ("127.0.0.1", 8000),
    "root_path": "/root",
    "path": "/root/pâth/x",
    "query_string": b"a=1&a=2&b=%C3%A9",
    "headers": [
        (b"host", b"site.example:5000"),
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"8"),
        (b"cookie", b"c=1"),
        (b"cookie", b"d=2"),
        (b"x-name", b"\xe9"),
        (b"x-name", b"2"),
        (b"accept-language", b"de, en;q=0.5"),
    ],
    "client": ("10.0.0.1", 50000),
    "http_version": "2",
}


def of_scope(
    body: bytes | None = b'{"a": 1}', kind: type[Request] = Request, **fields: Any
) -> Request:
    """A request as async gateways make it."""
    request = request_of(kind, {**SCOPE, **fields})
    if body is not None:
        request.take_body(io.BytesIO(body))
    return request


def of_environ(body: bytes = b'{"a": 1}', **fields: Any) -> Request:
    """The same request as the WSGI gateway makes it."""
    return Request(of_scope(body, **fields).environ)


#: Two ways to one request.
SOURCES = pytest.mark.parametrize("make", [of_scope, of_environ])
