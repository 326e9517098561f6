"""Streams of server-sent events: what is sent, how they end, heartbeats."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from quaff import Event, EventStream, Quaff, Response, g, request, stream_with_context
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver

PATIENCE = 10.0


class Stream:
    """A generator, plain or async, that says what happened to it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        #: "begun", then "closed" once for each time it ended.
        self.happened: list[str] = []
        self.closed = threading.Event()
        #: What it waits for after its items.
        self.go_on = threading.Event()

    def of(self, *items: Any, waits: bool = False) -> Any:
        return self._plain(items, waits) if self.kind == "plain" else self._async(items, waits)

    def _plain(self, items: Any, waits: bool) -> Iterator[Any]:
        self.happened.append("begun")
        try:
            yield from items
            assert not waits or self.go_on.wait(PATIENCE)
        finally:
            self._end()

    async def _async(self, items: Any, waits: bool) -> AsyncIterator[Any]:
        self.happened.append("begun")
        try:
            for item in items:
                await asyncio.sleep(0)
                yield item
            if waits:
                await asyncio.wait_for(asyncio.Event().wait(), PATIENCE)
        finally:
            self._end()

    def _end(self) -> None:
        self.happened.append("closed")
        self.closed.set()


@pytest.fixture(params=["plain", "async"])
def stream(request: pytest.FixtureRequest) -> Stream:
    return Stream(request.param)


def serve(app: Quaff, make: Any, **options: Any) -> None:
    """Let "/" answer a stream of what `make` gives."""
    app.add_url_rule("/", "stream", lambda: EventStream(make(), **options))


# -- what is sent --------------------------------------------------------------------------------


def test_items_of_every_kind(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    items = ("text", {"data": {"n": 1}, "event": "number", "id": 1}, Event("two\nlines", retry=9))
    serve(app, lambda: stream.of(*items))
    with client.events("/") as events:
        assert list(events) == [
            Event("text"),
            Event('{"n":1}', "number", "1"),
            Event("two\nlines", retry=9),
        ]
    assert stream.happened == ["begun", "closed"]


def test_the_bytes(app: Quaff, gateway: Gateway, stream: Stream) -> None:
    serve(app, lambda: stream.of("a", {"id": 2}))
    reply = deliver(app, gateway)
    # A comment comes first, by which the browser learns that it is connected.
    assert reply.body == b":\n\ndata: a\n\nid: 2\n\n"
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert reply.headers["X-Accel-Buffering"] == "no"
    assert "Content-Length" not in reply.headers


def test_a_status_and_fields_of_ones_own(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    headers = {"Cache-Control": "no-store", "X-Other": "1"}
    serve(app, lambda: stream.of("a"), status=202, headers=headers)
    with client.events("/") as events:
        assert events.response.status_code == 202
        assert events.response.headers.getlist("Cache-Control") == ["no-store"]
        assert events.response.headers["X-Other"] == "1"


def test_data_is_json_by_the_applications_provider(
    app: Quaff, client: QuaffClient, stream: Stream
) -> None:
    app.json.dumps = lambda value, **options: f"<{value}>"  # type: ignore[method-assign]
    serve(app, lambda: stream.of({"data": 1}))
    with client.events("/") as events:
        assert next(events).data == "<1>"


def test_with_a_response_class_of_ones_own(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    class Own(Response):
        def get_wsgi_headers(self, environ: Any) -> Any:
            headers = super().get_wsgi_headers(environ)
            headers["X-Own"] = "1"
            return headers

    app.response_class = Own
    serve(app, lambda: stream.of("a"))
    with client.events("/") as events:
        assert next(events) == Event("a")
        assert events.response.headers["X-Own"] == "1"


def test_async_views(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    @app.route("/")
    async def view() -> EventStream:
        await asyncio.sleep(0)
        return EventStream(stream.of("a"))

    with client.events("/") as events:
        assert list(events) == [Event("a")]


def test_the_last_event_that_the_browser_has(app: Quaff, client: QuaffClient) -> None:
    @app.route("/")
    def view() -> EventStream:
        return EventStream(iter([repr(request.last_event_id)]))

    for sent, seen in [(None, "None"), ("7", "'7'"), (8, "'8'")]:
        with client.events("/", last_event_id=sent) as events:
            assert next(events).data == seen
    snowman = "\N{SNOWMAN}".encode().decode("latin1")
    with client.events("/", last_event_id=snowman) as events:
        assert next(events).data == "'\N{SNOWMAN}'"


def test_the_request_is_there_if_the_stream_keeps_its_context(
    app: Quaff, client: QuaffClient, stream: Stream
) -> None:
    def plain() -> Iterator[str]:
        yield f"{request.path} {g.value}"

    async def later() -> AsyncIterator[str]:
        yield f"{request.path} {g.value}"

    @app.route("/")
    def view() -> EventStream:
        g.value = 1
        source: Any = plain() if stream.kind == "plain" else later()
        return EventStream(stream_with_context(source))

    with client.events("/") as events:
        assert list(events) == [Event("/ 1")]


def test_what_is_no_generator() -> None:
    def ticks() -> Iterator[str]:
        yield "never"

    for value in (ticks, None, "text", {"data": 1}):
        with pytest.raises(TypeError, match="Call the generator function"):
            EventStream(value)  # type: ignore[arg-type]


# -- how it ends ---------------------------------------------------------------------------------


def test_the_client_goes_away(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    serve(app, lambda: stream.of(*"abcdef"))
    with client.events("/") as events:
        assert next(events) == Event("a")
        assert stream.happened == ["begun"]
    assert stream.happened == ["begun", "closed"]


def test_the_client_goes_away_while_the_generator_waits(app: Quaff, client: QuaffClient) -> None:
    stream = Stream("async")
    serve(app, lambda: stream.of("a", waits=True), heartbeat=0.01)
    with client.events("/") as events:
        assert next(events) == Event("a")
    assert stream.closed.wait(PATIENCE)
    assert stream.happened == ["begun", "closed"]


def test_a_plain_generator_that_waits_is_closed_when_it_goes_on(
    app: Quaff, client: QuaffClient
) -> None:
    stream = Stream("plain")
    serve(app, lambda: stream.of("a", waits=True), heartbeat=0.01)
    with client.events("/") as events:
        assert next(events) == Event("a")
        stream.go_on.set()
    assert stream.closed.wait(PATIENCE)
    assert stream.happened == ["begun", "closed"]


def test_the_generator_fails(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    serve(app, lambda: stream.of("a", {"text": "no event"}))
    with client.events("/") as events:
        assert next(events) == Event("a")
        with pytest.raises(ValueError, match="A dict that stands for an event has 'text'"):
            next(events)
    assert stream.happened == ["begun", "closed"]


def test_only_the_head_is_asked_for(app: Quaff, client: QuaffClient, stream: Stream) -> None:
    serve(app, lambda: stream.of("a"))
    response = client.head("/")
    assert response.data == b""
    assert response.mimetype == "text/event-stream"
    response.close()
    assert stream.happened == []


def test_a_generator_that_never_began_is_closed(app: Quaff, client: QuaffClient) -> None:
    closed: list[str] = []

    class Source:
        def __iter__(self) -> Iterator[str]:
            raise AssertionError("nobody reads it")

        def close(self) -> None:
            closed.append("closed")

    serve(app, Source)
    client.head("/").close()
    assert closed == ["closed"]


def test_background_tasks_of_a_stream_that_ends_go_on(app: Quaff) -> None:
    began, go_on, done = threading.Event(), threading.Event(), threading.Event()

    async def later() -> None:
        began.set()
        await asyncio.to_thread(go_on.wait, PATIENCE)

    def task() -> None:
        app.ensure_sync(later)()
        done.set()

    def events() -> Iterator[str]:
        app.add_background_task(task)
        assert began.wait(PATIENCE)
        yield "a"
        yield "b"

    async def main() -> None:
        pieces: Any = EventStream(events(), heartbeat=None).response
        assert await anext(pieces) == b"data: a\n\n"
        await pieces.aclose()
        go_on.set()
        assert await asyncio.to_thread(done.wait, PATIENCE)

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_client_that_goes_away_at_the_first_heartbeat(kind: str) -> None:
    class Source:
        closed = False

    class Plain(Source):
        def __iter__(self) -> Iterator[str]:
            raise AssertionError

        def close(self) -> None:
            self.closed = True

    class Async(Source):
        def __aiter__(self) -> AsyncIterator[str]:
            raise AssertionError

        async def aclose(self) -> None:
            self.closed = True

    source: Any = Plain() if kind == "plain" else Async()

    async def main() -> None:
        pieces: Any = EventStream(source).response
        assert await anext(pieces) == b":\n\n"
        await pieces.aclose()

    asyncio.run(main())
    assert source.closed


def test_a_stream_that_nobody_closes(stream: Stream) -> None:
    async def main() -> None:
        response: Any = EventStream(stream.of("a", waits=True))
        pieces = response.response
        assert [await anext(pieces), await anext(pieces)] == [b":\n\n", b"data: a\n\n"]
        del response, pieces
        gc.collect()
        stream.go_on.set()
        await asyncio.to_thread(stream.closed.wait, PATIENCE)

    asyncio.run(main())
    assert stream.happened == ["begun", "closed"]


def test_the_generator_goes_on_when_its_event_was_taken(stream: Stream) -> None:
    async def main() -> None:
        made: list[int] = []

        def numbers() -> Iterator[str]:
            for number in range(3):
                made.append(number)
                yield f"{number}"

        response: Any = EventStream(numbers(), heartbeat=None)
        pieces = response.response
        for number in range(3):
            assert await anext(pieces) == f"data: {number}\n\n".encode()
            assert made == list(range(number + 1))
        await pieces.aclose()

    asyncio.run(main())


# -- heartbeats ----------------------------------------------------------------------------------


def test_heartbeats_while_the_generator_is_silent(
    app: Quaff, client: QuaffClient, stream: Stream
) -> None:
    serve(app, lambda: stream.of("a", waits=True), heartbeat=0.01)
    response = client.get("/", buffered=False)
    pieces = response.iter_encoded()
    taken = [next(pieces) for _ in range(4)]
    assert taken.count(b"data: a\n\n") == 1
    assert taken.count(b":\n\n") == 3
    assert taken[0] == taken[-1] == b":\n\n"
    stream.go_on.set()
    response.close()
    assert stream.closed.wait(PATIENCE)


def test_no_heartbeats(app: Quaff, gateway: Gateway, stream: Stream) -> None:
    serve(app, lambda: stream.of("a"), heartbeat=None)
    assert deliver(app, gateway).body == b"data: a\n\n"
