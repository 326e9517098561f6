"""What happens before, after and beside serving."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from quaff import Blueprint, Quaff, after_response, current_app, g, has_request_context, request
from quaff.testing import QuaffClient
from tests.each_gateway import deliver


@pytest.fixture
def calls(app: Quaff) -> list[str]:
    """What the hooks of the application do, in order."""
    calls: list[str] = []
    blueprint = Blueprint("part", "example")

    @app.before_serving
    async def before() -> None:
        assert current_app.name == "example"
        calls.append("before")

    @blueprint.before_app_serving
    def plain_before() -> None:
        assert threading.current_thread().name.startswith("quaff-sync")
        calls.append("plain before")

    @app.while_serving
    async def around() -> AsyncIterator[None]:
        calls.append("begin")
        yield
        calls.append("end")

    @blueprint.while_app_serving
    def plain_around() -> Iterator[None]:
        calls.append("plain begin")
        yield
        calls.append("plain end")

    @app.after_serving
    async def after() -> None:
        calls.append("after")

    @blueprint.after_app_serving
    def plain_after() -> None:
        calls.append("plain after")

    app.register_blueprint(blueprint)
    app.add_url_rule("/", view_func=lambda: calls.append("view") or "", endpoint="view")
    return calls


BEGINNING = ["before", "plain before", "begin", "plain begin"]
END = ["plain end", "end", "after", "plain after"]


def test_a_test_starts_and_stops_the_application(
    app: Quaff, client: QuaffClient, calls: list[str]
) -> None:
    with app.test_app() as started:
        assert started is app
        assert calls == BEGINNING
        client.get("/")
        client.get("/")
    assert calls == [*BEGINNING, "view", "view", *END]


def test_a_client_starts_nothing(client: QuaffClient, calls: list[str]) -> None:
    client.get("/")
    assert calls == ["view"]


async def lifespan(app: Quaff) -> list[dict[str, Any]]:
    """What the application answers to an ASGI server that starts and stops it."""
    asked = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, str]:
        return asked.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    await app.asgi({"type": "lifespan"}, receive, send)
    return answers


def test_asgi_servers_say_when(app: Quaff, calls: list[str]) -> None:
    answers = asyncio.run(lifespan(app))
    assert [answer["type"] for answer in answers] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert calls == BEGINNING + END


def test_rsgi_servers_say_when(app: Quaff, calls: list[str]) -> None:
    loop = asyncio.new_event_loop()
    app.__rsgi_init__(loop)
    assert calls == BEGINNING
    app.__rsgi_del__(loop)
    loop.close()
    assert calls == BEGINNING + END


def test_under_wsgi_the_first_request_starts_it_once(app: Quaff, calls: list[str]) -> None:
    for _ in range(2):
        deliver(app, "wsgi")
    assert calls == [*BEGINNING, "view", "view"]
    app.lifespan._stop_here()
    assert calls == [*BEGINNING, "view", "view", *END]


@pytest.mark.parametrize("kind", ["before_serving", "while_serving"])
def test_a_failing_start_says_where_and_ends_what_had_begun(app: Quaff, kind: str) -> None:
    calls = []

    @app.while_serving
    async def first() -> AsyncIterator[None]:
        calls.append("begin")
        yield
        calls.append("end")

    def failing() -> Any:
        raise LookupError("no database")
        yield

    def plainly_failing() -> None:
        raise LookupError("no database")

    if kind == "while_serving":
        app.while_serving(failing)
    else:
        app.before_serving(plainly_failing)
    [answer] = asyncio.run(lifespan(app))
    assert answer["type"] == "lifespan.startup.failed"
    assert "LookupError: no database" in answer["message"]
    assert f"raised by the {kind} function" in answer["message"]
    assert calls == (["begin", "end"] if kind == "while_serving" else [])


def test_under_wsgi_a_failing_start_ends_the_worker(
    app: Quaff, monkeypatch: pytest.MonkeyPatch, logged: pytest.LogCaptureFixture
) -> None:
    signals: list[int] = []
    monkeypatch.setattr("os.kill", lambda process, signal: signals.append(signal))

    @app.before_serving
    def failing() -> None:
        raise LookupError("no database")

    with pytest.raises(LookupError):
        deliver(app, "wsgi")
    assert signals == [15]
    assert "The application could not start." in logged.text
    assert "no database" in logged.text


def test_a_failing_end_is_logged_and_the_rest_is_run(
    app: Quaff, logged: pytest.LogCaptureFixture
) -> None:
    calls = []

    @app.while_serving
    def around() -> Iterator[None]:
        yield
        raise LookupError("first")

    @app.after_serving
    def after() -> None:
        raise LookupError("second")

    app.after_serving(lambda: calls.append("last"))
    with app.test_app():
        pass
    assert "first" in logged.text
    assert "second" in logged.text
    assert calls == ["last"]


def test_what_is_no_generator_is_refused(app: Quaff) -> None:
    app.while_serving(lambda: None)
    with pytest.raises(TypeError, match="must yield once"), app.test_app():
        pytest.fail("it must not start")


def test_a_generator_that_never_yields_is_refused(app: Quaff) -> None:
    @app.while_serving
    async def around() -> AsyncIterator[None]:
        if app.debug:
            yield

    with pytest.raises(RuntimeError, match="ended without a yield"), app.test_app():
        pytest.fail("it must not start")


# -- background tasks ----------------------------------------------------------------------------


def test_tasks_outlive_the_request(app: Quaff, client: QuaffClient) -> None:
    go_on = threading.Event()
    done: list[Any] = []
    over = threading.Semaphore(0)

    def plain(word: str, *, number: int) -> None:
        assert go_on.wait(10)
        done.append((word, number, has_request_context(), current_app.name, "name" in g))
        over.release()

    async def later(word: str, *, number: int) -> None:
        await asyncio.to_thread(go_on.wait, 10)
        done.append((word, number, has_request_context(), current_app.name, "name" in g))
        over.release()

    @app.route("/")
    def view() -> str:
        g.name = "of the request"
        app.add_background_task(plain, "a", number=1)
        app.add_background_task(later, "b", number=2)
        return "begun"

    assert client.get("/").text == "begun"
    assert done == []
    go_on.set()
    assert over.acquire(timeout=10)
    assert over.acquire(timeout=10)
    assert sorted(done) == [("a", 1, False, "example", False), ("b", 2, False, "example", False)]


@pytest.mark.parametrize("kind", [LookupError, SystemExit])
def test_what_a_task_raises_is_logged(
    app: Quaff, logged: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    async def failing() -> None:
        raise kind("in the task")

    with app.test_app():
        app.add_background_task(failing)
    assert "Exception in background task" in logged.text
    assert "in the task" in logged.text


def test_tasks_are_awaited_at_the_end_and_then_cancelled(
    app: Quaff, logged: pytest.LogCaptureFixture
) -> None:
    app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"] = 0.05
    ends = []

    async def quick() -> None:
        await asyncio.sleep(0.001)
        ends.append("quick")

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("endless")

    with app.test_app():
        app.add_background_task(quick)
        app.add_background_task(endless)
    assert ends == ["quick", "endless"]
    assert "endless() was cancelled" in logged.text


def test_tasks_that_are_added_while_it_stops_are_awaited_too(app: Quaff) -> None:
    ends = []

    async def last() -> None:
        await asyncio.sleep(0.001)
        ends.append("last")

    async def first() -> None:
        await asyncio.sleep(0.001)
        app.add_background_task(last)
        ends.append("first")

    @app.after_serving
    async def goodbye() -> None:
        ends.append("goodbye")
        app.add_background_task(last)

    with app.test_app():
        app.add_background_task(first)
    assert ends == ["first", "last", "goodbye", "last"]


def test_tasks_that_add_themselves_for_ever_are_cancelled(
    app: Quaff, logged: pytest.LogCaptureFixture
) -> None:
    app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"] = 0.01

    async def again() -> None:
        app.add_background_task(again)

    with app.test_app():
        app.add_background_task(again)
    assert "again() was cancelled" in logged.text


@pytest.mark.parametrize("target", ["/plain", "/async", "/stream"])
def test_what_follows_a_response_begins_when_it_was_sent(
    app: Quaff, client: QuaffClient, target: str
) -> None:
    order: list[str] = []
    over = threading.Event()

    async def follow(path: str) -> None:
        order.append(f"after {path}")
        over.set()

    @app.route("/plain")
    def plain() -> str:
        after_response(follow, request.path)
        return "body"

    @app.route("/async")
    async def view() -> str:
        after_response(follow, request.path)
        return "body"

    @app.route("/stream")
    def stream() -> Iterator[str]:
        after_response(follow, request.path)

        def pieces() -> Iterator[str]:
            yield "bo"
            order.append("streamed")
            yield "dy"

        return pieces()

    assert client.get(target, buffered=True).text == "body"
    assert over.wait(10)
    assert order == (["streamed"] if target == "/stream" else []) + [f"after {target}"]


def test_nothing_follows_outside_of_a_request(app: Quaff) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match=r"after_response\(\)"):
        after_response(print)
