"""No framework at all: the least that a program on each interface can do, which is the limit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from ..cases import GREETING
from . import Builders

TEXT = GREETING.encode()
TEXT_TYPE = "text/plain; charset=utf-8"
JSON_TYPE = "application/json"


def _user(path: str, query: str) -> bytes:
    number = int(path[len("/users/") :])
    return json.dumps({"id": number, "q": parse_qs(query)["q"][0]}).encode()


def _person(body: bytes) -> bytes:
    person = json.loads(body)
    return json.dumps({"name": person["name"], "tags": len(person["tags"])}).encode()


def wsgi() -> Any:
    """A WSGI program."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        kind = JSON_TYPE
        if path == "/":
            content, kind = TEXT, TEXT_TYPE
        elif path.startswith("/users/"):
            content = _user(path, environ["QUERY_STRING"])
        elif path == "/json":
            content = _person(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        else:
            start_response("404 Not Found", [("content-length", "0")])
            return [b""]
        start_response("200 OK", [("content-type", kind), ("content-length", str(len(content)))])
        return [content]

    return application


def asgi() -> Any:
    """An ASGI program."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError("This program speaks HTTP only.")
        path = scope["path"]
        status, kind = 200, JSON_TYPE
        if path == "/":
            content, kind = TEXT, TEXT_TYPE
        elif path.startswith("/users/"):
            content = _user(path, scope["query_string"].decode())
        elif path == "/json":
            content = _person(await _body(scope, receive))
        else:
            status, content = 404, b""
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return application


async def _body(scope: dict[str, Any], receive: Any) -> bytes:
    # Where the length is known, nobody need wait until the server says that there is no more.
    missing = int(dict(scope["headers"])[b"content-length"])
    pieces = []
    while missing > 0:
        message = await receive()
        pieces.append(message["body"])
        missing -= len(message["body"])
    return b"".join(pieces)


class BareRSGI:
    """An RSGI program."""

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        path = scope.path
        if path == "/":
            protocol.response_bytes(200, [("content-type", TEXT_TYPE)], TEXT)
            return
        if path.startswith("/users/"):
            content = _user(path, scope.query_string)
        elif path == "/json":
            content = _person(await protocol())
        else:
            protocol.response_empty(404, [])
            return
        protocol.response_bytes(200, [("content-type", JSON_TYPE)], content)


_ANSWERED = ("plain", "parameter", "json", "not-found")

WSGI: Builders = dict.fromkeys(_ANSWERED, wsgi)
ASGI: Builders = dict.fromkeys(_ANSWERED, asgi)
RSGI: Builders = dict.fromkeys(_ANSWERED, BareRSGI)
