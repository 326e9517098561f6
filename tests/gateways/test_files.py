"""Files that the server sends itself, and early hints."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from quaff import Quaff, send_early_hints, send_file
from quaff.http.file_body import FileBody
from quaff.testing.client import Gateway
from tests.each_gateway import Message, RSGIProtocol, RSGIScope, deliver, scope_of


class FileServer(RSGIProtocol):
    """An RSGI server that notes which file it is to send."""

    def __init__(self) -> None:
        super().__init__(b"")
        self.files: list[Any] = []

    def response_file_range(
        self, status: int, headers: Any, path: str, start: int, end: int
    ) -> None:
        self.files.append((status, path, start, end))
        self.response_bytes(status, headers, b"")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.txt"
    path.write_bytes(b"0123456789")
    return path


@pytest.fixture
def closed(app: Quaff, path: Path) -> list[Any]:
    """What was closed after the request for the file."""
    closed: list[Any] = []

    @app.route("/")
    def view() -> Any:
        response = send_file(path)
        response.call_on_close(lambda: closed.append(response.response.file.closed))
        return response

    return closed


def by_rsgi(app: Quaff, **message: Any) -> FileServer:
    protocol = FileServer()
    asyncio.run(app.__rsgi__(RSGIScope(Message(**message)), protocol))
    return protocol


def by_asgi(app: Quaff, *extensions: str, **message: Any) -> list[Any]:
    sent: list[Any] = []

    async def send(part: Any) -> None:
        sent.append(part)

    scope = {**scope_of(Message(**message)), "extensions": {name: {} for name in extensions}}
    asyncio.run(app.asgi(scope, asyncio.Event().wait, send))
    return sent


HOST = ("Host", "localhost")


@pytest.mark.parametrize(
    ("range_", "expected"),
    [(None, (200, 0, 10)), ("bytes=2-4", (206, 2, 5)), ("bytes=-3", (206, 7, 10))],
)
def test_rsgi_sends_files_by_path(
    app: Quaff, path: Path, closed: list[Any], range_: str | None, expected: Any
) -> None:
    headers = [HOST] if range_ is None else [HOST, ("Range", range_)]
    server = by_rsgi(app, headers=headers)
    status, start, end = expected
    assert server.files == [(status, str(path), start, end)]
    assert server.reply is not None
    assert server.reply.headers["Content-Length"] == str(end - start)
    assert closed == [True]


def test_asgi_sends_whole_files_by_path_where_the_server_can(
    app: Quaff, path: Path, closed: list[Any]
) -> None:
    start, body = by_asgi(app, "http.response.pathsend")
    assert start["status"] == 200
    assert body == {"type": "http.response.pathsend", "path": str(path)}
    assert closed == [True]
    part = by_asgi(app, "http.response.pathsend", headers=[HOST, ("Range", "bytes=2-4")])
    assert (part[0]["status"], part[1]["body"]) == (206, b"234")
    assert by_asgi(app)[1]["body"] == b"0123456789"


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_is_no_whole_file_is_sent_by_us(
    app: Quaff, path: Path, closed: list[Any], method: str
) -> None:
    if method == "HEAD":
        assert by_rsgi(app, method="HEAD").files == []
        assert [part["type"] for part in by_asgi(app, "http.response.pathsend", method="HEAD")] == [
            "http.response.start",
            "http.response.body",
        ]
    path.write_bytes(b"")
    assert by_rsgi(app).files == []


@pytest.mark.parametrize("change", ["replaced", "gone"])
def test_a_file_that_is_another_by_now_is_sent_as_it_was_opened(
    app: Quaff, path: Path, change: str
) -> None:
    @app.route("/")
    def view() -> Any:
        response = send_file(path)
        if change == "gone":
            path.unlink()
        else:
            other = path.with_name("other")
            other.write_bytes(b"other")
            os.replace(other, path)
        return response

    server = by_rsgi(app)
    assert server.files == []
    assert server.reply is not None
    assert server.reply.body == b"0123456789"


LONG = bytes(range(256)) * 2048


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("range_", [None, "bytes=5-500000"])
def test_a_long_file_arrives_whole_whether_memory_has_it_or_the_disk(
    app: Quaff,
    path: Path,
    closed: list[Any],
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    in_memory: bool,
    range_: str | None,
) -> None:
    path.write_bytes(LONG)
    if not in_memory:
        monkeypatch.setattr(FileBody, "read_at_once", lambda self: None)
    headers = [HOST] if range_ is None else [HOST, ("Range", range_)]
    reply = deliver(app, gateway, headers=headers)
    assert reply.body == (LONG if range_ is None else LONG[5:500_001])
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert closed == [True]


def test_a_file_that_becomes_shorter_does_not_end_well(
    app: Quaff, path: Path, closed: list[Any]
) -> None:
    path.write_bytes(LONG)
    sent: list[Any] = []

    async def send(part: Any) -> None:
        sent.append(part)
        os.truncate(path, 10)

    with pytest.raises(OSError, match="became shorter"):
        asyncio.run(app.asgi(scope_of(Message()), asyncio.Event().wait, send))
    assert not any(part["type"] == "http.response.body" and not part["body"] for part in sent)
    assert closed == [True]


@pytest.mark.parametrize("content", [b"0123456789", LONG])
def test_a_client_that_goes_away_ends_the_file(
    app: Quaff, path: Path, closed: list[Any], content: bytes
) -> None:
    path.write_bytes(content)
    sent: list[str] = []

    async def send(part: Any) -> None:
        sent.append(part["type"])
        if part["type"] == "http.response.body":
            raise OSError("The client has gone away.")

    asyncio.run(app.asgi(scope_of(Message()), asyncio.Event().wait, send))
    assert sent == ["http.response.start", "http.response.body"]
    assert closed == [True]


def test_others_have_their_turn_while_a_long_file_is_sent(app: Quaff, path: Path) -> None:
    path.write_bytes(LONG)
    app.add_url_rule("/", "view", lambda: send_file(path))
    sent: list[Any] = []
    seen: list[int] = []

    async def send(part: Any) -> None:
        # A server that takes everything at once.
        sent.append(part)
        if len(sent) == 2:
            asyncio.get_running_loop().call_soon(lambda: seen.append(len(sent)))

    asyncio.run(app.asgi(scope_of(Message()), asyncio.Event().wait, send))
    assert seen[0] < len(sent)


def test_a_file_is_closed_by_the_loop_unless_somebody_waits_for_the_end(
    app: Quaff, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[Any] = []
    original = FileBody.close

    def close(body: FileBody) -> None:
        threads.append(threading.current_thread() is threading.main_thread())
        original(body)

    monkeypatch.setattr(FileBody, "close", close)
    app.add_url_rule("/", "view", lambda: send_file(path))

    @app.route("/waiting")
    def wait() -> Any:
        response = send_file(path)
        response.call_on_close(lambda: None)
        return response

    for send in (by_asgi, by_rsgi):
        send(app)
        send(app, target="/waiting")
    assert threads == [True, False, True, False]


def test_a_hook_that_replaces_the_body_is_obeyed(app: Quaff, path: Path) -> None:
    app.add_url_rule("/", "view", lambda: send_file(path))

    @app.after_request
    def replace(response: Any) -> Any:
        response.response.close()
        response.direct_passthrough = False
        response.set_data(b"replaced")
        return response

    server = by_rsgi(app)
    assert server.files == []
    assert server.reply is not None
    assert server.reply.body == b"replaced"


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_early_hints_come_first_where_the_server_can(app: Quaff, kind: str) -> None:
    link = "</style.css>; rel=preload; as=style"

    @app.route("/plain")
    def view() -> str:
        assert send_early_hints(link) is None
        return "body"

    @app.route("/async")
    async def later() -> str:
        await send_early_hints(link)
        return "body"

    hint, start, _ = by_asgi(app, "http.response.early_hint", target=f"/{kind}")
    assert hint == {"type": "http.response.early_hint", "links": [link.encode()]}
    assert start["status"] == 200
    assert [part["type"] for part in by_asgi(app, target=f"/{kind}")] == [
        "http.response.start",
        "http.response.body",
    ]
    assert by_rsgi(app, target=f"/{kind}").reply.body == b"body"  # type: ignore[union-attr]
    client = app.test_client()
    assert client.get(f"/{kind}").text == "body"


def test_a_link_is_the_value_of_a_field(app: Quaff) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="newline"):
        send_early_hints("</a>\r\nSet-Cookie: b=c")
