"""What goes on is ended when the process is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from quaff import ongoing


class Endless:
    """Something that tells when it is ended."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        ongoing.add(self)

    def end(self) -> None:
        self.ended.set()


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """The signals that a server has handled; it does so as long as the test runs."""
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    yield received
    signal.signal(signal.SIGTERM, before)


def test_the_signal_ends_it_and_reaches_the_server(handled: list[int]) -> None:
    servers = signal.getsignal(signal.SIGTERM)

    async def main() -> None:
        one = Endless()
        undo = ongoing.end_at_signals(asyncio.get_running_loop())
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            await one.ended.wait()
        undo()

    asyncio.run(main())
    assert handled == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is servers


def test_a_handler_that_came_later_stays(handled: list[int]) -> None:
    async def main() -> Any:
        undo = ongoing.end_at_signals(asyncio.get_running_loop())
        later = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        undo()
        assert later is not signal.SIG_IGN

    asyncio.run(main())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_who_handles_no_signals_is_left_alone() -> None:
    async def main() -> None:
        before = [signal.getsignal(number) for number in ongoing.STOPPING]
        undo = ongoing.end_at_signals(asyncio.get_running_loop())
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        undo()
        assert [signal.getsignal(number) for number in ongoing.STOPPING] == before

    asyncio.run(main())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
