"""An application entered through every gateway: by the test client, or by bytes as a server has
them.

`client` is for what a browser might send. `deliver` is for what only a careless or malicious client
sends: it hands over names, values, paths and bodies that no builder of requests would make.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import unquote, unquote_to_bytes

import pytest
from werkzeug.datastructures import Headers

from quaff import Quaff
from quaff.testing import QuaffClient
from quaff.testing.client import Gateway

Fields = Iterable[tuple[str, str]]


@pytest.fixture(params=get_args(Gateway))
def gateway(request: pytest.FixtureRequest) -> Gateway:
    """The name of a gateway; the test runs once for each."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def app() -> Quaff:
    """An application that answers errors as it does in production."""
    return Quaff("example", static_folder=None)


@pytest.fixture
def client(app: Quaff, gateway: Gateway) -> QuaffClient:
    """A client of the application that goes through the gateway."""
    client = app.test_client(gateway=gateway)
    assert isinstance(client, QuaffClient)
    return client


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, app: Quaff) -> pytest.LogCaptureFixture:
    """What the application logs."""
    caplog.set_level(logging.INFO, logger=app.name)
    return caplog


@dataclass
class Message:
    """A request as it is on the wire.

    Args:
        target: the path, percent-encoded, and the query string.
        headers: the fields, in their order; names may come twice.
        body: what arrives of the body.
        chunked: the body has its own end instead of a Content-Length.
    """

    method: str = "GET"
    target: str = "/"
    headers: Fields = (("Host", "localhost"),)
    body: bytes = b""
    chunked: bool = False

    def __post_init__(self) -> None:
        self.path, _, self.query = self.target.partition("?")
        self.headers = list(self.headers)
        if self.chunked:
            self.headers.append(("Transfer-Encoding", "chunked"))


@dataclass
class Reply:
    """A response as the server was given it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def deliver(app: Any, gateway: Gateway, **parts: Any) -> Reply:
    """The reply of an application to a message, whose parts are those of Message.

    Raises:
        Exception: what the server would be left with; an application in production raises nothing.
    """
    message = Message(**parts)
    reply: Reply
    if gateway == "wsgi":
        reply = _by_wsgi(app, message)
    elif gateway == "asgi":
        reply = asyncio.run(_by_asgi(app, message))
    else:
        reply = asyncio.run(_by_rsgi(app, message))
    for name, value in reply.headers:
        assert name.isascii(), name
        assert value.encode("latin1").isascii() or value.isprintable(), value
        assert not {"\r", "\n", "\0"} & set(value), value
    assert 100 <= reply.status <= 599
    return reply


# -- WSGI ----------------------------------------------------------------------------------------


def environ_of(message: Message) -> dict[str, Any]:
    """The message as a WSGI server gives it."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": message.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(message.path).decode("latin1"),
        "QUERY_STRING": message.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(message.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in message.headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if message.chunked:
        environ["wsgi.input_terminated"] = True
    return environ


def _by_wsgi(app: Any, message: Message) -> Reply:
    begun: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        assert error is None
        begun.append((int(status[:3]), Headers(headers)))

    body = app(environ_of(message), start_response)
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    [(status, fields)] = begun
    return Reply(status, fields, content)


# -- ASGI ----------------------------------------------------------------------------------------


def scope_of(message: Message) -> dict[str, Any]:
    """The message as an ASGI server gives it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": message.method,
        "scheme": "http",
        "path": unquote(message.path, errors="replace"),
        "raw_path": message.path.encode("latin1"),
        "query_string": message.query.encode("latin1"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin1"), value.encode("latin1"))
            for name, value in message.headers
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }


async def _by_asgi(app: Any, message: Message) -> Reply:
    incoming = [{"type": "http.request", "body": message.body, "more_body": False}]
    outgoing: list[Any] = []

    async def receive() -> Any:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(part: Any) -> None:
        outgoing.append(part)

    await app(scope_of(message), receive, send)
    start, *bodies = outgoing
    fields = [(name.decode("latin1"), value.decode("latin1")) for name, value in start["headers"]]
    return Reply(start["status"], Headers(fields), b"".join(part["body"] for part in bodies))


# -- RSGI ----------------------------------------------------------------------------------------


class RSGIFields:
    """Header fields as an RSGI server gives them."""

    def __init__(self, fields: Fields) -> None:
        self._fields = [(name.lower(), value) for name, value in fields]

    def items(self) -> list[tuple[str, str]]:
        return self._fields

    def __contains__(self, name: str) -> bool:
        return bool(self.get_all(name))

    def get(self, name: str) -> str | None:
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> list[str]:
        return [value for other, value in self._fields if other == name]


class RSGIScope:
    """The message as an RSGI server gives it."""

    proto = "http"
    http_version = "1.1"
    scheme = "http"
    server = "127.0.0.1:80"
    client = "127.0.0.1:50000"
    authority = None

    def __init__(self, message: Message) -> None:
        self.method = message.method
        self.path = unquote(message.path, errors="replace")
        self.query_string = message.query
        self.headers = RSGIFields(message.headers)


class RSGIProtocol:
    """Takes the answer of an application."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.reply: Reply | None = None

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    async def client_disconnect(self) -> None:
        await asyncio.Event().wait()

    def response_empty(self, status: int, headers: Any) -> None:
        assert self.reply is None
        self.reply = Reply(status, Headers(headers), b"")

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.response_empty(status, headers)
        assert self.reply is not None
        # As Granian does.
        self.reply.headers.setdefault("Content-Length", str(len(body)))
        self.reply.body = body

    def response_file_range(
        self, status: int, headers: Any, path: str, start: int, end: int
    ) -> None:
        with open(path, "rb") as file:
            self.response_bytes(status, headers, file.read()[start:end])

    def response_stream(self, status: int, headers: Any) -> RSGIProtocol:
        self.response_empty(status, headers)
        return self

    async def send_bytes(self, data: bytes) -> None:
        assert self.reply is not None
        self.reply.body += data


async def _by_rsgi(app: Any, message: Message) -> Reply:
    protocol = RSGIProtocol(message.body)
    await app.__rsgi__(RSGIScope(message), protocol)
    assert protocol.reply is not None
    return protocol.reply
