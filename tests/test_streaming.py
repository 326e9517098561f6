"""Streams: what they see, and that they end exactly once, however they end."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from quaff import (
    Quaff,
    Response,
    appcontext_popped,
    g,
    has_request_context,
    request,
    session,
    stream_with_context,
)
from quaff.gateways import answers
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver


class Streams:
    """An application with streams that note how they end.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        #: What happened: the stream's end, and what teardown functions were told.
        self.events: list[Any] = []
        app.teardown_request(lambda error: self.events.append(type(error).__name__))
        kinds = {"sync": self.sync_stream, "async": self.async_stream}
        for kind, stream in kinds.items():
            view, later = self.view_of(stream), self.async_view_of(stream)
            app.add_url_rule(f"/{kind}/<how>", view_func=view, endpoint=kind)
            app.add_url_rule(f"/later/{kind}/<how>", view_func=later, endpoint=f"later_{kind}")

    def ends(self) -> list[Any]:
        """What happened, once something did: nobody closes these streams."""
        deadline = time.monotonic() + 10
        while not self.events and time.monotonic() < deadline:
            gc.collect()
            time.sleep(0.001)
        return self.events

    def view_of(self, stream: Any) -> Any:
        def view(how: str) -> Any:
            g.value = "g"
            return stream_with_context(stream(how))

        return view

    def async_view_of(self, stream: Any) -> Any:
        async def view(how: str) -> Any:
            await asyncio.sleep(0)
            g.value = "g"
            return stream_with_context(stream(how))

        return view

    def sync_stream(self, how: str) -> Iterator[str]:
        try:
            yield f"{request.path} "
            if how == "fail":
                raise LookupError("in a stream")
            yield f"{g.value} "
            yield "end"
        finally:
            self.events.append(f"closed at {request.path}")

    async def async_stream(self, how: str) -> AsyncIterator[str]:
        try:
            yield f"{request.path} "
            await asyncio.sleep(0)
            if how == "fail":
                raise LookupError("in a stream")
            yield f"{g.value} "
            await asyncio.sleep(0)
            yield "end"
        finally:
            self.events.append(f"closed at {request.path}")


@pytest.fixture
def streams(app: Quaff) -> Streams:
    return Streams(app)


@pytest.fixture(params=["/sync", "/async", "/later/sync", "/later/async"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# -- how streams end -----------------------------------------------------------------------------


def test_a_stream_that_is_read_to_its_end(streams: Streams, client: QuaffClient, path: str) -> None:
    response = client.get(f"{path}/whole")
    assert "Content-Length" not in response.headers
    assert response.mimetype == "text/html"
    assert response.text == f"{path}/whole g end"
    response.close()
    assert streams.events == [f"closed at {path}/whole", "NoneType"]
    assert not has_request_context()


def test_a_stream_that_fails(streams: Streams, client: QuaffClient, path: str) -> None:
    response = client.get(f"{path}/fail")
    pieces = iter(response.response)
    assert next(pieces) == f"{path}/fail ".encode()
    with pytest.raises(LookupError, match="in a stream"):
        next(pieces)
    response.close()
    assert streams.events == [f"closed at {path}/fail", "LookupError"]


def test_a_stream_that_the_client_leaves(streams: Streams, client: QuaffClient, path: str) -> None:
    response = client.get(f"{path}/left")
    assert next(iter(response.response)) == f"{path}/left ".encode()
    assert streams.events == []
    response.close()
    assert streams.events == [f"closed at {path}/left", "NoneType"]
    assert not has_request_context()


def test_a_stream_of_which_only_the_head_is_asked_for(
    streams: Streams, client: QuaffClient, path: str
) -> None:
    response = client.head(f"{path}/head")
    assert response.data == b""
    response.close()
    # It never began, so nothing in it could be closed.
    assert streams.events == ["NoneType"]


def test_a_stream_that_a_hook_throws_away(
    app: Quaff, streams: Streams, client: QuaffClient, path: str
) -> None:
    app.after_request(lambda response: Response("other"))
    response = client.get(f"{path}/replaced")
    assert response.text == "other"
    response.close()
    assert streams.ends() == ["NoneType"]


def test_a_stream_that_an_error_throws_away(
    app: Quaff, streams: Streams, client: QuaffClient, path: str
) -> None:
    @app.after_request
    def fail(response: Response) -> Response:
        if response.status_code == 200:
            raise ValueError
        return response

    # What is logged holds the error, and by its traceback the stream.
    app.log_exception = lambda info: None  # type: ignore[method-assign]
    assert client.get(f"{path}/replaced").status_code == 500
    assert streams.ends() == ["NoneType"]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_stream_that_another_thread_ends(app: Quaff, streams: Streams, kind: str) -> None:
    """As servers do that close responses from a pool: nothing is left behind in any thread."""
    response = app.test_client().get(f"/{kind}/left")
    assert next(iter(response.response))
    left: list[bool] = []

    def close() -> None:
        response.close()
        left.append(has_request_context())

    thread = threading.Thread(target=close)
    thread.start()
    thread.join()
    assert left == [False]
    assert not has_request_context()
    assert streams.events == [f"closed at /{kind}/left", "NoneType"]


def test_a_stream_that_is_forgotten(app: Quaff, streams: Streams) -> None:
    with app.test_request_context("/forgotten"):
        stream = stream_with_context(streams.sync_stream("forgotten"))
        next(stream)
    assert streams.events == []
    del stream
    gc.collect()
    assert streams.events == ["closed at /forgotten", "NoneType"]


def test_the_end_of_a_context_is_announced_once_after_the_stream(
    app: Quaff, streams: Streams, client: QuaffClient, path: str
) -> None:
    def note(sender: Quaff) -> None:
        streams.events.append("popped")

    with appcontext_popped.connected_to(note, app):
        response = client.get(f"{path}/whole")
        assert response.data
        response.close()
    assert streams.events == [f"closed at {path}/whole", "NoneType", "popped"]


def test_an_async_teardown_function_runs_after_the_stream(
    app: Quaff, streams: Streams, client: QuaffClient, path: str
) -> None:
    @app.teardown_appcontext
    async def end(error: Any) -> None:
        await asyncio.sleep(0)
        streams.events.append(f"async {g.value}")

    response = client.get(f"{path}/whole")
    assert response.data
    response.close()
    assert streams.events == [f"closed at {path}/whole", "NoneType", "async g"]


# -- what streams see ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_without_a_context_of_its_own_a_stream_has_none(
    app: Quaff, client: QuaffClient, kind: str
) -> None:
    ended: list[Any] = []
    app.teardown_request(ended.append)

    def sync() -> Iterator[str]:
        yield f"{has_request_context()} {len(ended)}"

    async def later() -> AsyncIterator[str]:
        await asyncio.sleep(0)
        yield f"{has_request_context()} {len(ended)}"

    app.add_url_rule("/", view_func=sync if kind == "sync" else lambda: later(), endpoint="view")
    assert client.get("/").text == "False 1"
    assert ended == [None]


def test_a_view_may_be_an_async_generator_function(app: Quaff, client: QuaffClient) -> None:
    @app.route("/")
    async def view() -> AsyncIterator[str]:
        for piece in ("a", "b"):
            await asyncio.sleep(0)
            yield piece

    assert client.get("/").text == "ab"


def test_what_a_stream_writes_to_the_session_is_lost(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"

    @app.route("/")
    def view() -> Any:
        session["view"] = 1

        def generate() -> Iterator[str]:
            session["stream"] = 1
            yield str(sorted(session))

        return stream_with_context(generate())

    assert client.get("/").text == "['stream', 'view']"
    with client.session_transaction() as saved:
        assert saved == {"view": 1}


def test_a_stream_may_read_the_body(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def echo() -> Any:
        def generate() -> Iterator[bytes]:
            while piece := request.stream.read(3):
                yield piece + b"|"

        return stream_with_context(generate())

    assert client.post("/", data=b"12345678").text == "123|456|78|"


def test_as_a_decorator(app: Quaff, client: QuaffClient) -> None:
    @stream_with_context
    def generate(word: str) -> Iterator[str]:
        yield f"{word} {request.path}"

    @stream_with_context
    async def generate_later(word: str) -> AsyncIterator[str]:
        yield f"{word} {request.path}"

    app.add_url_rule("/sync", view_func=lambda: generate("word"), endpoint="sync")
    app.add_url_rule("/async", view_func=lambda: generate_later("word"), endpoint="async")
    assert client.get("/sync").text == "word /sync"
    assert client.get("/async").text == "word /async"
    assert generate.__name__ == "generate"


@pytest.mark.parametrize("gateway", ["asgi", "rsgi"])
def test_an_async_stream_that_nobody_waits_for_ends_without_a_thread(
    app: Quaff, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Any] = []
    original = answers.in_thread

    async def noting(function: Any, *args: Any) -> Any:
        places.append(function)
        return await original(function, *args)

    monkeypatch.setattr(answers, "in_thread", noting)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    ended: list[str] = []

    @app.get("/")
    async def index() -> Response:
        return Response(pieces())

    @app.get("/waited-for")
    async def waited_for() -> Response:
        response = Response(pieces())
        response.call_on_close(lambda: ended.append("ended"))
        return response

    assert deliver(app, gateway).body == b"ab"
    assert places == []
    assert deliver(app, gateway, target="/waited-for").body == b"ab"
    assert ended == ["ended"]
    assert len(places) == 1


def test_pieces_may_be_text_or_bytes_or_nothing(app: Quaff, gateway: Gateway) -> None:
    async def later() -> AsyncIterator[Any]:
        for piece in ("é", b"", "", b"\xff"):
            yield piece

    app.add_url_rule("/sync", view_func=lambda: iter(["é", b"", "", b"\xff"]), endpoint="sync")
    app.add_url_rule("/async", view_func=lambda: later(), endpoint="async")
    for target in ("/sync", "/async"):
        assert deliver(app, gateway, target=target).body == "é".encode() + b"\xff"


def test_a_stream_is_made_while_it_is_sent(app: Quaff, client: QuaffClient) -> None:
    made: list[int] = []

    @app.route("/")
    def view() -> Iterator[str]:
        for n in range(100):
            made.append(n)
            yield str(n)

    response = client.get("/")
    next(iter(response.response))
    assert len(made) < 10
    response.close()


def test_functions_for_the_end_of_a_response_run_once(app: Quaff, client: QuaffClient) -> None:
    ended: list[str] = []

    def sync() -> Iterator[str]:
        yield "body"

    async def later() -> AsyncIterator[str]:
        yield "body"

    def responding(body: Any) -> Any:
        def view() -> Response:
            response = Response(body())
            response.call_on_close(lambda: ended.append(request.path if request else "ended"))
            return response

        return view

    bodies: dict[str, Any] = {"sync": sync, "async": later, "whole": lambda: "body"}
    for name, body in bodies.items():
        app.add_url_rule(f"/{name}", view_func=responding(body), endpoint=name)
    for name in bodies:
        response = client.get(f"/{name}")
        assert response.text == "body"
        response.close()
        assert ended == ["ended"]
        ended.clear()


# -- cancelled -----------------------------------------------------------------------------------


async def cancelled_while(app: Quaff, target: str, waiting: asyncio.Event) -> None:
    """Serve a request over ASGI and cancel it once the view says that it waits."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": target,
        "headers": [(b"host", b"localhost")],
        "query_string": b"",
    }
    task = asyncio.ensure_future(app.asgi(scope, receive, send))
    await asyncio.wait_for(waiting.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_view_ends_its_context_once(app: Quaff) -> None:
    ended: list[Any] = []

    @app.teardown_request
    async def end(error: Any) -> None:
        await asyncio.sleep(0)
        ended.append((type(error).__name__, request.path))

    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/view")
        async def view() -> str:
            waiting.set()
            await asyncio.sleep(60)
            return "never"

        await cancelled_while(app, "/view", waiting)

    asyncio.run(main())
    assert ended == [("CancelledError", "/view")]


def test_a_cancelled_stream_ends_its_context_once(app: Quaff) -> None:
    ended: list[Any] = []
    app.teardown_request(lambda error: ended.append((type(error).__name__, request.path)))

    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/stream")
        async def view() -> Any:
            async def generate() -> AsyncIterator[str]:
                yield "first"
                waiting.set()
                await asyncio.sleep(60)
                yield "never"

            return stream_with_context(generate())

        await cancelled_while(app, "/stream", waiting)

    asyncio.run(main())
    assert ended == [("CancelledError", "/stream")]


def test_a_thread_goes_on_where_the_request_was_cancelled_and_ends_it_once(app: Quaff) -> None:
    ended: list[Any] = []
    go_on = threading.Event()
    done = threading.Event()

    @app.teardown_request
    def end(error: Any) -> None:
        ended.append((error, request.path))
        done.set()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        waiting = asyncio.Event()

        @app.route("/view")
        def view() -> str:
            loop.call_soon_threadsafe(waiting.set)
            assert go_on.wait(10)
            return "too late"

        await cancelled_while(app, "/view", waiting)

    asyncio.run(main())
    assert ended == []
    go_on.set()
    assert done.wait(10)
    assert ended == [(None, "/view")]
