from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from granian import _granian as granian
from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]
from werkzeug.test import create_environ

from quaff.testing import rsgi
from quaff.testing.exchange import PIECE, Answer


class Application:
    def __init__(self, function: Any) -> None:
        self.__rsgi__ = function


def call(function: Any, environ: Any = None, buffered: bool = True) -> Answer:
    return rsgi.call(Application(function), environ or create_environ(), buffered)


def text_of(function: Any, environ: Any = None) -> str:
    return b"".join(call(function, environ)[0]).decode()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (rsgi.RSGIHeaders, granian.RSGIHeaders),
        (rsgi.RSGIProtocol, granian.RSGIHTTPProtocol),
        (rsgi.RSGIStreamTransport, granian.RSGIHTTPStreamTransport),
    ],
)
def test_there_is_every_method_that_granian_has(ours: type, theirs: type) -> None:
    names = {name for name in dir(theirs) if not name.startswith("_")}
    assert names <= set(dir(ours))


def test_there_is_every_field_that_granian_has() -> None:
    seen = {}

    async def application(scope: Any, protocol: Any) -> None:
        seen.update({name: getattr(scope, name) for name in dir(scope) if name[0] != "_"})
        protocol.response_empty(204, [])

    environ = create_environ(
        "/%C3%A9/a%2Fb c?q=%20",
        "https://host:81/root",
        environ_base={"REMOTE_ADDR": "10.0.0.1", "REMOTE_PORT": "99"},
    )
    call(application, environ)
    assert {name for name in dir(granian.RSGIHTTPScope) if name[0] != "_"} <= set(seen)
    del seen["headers"]
    assert seen == {
        "proto": "http",
        "rsgi_version": "1.6",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/root/é/a/b c",
        "query_string": "q=%20",
        "server": "host:81",
        "client": "10.0.0.1:99",
        "authority": None,
    }


def test_headers_are_found_as_in_granian() -> None:
    headers = rsgi.RSGIHeaders([("host", "h"), ("x-a", "1"), ("x-a", "2")])
    assert headers.items() == [("host", "h"), ("x-a", "1"), ("x-a", "2")]
    assert headers.keys() == ["host", "x-a"]
    assert headers.values() == ["h", "1", "2"]
    assert headers.get("X-A") == "1"
    assert headers.get_all("X-A") == ["1", "2"]
    assert headers.get("none") is None
    assert headers.get("none", "default") == "default"
    assert "HOST" in headers
    assert "none" not in headers


# -- the request's body --------------------------------------------------------------------------


async def whole(scope: Any, protocol: Any) -> None:
    protocol.response_str(200, [], str(len(await protocol())))


async def pieces(scope: Any, protocol: Any) -> None:
    protocol.response_str(200, [], str([len(piece) async for piece in protocol]))


@pytest.mark.parametrize(
    ("size", "in_pieces"), [(0, "[0]"), (5, "[5]"), (PIECE + 1, f"[{PIECE}, 1]")]
)
def test_the_body_is_read_whole_or_in_pieces(size: int, in_pieces: str) -> None:
    def environ() -> Any:
        return create_environ(method="POST", data=b"x" * size)

    assert text_of(whole, environ()) == str(size)
    assert text_of(pieces, environ()) == in_pieces


def test_a_body_that_is_cut_fails_whole_and_just_ends_in_pieces() -> None:
    environ = create_environ(method="POST", data=b"12345")
    environ["CONTENT_LENGTH"] = "9"
    assert text_of(pieces, {**environ}) == "[5]"
    environ = create_environ(method="POST", data=b"12345")
    environ["CONTENT_LENGTH"] = "9"
    with pytest.raises(ProtocolError):
        text_of(whole, environ)


# -- the response --------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "digits"
    path.write_text("0123456789")
    return str(path)


@pytest.mark.parametrize(
    ("respond", "status", "body"),
    [
        (lambda p, file: p.response_empty(204, []), "204 NO CONTENT", ""),
        (lambda p, file: p.response_str(200, [], "é"), "200 OK", "é"),
        (lambda p, file: p.response_bytes(200, [], b"b"), "200 OK", "b"),
        (lambda p, file: p.response_file(200, [], file), "200 OK", "0123456789"),
        (lambda p, file: p.response_file_range(206, [], file, 2, 5), "206 PARTIAL CONTENT", "234"),
        (lambda p, file: p.response_file(200, [], "/nowhere"), "404 NOT FOUND", "Not found"),
        (lambda p, file: p.response_stream(200, []), "200 OK", ""),
    ],
)
def test_every_kind_of_response(
    respond: Callable[[Any, str], Any], status: str, body: str, file: str
) -> None:
    async def application(scope: Any, protocol: Any) -> None:
        respond(protocol, file)

    iterable, line, _ = call(application)
    assert line == status
    assert b"".join(iterable).decode() == body


def test_headers_of_a_response() -> None:
    async def application(scope: Any, protocol: Any) -> None:
        protocol.response_empty(200, [("set-cookie", "a=1"), ("set-cookie", "b=2")])

    assert call(application)[2].getlist("Set-Cookie") == ["a=1", "b=2"]


def test_a_second_response_is_ignored() -> None:
    async def application(scope: Any, protocol: Any) -> None:
        protocol.response_str(200, [], "first")
        protocol.response_str(500, [], "second")

    assert text_of(application) == "first"


def test_a_stream_is_read_as_it_is_made() -> None:
    sent: list[int] = []

    async def application(scope: Any, protocol: Any) -> None:
        transport = protocol.response_stream(200, [])
        for number in range(100):
            await (transport.send_str("s") if number % 2 else transport.send_bytes(b"b"))
            sent.append(number)

    body, _, _ = call(application, buffered=False)
    assert len(sent) <= 2
    assert b"".join(body) == b"bs" * 50


def test_a_reader_that_goes_away_is_noticed() -> None:
    noticed: list[Any] = []

    async def application(scope: Any, protocol: Any) -> None:
        transport = protocol.response_stream(200, [])
        try:
            while True:
                await transport.send_bytes(b"x")
        except ProtocolClosed as error:
            noticed.append(error)
            await protocol.client_disconnect()
            noticed.append("disconnected")

    body: Any
    body, _, _ = call(application, buffered=False)
    body.close()
    assert noticed[1:] == ["disconnected"]


def test_errors_propagate_and_silence_is_one() -> None:
    async def failing(scope: Any, protocol: Any) -> None:
        raise ZeroDivisionError

    async def silent(scope: Any, protocol: Any) -> None:
        pass

    with pytest.raises(ZeroDivisionError):
        call(failing)
    with pytest.raises(RuntimeError, match="without beginning a response"):
        call(silent)


def test_waiting_and_answering_are_what_the_specification_says() -> None:
    protocol = rsgi.RSGIProtocol
    for name in ("__call__", "client_disconnect"):
        assert inspect.iscoroutinefunction(getattr(protocol, name))
    assert inspect.isasyncgenfunction(protocol.__aiter__)
    for name in ("response_empty", "response_str", "response_bytes", "response_stream"):
        assert not inspect.iscoroutinefunction(getattr(protocol, name))
