"""What goes on until somebody ends it: streams of events, and WebSockets.

A server that is told to stop waits for the answers it has begun. These have no end of their own, so
it would wait until its patience is over, be killed, and leave no time for what comes after serving.
So they are ended when the signal to stop arrives. Browsers connect again, to another worker.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

#: The signals by which servers are told to stop.
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Ongoing(Protocol):
    """Something that can be ended, on the loop that it runs on."""

    def end(self) -> None: ...


_ongoing: WeakSet[Ongoing] = WeakSet()


def add(one: Ongoing) -> None:
    """Let something be ended when the server stops. What nobody holds any more is forgotten."""
    _ongoing.add(one)


def end_all() -> None:
    """End all of them."""
    for one in list(_ongoing):
        one.end()


def end_at_signals(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """End all of them on the loop when the server is told to stop, and let it stop as it would.

    A server that handles no signals is left alone.

    Returns:
        What undoes it.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    replaced: dict[signal.Signals, Any] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end_all)
        replaced[signal.Signals(number)](number, frame)

    def undo() -> None:
        for number, handler in replaced.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, handler)

    for number in STOPPING:
        handler = signal.getsignal(number)
        if callable(handler) and handler is not signal.default_int_handler:
            # NOTE: a loop that handles the signal learns of it by a file, whoever is called here.
            replaced[number] = handler
            signal.signal(number, handle)
            signal.siginterrupt(number, False)
    return undo
