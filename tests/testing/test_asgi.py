from __future__ import annotations

import asyncio
import gc
import io
import threading
from typing import Any

import pytest
from werkzeug.test import create_environ

from quaff.testing import asgi, exchange
from quaff.testing.exchange import PIECE, ClientGone, IncomingMessage


def environ_of(*args: Any, **kwargs: Any) -> Any:
    return create_environ(*args, **kwargs)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": [(b"x-a", b"\xe9")]})
    await send({"type": "http.response.body", "body": b"hello"})


def test_a_response_crosses_over() -> None:
    body, status, headers = asgi.call(hello, environ_of(), buffered=False)
    assert list(body) == [b"hello"]
    assert status == "299 UNKNOWN"
    assert headers.to_wsgi_list() == [("x-a", "é")]


def test_the_scope_is_that_of_a_server() -> None:
    environ = environ_of(
        "/%C3%A9/a%2Fb c?q=%20",
        "https://host:81/root",
        headers=[("X-Name", "\xe9"), ("Cookie", "a=1")],
        environ_base={"REMOTE_ADDR": "10.0.0.1", "REMOTE_PORT": "99"},
    )
    scope = asgi.scope_of(IncomingMessage(environ))
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/root/é/a/b c",
        "raw_path": b"/root/%C3%A9/a%2Fb%20c",
        "query_string": b"q=%20",
        "root_path": "/root",
        "headers": scope["headers"],
        "client": ("10.0.0.1", 99),
        "server": ("host", 81),
    }
    assert sorted(scope["headers"]) == [
        (b"cookie", b"a=1"),
        (b"host", b"host:81"),
        (b"x-name", b"\xe9"),
    ]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1]["more_body"]:
        messages.append(await receive())
    lengths = [len(message.get("body", b"")) for message in messages]
    text = f"{messages[-1]['type']} {lengths}"
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": text.encode()})


@pytest.mark.parametrize(
    ("size", "announced", "expected"),
    [
        (0, 0, "http.request [0]"),
        (5, 5, "http.request [5]"),
        (PIECE + 1, PIECE + 1, f"http.request [{PIECE}, 1]"),
        (5, 9, "http.disconnect [5, 0]"),
    ],
)
def test_the_body_arrives_in_pieces(size: int, announced: int, expected: str) -> None:
    environ = environ_of(method="POST", data=b"x" * size)
    environ["CONTENT_LENGTH"] = str(announced)
    body, _, _ = asgi.call(echo, environ, buffered=True)
    assert b"".join(body).decode() == expected


def test_a_body_of_unknown_length_is_chunked() -> None:
    environ = environ_of(method="POST")
    environ["wsgi.input"] = io.BytesIO(b"chunks")
    environ["wsgi.input_terminated"] = True
    environ.pop("CONTENT_LENGTH", None)
    message = IncomingMessage(environ)
    assert ("transfer-encoding", "chunked") in message.headers
    assert message.body == b"chunks"


def test_receiving_after_the_response_tells_that_it_is_over() -> None:
    messages = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await hello(scope, receive, send)
        messages.append(await receive())

    asgi.call(application, environ_of(), buffered=False)
    assert messages == [{"type": "http.disconnect"}]


def test_a_whole_response_waits_for_the_applications_end() -> None:
    log = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await hello(scope, receive, send)
        await asyncio.sleep(0.01)
        log.append("end")

    asgi.call(application, environ_of(), buffered=False)
    assert log == ["end"]


async def numbers(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})
    for number in range(100):
        await send({"type": "http.response.body", "body": b"%d" % number, "more_body": True})
        scope["log"].append(number)


def logged(application: Any, log: list[Any]) -> Any:
    return lambda scope, receive, send: application({**scope, "log": log}, receive, send)


def test_a_stream_waits_for_its_reader() -> None:
    log: list[int] = []
    body, _, _ = asgi.call(logged(numbers, log), environ_of(), buffered=False)
    assert len(log) <= 2
    assert len(list(body)) == 100
    assert len(log) == 100


def test_a_reader_that_goes_away_is_noticed() -> None:
    log: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        try:
            await numbers(scope, receive, send)
        except ClientGone:
            scope["log"].append(await receive())
            scope["log"].append(await receive())

    body: Any
    body, _, _ = asgi.call(logged(application, log), environ_of(), buffered=False)
    body.close()
    assert log[-1] == {"type": "http.disconnect"}
    body.close()
    assert list(body) == []


def test_a_response_that_nobody_reads_lets_its_application_end() -> None:
    ended = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        try:
            await numbers(scope, receive, send)
        except ClientGone:
            ended.set()

    asgi.call(logged(application, []), environ_of(), buffered=False)
    gc.collect()
    assert ended.wait(5)


def test_an_application_that_does_not_end_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "PATIENCE", 0.01)
    cancelled = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    body: Any
    body, _, _ = asgi.call(application, environ_of(), buffered=False)
    body.close()
    exchange.run(asyncio.wait_for(cancelled.wait(), 5))
    assert cancelled.is_set()


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("buffered", [True, False])
def test_errors_are_raised_where_they_are_waited_for(
    error: type[BaseException], buffered: bool
) -> None:
    async def before(scope: Any, receive: Any, send: Any) -> None:
        raise error

    async def after(scope: Any, receive: Any, send: Any) -> None:
        await hello(scope, receive, send)
        raise error

    for application in (before, after):
        with pytest.raises(error):
            asgi.call(application, environ_of(), buffered=buffered)
    # The loop lives on.
    assert asgi.call(hello, environ_of(), buffered)[1] == "299 UNKNOWN"


START = {"type": "http.response.start", "status": 200}
BODY = {"type": "http.response.body", "body": b"x"}


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([], "without beginning a response"),
        ([BODY], "before it began"),
        ([START, START], "twice"),
        ([START, BODY, BODY], "complete already"),
        ([{"type": "websocket.accept"}], "does not know"),
    ],
)
def test_what_no_server_accepts_is_an_error(messages: list[Any], error: str) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    with pytest.raises((RuntimeError, ClientGone), match=error):
        asgi.call(application, environ_of(), buffered=True)
