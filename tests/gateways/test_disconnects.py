"""Clients that go away before they have their answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from quaff import Quaff, after_this_request, stream_with_context
from quaff.testing.client import Gateway
from tests.each_gateway import Message, RSGIProtocol, RSGIScope, scope_of

both = pytest.mark.parametrize("gateway", ["asgi", "rsgi"])


@pytest.fixture
def ends(app: Quaff, monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """What the teardown function is told."""
    monkeypatch.setattr("quaff.gateways.disconnects.DELAY", 0.001)
    ends: list[BaseException | None] = []

    @app.teardown_request
    async def end(error: BaseException | None) -> None:
        await asyncio.sleep(0)
        ends.append(error)

    return ends


async def leave(app: Any, gateway: Gateway, target: str, when: asyncio.Event) -> list[Any]:
    """Ask for something, and go away; what the server was given by then and later."""
    given: list[Any] = []

    async def receive() -> dict[str, Any]:
        await when.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        given.append(message)

    class Protocol(RSGIProtocol):
        async def client_disconnect(self) -> None:
            await when.wait()

    async with asyncio.timeout(10):
        if gateway == "asgi":
            await app.asgi(scope_of(Message(target=target)), receive, send)
        else:
            protocol = Protocol(b"")
            await app.__rsgi__(RSGIScope(Message(target=target)), protocol)
            if protocol.reply is not None:
                given.append(protocol.reply)
    return given


@both
def test_the_view_is_cancelled_and_torn_down_once(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/")
        async def view() -> str:
            waiting.set()
            await asyncio.Event().wait()
            return "never"

        assert await leave(app, gateway, "/", waiting) == []

    asyncio.run(main())
    assert [type(end) for end in ends] == [asyncio.CancelledError]


@both
@pytest.mark.parametrize("waits", [False, True])
def test_the_handler_of_an_error_is_cancelled_whether_the_view_waited_or_not(
    app: Quaff, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    monkeypatch.setattr("quaff.gateways.disconnects.DELAY", 0.001)

    async def main() -> None:
        waiting = asyncio.Event()

        async def view() -> str:
            raise LookupError

        async def waiting_view() -> str:
            await asyncio.sleep(0)
            raise LookupError

        app.add_url_rule("/", "view", waiting_view if waits else view)

        @app.errorhandler(LookupError)
        async def handle(error: LookupError) -> str:
            waiting.set()
            await asyncio.Event().wait()
            return "never"

        assert await leave(app, gateway, "/", waiting) == []

    asyncio.run(main())


@both
def test_what_is_done_after_a_request_is_cancelled_whether_the_view_waits_or_not(
    app: Quaff, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quaff.gateways.disconnects.DELAY", 0.001)

    async def main() -> None:
        waiting, nobody = asyncio.Event(), asyncio.Event()

        @app.route("/<int:number>")
        async def view(number: int) -> str:
            @after_this_request
            async def wait(response: Any) -> Any:
                if number > 1:
                    waiting.set()
                    await asyncio.Event().wait()
                return response

            return "done"

        # It shows with the first of them that somebody may have to wait.
        assert len(await leave(app, gateway, "/1", nobody)) > 0
        assert await leave(app, gateway, "/2", waiting) == []

    asyncio.run(main())


@both
def test_the_application_can_ask_for_its_views_to_end(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    app.config["CANCEL_ON_DISCONNECT"] = False

    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/")
        async def view() -> str:
            waiting.set()
            await asyncio.sleep(0.05)
            return "done"

        assert len(await leave(app, gateway, "/", waiting)) > 0

    asyncio.run(main())
    assert ends == [None]


@both
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_stream_is_closed_and_torn_down_once(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None], kind: str
) -> None:
    closed = []

    async def main() -> None:
        waiting = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def pieces() -> AsyncIterator[str]:
            try:
                yield "first"
                waiting.set()
                await asyncio.Event().wait()
            finally:
                closed.append("async")

        def plain_pieces() -> Iterator[str]:
            try:
                while True:
                    yield "piece"
                    loop.call_soon_threadsafe(waiting.set)
            finally:
                closed.append("plain")

        @app.route("/async")
        async def view() -> Any:
            return stream_with_context(pieces())

        @app.route("/plain")
        async def plain_view() -> Any:
            return stream_with_context(plain_pieces())

        given = await leave(app, gateway, f"/{kind}", waiting)
        if gateway == "asgi":
            # Nothing says that the body is complete.
            assert all(message.get("more_body", True) for message in given)

    asyncio.run(main())
    assert closed == [kind]
    assert len(ends) == 1


@both
def test_a_server_that_stops_cancels_all_the_same(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/")
        async def view() -> str:
            waiting.set()
            await asyncio.Event().wait()
            return "never"

        task = asyncio.create_task(leave(app, gateway, "/", asyncio.Event()))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [type(end) for end in ends] == [asyncio.CancelledError]


@both
def test_a_plain_function_of_a_mixed_route_is_waited_for(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    order: list[str] = []

    async def main() -> None:
        waiting = asyncio.Event()
        loop = asyncio.get_running_loop()
        go_on = threading.Event()

        @app.route("/")
        def view() -> str:
            loop.call_soon_threadsafe(waiting.set)
            loop.call_soon_threadsafe(loop.call_later, 0.05, go_on.set)
            assert go_on.wait(10)
            order.append("view")
            return "too late"

        app.teardown_request(lambda error: order.append("teardown"))
        await leave(app, gateway, "/", waiting)

    asyncio.run(main())
    assert order == ["view", "teardown"]
    assert len(ends) == 1


@both
def test_who_goes_away_during_teardown_stops_no_other_teardown_function(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    order: list[str] = []

    async def main() -> None:
        waiting = asyncio.Event()

        @app.route("/")
        async def view() -> str:
            await asyncio.sleep(0)
            return "body"

        app.teardown_appcontext(lambda error: order.append("plain"))

        @app.teardown_request
        async def slow(error: BaseException | None) -> None:
            waiting.set()
            try:
                await asyncio.Event().wait()
            finally:
                order.append("slow")

        await leave(app, gateway, "/", waiting)

    asyncio.run(main())
    assert order == ["slow", "plain"]
    assert len(ends) == 1


def test_a_response_that_cannot_even_begin_is_closed(
    app: Quaff, ends: list[BaseException | None]
) -> None:
    @app.route("/")
    def view() -> Any:
        return stream_with_context(iter(["piece"]))

    async def send(message: Any) -> None:
        raise OSError("The client has gone away.")

    async def main() -> None:
        with pytest.raises(OSError, match="gone away"):
            await app.asgi(scope_of(Message()), asyncio.Event().wait, send)

    asyncio.run(main())
    assert ends == [None]


@both
def test_a_server_that_cannot_send_a_piece_ends_the_stream(
    app: Quaff, gateway: Gateway, ends: list[BaseException | None]
) -> None:
    made = []

    @app.route("/")
    def view() -> Any:
        def pieces() -> Iterator[str]:
            for number in range(9):
                made.append(number)
                yield "piece"

        return stream_with_context(pieces())

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise OSError("The client has gone away.")

    class Protocol(RSGIProtocol):
        async def send_bytes(self, data: bytes) -> None:
            raise RuntimeError("RSGI transport is closed")

    async def main() -> None:
        if gateway == "asgi":
            await app.asgi(scope_of(Message()), asyncio.Event().wait, send)
        else:
            await app.__rsgi__(RSGIScope(Message()), Protocol(b""))

    asyncio.run(main())
    assert (made, ends) == ([0], [None])
