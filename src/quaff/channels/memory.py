"""Channels within one process, over all its threads and event loops."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from functools import partial
from itertools import count

from .messages import Deliver, Record, order

__all__ = ["MemoryBackend"]


class MemoryBackend:
    """Delivers at once what is published.

    Args:
        deliver: takes the messages.
        history: how many messages of each room are kept.
    """

    def __init__(self, deliver: Deliver, history: int) -> None:
        self._deliver = deliver
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._history: dict[str, deque[Record]] = defaultdict(partial(deque, maxlen=history))
        self._members: dict[str, Counter[str]] = {}

    async def publish(self, room: str, data: bytes) -> str:
        """See Backend."""
        with self._lock:
            # In one go, so that all listeners see the same order.
            id = str(next(self._numbers))
            self._history[room].append((id, data))
            self._deliver(room, id, data)
        return id

    async def listen(self, room: str) -> None:
        """See Backend."""

    async def forget(self, room: str) -> None:
        """See Backend."""

    async def history(self, room: str, since: str | None, limit: int | None) -> list[Record]:
        """See Backend."""
        with self._lock:
            records = list(self._history.get(room, ()))
        if since is not None:
            after = order(since)
            records = [record for record in records if order(record[0]) > after]
        return records if limit is None else records[max(len(records) - limit, 0) :]

    async def join(self, room: str, member: str) -> None:
        """See Backend."""
        with self._lock:
            self._members.setdefault(room, Counter())[member] += 1

    async def leave(self, room: str, member: str) -> None:
        """See Backend."""
        with self._lock:
            members = self._members.get(room, Counter())
            members[member] -= 1
            if members[member] <= 0:
                del members[member]
            if not members:
                self._members.pop(room, None)

    async def members(self, room: str) -> list[str]:
        """See Backend."""
        with self._lock:
            return sorted(self._members.get(room, ()))

    async def close(self) -> None:
        """See Backend."""
