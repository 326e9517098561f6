"""How many plain functions run at once for async servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest

from quaff import Depends, Quaff
from quaff.bridge import run
from quaff.gateways.bodies import BodyBuffer
from quaff.testing.client import Gateway
from quaff.threads import Busy, Threads
from tests.each_gateway import Message, deliver, scope_of

async_gateways = pytest.mark.parametrize("gateway", ["asgi", "rsgi"])


class Gate:
    """Functions that stay until they are let go, and how many of them run."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def enter(self) -> str:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.open.wait(10)
        with self._lock:
            self.running -= 1
        return "done"


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def test_no_more_run_than_there_are_threads_and_all_run_in_the_end() -> None:
    gate = Gate()
    threads = Threads(size=2)

    async def main() -> list[str]:
        tasks = [asyncio.create_task(threads.run(gate.enter)) for _ in range(6)]
        await until(lambda: gate.running == 2 and threads.counters()["waiting"] == 4)
        gate.open.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == ["done"] * 6
    assert gate.most == 2
    counters = threads.counters()
    assert counters.pop("delay") > 0
    assert counters == {"size": 2, "busy": 0, "waiting": 0, "delayed": 4, "refused": 0}


def test_those_for_whom_there_is_no_room_to_wait_are_refused() -> None:
    gate = Gate()
    threads = Threads(size=1, queue=1)

    async def main() -> None:
        tasks = [asyncio.create_task(threads.run(gate.enter)) for _ in range(2)]
        await until(lambda: threads.counters()["waiting"] == 1)
        with pytest.raises(Busy):
            await threads.run(gate.enter)
        gate.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert threads.counters()["refused"] == 1


def test_those_who_wait_too_long_are_refused() -> None:
    gate = Gate()
    threads = Threads(size=1, patience=0.01)

    async def main() -> str:
        task = asyncio.create_task(threads.run(gate.enter))
        await until(lambda: gate.running == 1)
        with pytest.raises(Busy):
            await threads.run(gate.enter)
        gate.open.set()
        await task
        return await threads.run(gate.enter)

    assert asyncio.run(main()) == "done"
    assert threads.counters()["busy"] == 0


@async_gateways
def test_a_request_waits_no_longer_than_its_timeout(app: Quaff, gateway: Gateway) -> None:
    app.config.update(THREADS=1, THREADS_TIMEOUT=None)
    app.add_url_rule("/", view_func=lambda: "never", timeout=0.01)
    gate = Gate()
    with ThreadPoolExecutor(1) as others:
        holding = others.submit(asyncio.run, app.threads.run(gate.enter))
        asyncio.run(until(lambda: gate.running == 1))
        reply = deliver(app, gateway)
        gate.open.set()
        holding.result()
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")


def test_who_goes_away_while_waiting_takes_no_thread() -> None:
    gate = Gate()
    threads = Threads(size=1)

    async def main() -> None:
        first = asyncio.create_task(threads.run(gate.enter))
        second = asyncio.create_task(threads.run(gate.enter))
        await until(lambda: threads.counters()["waiting"] == 1)
        second.cancel()
        await until(second.done)
        gate.open.set()
        await first

    asyncio.run(main())
    assert threads.counters()["busy"] == threads.counters()["waiting"] == 0


def test_who_goes_away_when_its_turn_comes_passes_it_on() -> None:
    gate = Gate()
    tasks: list[asyncio.Task[str]] = []

    class Cancelling(Threads):
        def _give(self, turn: asyncio.Future[None]) -> None:
            super()._give(turn)
            tasks[-1].cancel()

    threads = Cancelling(size=1)

    async def main() -> None:
        tasks.append(asyncio.create_task(threads.run(gate.enter)))
        await until(lambda: gate.running == 1)
        tasks.append(asyncio.create_task(threads.run(gate.enter)))
        await until(lambda: threads.counters()["waiting"] == 1)
        gate.open.set()
        await asyncio.wait(tasks)
        await until(lambda: threads.busy == 0)

    asyncio.run(main())
    assert tasks[-1].cancelled()


def test_what_must_run_is_never_refused() -> None:
    gate = Gate()
    threads = Threads(size=1, queue=0, patience=0.001)
    ran: list[str] = []

    async def main() -> None:
        first = asyncio.create_task(threads.run(gate.enter))
        await until(lambda: gate.running == 1)
        work = threads.hop(ran.append, in_any_case=True)
        patient = asyncio.create_task(work("in its turn"))
        cancelled = asyncio.create_task(work("at once"))
        await until(lambda: threads.counters()["waiting"] == 2)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        assert ran == ["at once"]
        gate.open.set()
        await asyncio.gather(first, patient)

    asyncio.run(main())
    assert ran == ["at once", "in its turn"]
    assert threads.counters()["refused"] == threads.busy == 0


def test_a_thread_stays_taken_until_its_function_has_ended() -> None:
    gate = Gate()
    threads = Threads(size=1)

    async def main() -> None:
        task = asyncio.create_task(threads.run(gate.enter))
        await until(lambda: gate.running == 1)
        task.cancel()
        await until(task.done)
        assert threads.busy == 1
        gate.open.set()
        await until(lambda: threads.busy == 0)

    asyncio.run(main())


def test_who_holds_a_thread_does_not_wait_for_another() -> None:
    threads = Threads(size=1)

    def outer() -> str:
        return run(threads.run(lambda: "inner"))

    async def main() -> str:
        async with asyncio.timeout(10):
            return await threads.run(outer)

    assert asyncio.run(main()) == "inner"


# -- requests ------------------------------------------------------------------------------------


def busy(app: Quaff) -> Callable[[], Coroutine[Any, Any, Callable[[], None]]]:
    """Takes the only thread of the application; gives what lets it go."""
    app.config["THREADS"] = 1
    app.config["THREADS_QUEUE"] = 0
    gate = Gate()

    async def take() -> Callable[[], None]:
        task = asyncio.create_task(app.threads.run(gate.enter))
        await until(lambda: gate.running == 1)

        def let_go() -> None:
            gate.open.set()
            task.add_done_callback(lambda _: None)

        return let_go

    return take


def test_a_request_for_which_there_is_no_thread_is_told_to_come_later(app: Quaff) -> None:
    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")
    replies: list[Any] = []

    async def send(message: Any) -> None:
        replies.append(message)

    async def main() -> None:
        let_go = await busy(app)()
        await app.asgi(scope_of(Message()), asyncio.Event().wait, send)
        let_go()

    asyncio.run(main())
    assert replies[0]["status"] == 503
    assert (b"retry-after", b"1") in replies[0]["headers"]
    assert app.threads.counters()["refused"] == 1


def test_coroutine_functions_need_no_thread(app: Quaff) -> None:
    replies: list[Any] = []

    @app.route("/")
    async def view() -> str:
        return "body"

    async def send(message: Any) -> None:
        replies.append(message)

    async def main() -> None:
        let_go = await busy(app)()
        await app.asgi(scope_of(Message()), asyncio.Event().wait, send)
        await app.asgi(scope_of(Message(target="/nowhere")), asyncio.Event().wait, send)
        let_go()

    asyncio.run(main())
    assert [reply["status"] for reply in replies if "status" in reply] == [200, 404]


ended: list[str] = []


def provided() -> Iterator[str]:
    yield "value"
    ended.append("provider")


def test_what_ends_a_request_waits_for_a_thread_and_is_never_refused(app: Quaff) -> None:
    app.config.update(THREADS=1, THREADS_QUEUE=0)
    ended.clear()
    replies: list[Any] = []
    gate = Gate()

    @app.route("/")
    async def view(value: Annotated[str, Depends(provided)]) -> str:
        app.extensions["task"] = asyncio.create_task(app.threads.run(gate.enter))
        await until(lambda: gate.running == 1)
        return value

    app.teardown_request(lambda error: ended.append("request"))
    app.teardown_appcontext(lambda error: ended.append("context"))

    async def send(message: Any) -> None:
        replies.append(message)

    async def main() -> None:
        task = asyncio.create_task(app._asgi(scope_of(Message()), asyncio.Event().wait, send))
        await until(lambda: app.threads.counters()["waiting"] == 1)
        assert ended == []
        gate.open.set()
        await task

    asyncio.run(main())
    assert ended == ["provider", "request", "context"]
    assert replies[0]["status"] == 200


@async_gateways
def test_the_configuration_says_how_many_there_are(app: Quaff, gateway: Gateway) -> None:
    app.config.update(THREADS=3, THREADS_QUEUE=4, THREADS_TIMEOUT=5)
    app.add_url_rule("/", view_func=lambda: app.threads.counters(), endpoint="view")
    assert deliver(app, gateway).text.startswith('{"size":3,"busy":1,')
    assert (app.threads.queue, app.threads.patience) == (4, 5)


def test_bodies_on_disk_are_written_without_a_place_in_the_queue(app: Quaff) -> None:
    async def main() -> bytes:
        let_go = await busy(app)()
        buffer = BodyBuffer(None)
        for _ in range(2):
            await buffer.add(b"x" * 300_000)
        body = await buffer.finish()
        let_go()
        return body.read()

    assert len(asyncio.run(main())) == 600_000
