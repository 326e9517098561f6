"""Those who listen in this process, and what waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..bridge import run
from .messages import Message, order

if TYPE_CHECKING:
    from .channels import Channels

__all__ = ["Hub", "Subscription"]


class Subscription:
    """Messages of some rooms as they come: for `async with` and `async for`, or `with` and `for`.

    A subscriber that is too slow loses the oldest messages, and `missed` counts them.

    Args:
        channels: where it listens.
        rooms: the names of the rooms.
        since: an id; what came after it and is still known comes first.
        size: how many messages wait for the subscriber.
    """

    def __init__(
        self, channels: Channels, rooms: tuple[str, ...], since: str | None, size: int
    ) -> None:
        self.rooms = rooms
        #: How many messages were dropped, since the subscriber was too slow.
        self.missed = 0
        self._channels = channels
        self._since = since
        self._size = size
        self._waiting: deque[Message] = deque()
        #: What comes while the history is read.
        self._held: list[Message] | None = None
        #: Room -> the last id that the history gave.
        self._replayed: dict[str, tuple[int, ...]] = {}
        self._turn: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- on its loop -------------------------------------------------------------------------

    def take(self, message: Message) -> None:
        """Let a message wait for the subscriber; called on its loop."""
        if self._held is not None:
            self._held.append(message)
            return
        if self._replayed and order(message.id) <= self._replayed.get(message.room, ()):
            return
        if len(self._waiting) >= self._size:
            self._waiting.popleft()
            self.missed += 1
        self._waiting.append(message)
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    async def __aenter__(self) -> Self:
        if self._loop is not None:
            raise RuntimeError("This subscription was used already. Call subscribe() again.")
        self._loop = asyncio.get_running_loop()
        if self._since is not None:
            self._held = []
        try:
            await self._channels._add(self, self._loop)
            if self._since is not None:
                await self._replay(self._since)
        except BaseException:
            # Also one that cancels, as of a client that goes away in this moment.
            await self.__aexit__()
            raise
        return self

    async def _replay(self, since: str) -> None:
        past: list[Message] = []
        for room in self.rooms:
            past += await self._channels._past(room, since)
        past.sort(key=lambda message: order(message.id))
        held, self._held = self._held or [], None
        for message in past:
            self.take(message)
        # What was read of the history may still be on its way.
        self._replayed = {message.room: order(message.id) for message in past}
        for message in held:
            self.take(message)

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        if self._loop is not None:
            await self._channels._remove(self, self._loop)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        if self._loop is None:
            raise RuntimeError(
                "A subscription listens inside of its block: "
                "`async with channel.subscribe(room) as messages:`."
            )
        while not self._waiting:
            self._turn = self._loop.create_future()
            try:
                await self._turn
            finally:
                self._turn = None
        return self._waiting.popleft()

    # -- in plain code -----------------------------------------------------------------------

    def __enter__(self) -> Self:
        return run(self.__aenter__())

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        run(self.__aexit__())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Message:
        return run(self.__anext__())


class Hub:
    """The subscriptions of this process by event loop and room."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loops: dict[asyncio.AbstractEventLoop, dict[str, set[Subscription]]] = {}

    def add(self, subscription: Subscription, loop: asyncio.AbstractEventLoop) -> list[str]:
        """Add a subscription; the rooms that nobody on its loop listened to before."""
        with self._lock:
            rooms = self._loops.setdefault(loop, {})
            new = [name for name in subscription.rooms if name not in rooms]
            for name in subscription.rooms:
                rooms.setdefault(name, set()).add(subscription)
        return new

    def remove(self, subscription: Subscription, loop: asyncio.AbstractEventLoop) -> list[str]:
        """Remove a subscription; the rooms that nobody on its loop listens to any more."""
        empty = []
        with self._lock:
            rooms = self._loops.get(loop, {})
            for name in subscription.rooms:
                listeners = rooms.get(name, set())
                listeners.discard(subscription)
                if name in rooms and not listeners:
                    del rooms[name]
                    empty.append(name)
            if not rooms:
                self._loops.pop(loop, None)
        return empty

    def spread(self, message: Message, only: asyncio.AbstractEventLoop | None) -> None:
        """Hand a message to all who listen to its room, from any thread.

        Args:
            message: the message.
            only: the loop whose subscriptions are meant; None for all.
        """
        with self._lock:
            loops = [loop for loop, rooms in self._loops.items() if message.room in rooms]
        for loop in loops:
            if only is None or loop is only:
                try:
                    loop.call_soon_threadsafe(self._hand, loop, message)
                except RuntimeError:
                    self._forget(loop)

    def _hand(self, loop: asyncio.AbstractEventLoop, message: Message) -> None:
        with self._lock:
            listeners = list(self._loops.get(loop, {}).get(message.room, ()))
        for subscription in listeners:
            subscription.take(message)

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """A loop that was closed has no listeners any more."""
        with self._lock:
            self._loops.pop(loop, None)
