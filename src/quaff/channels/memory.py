"""Channels within one process, over all its threads and event loops."""

from __future__ import annotations

import threading
from collections import Counter, deque
from itertools import count, islice
from time import monotonic

from .messages import HISTORY_AGE, Deliver, Record, order

__all__ = ["MemoryBackend"]

#: How many rooms are looked at, with each message, for whether they may be forgotten.
FORGOTTEN_AT_ONCE = 2


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
        self._kept = history
        #: The last messages of each room, and when the last one came; who is silent longest first.
        self._history: dict[str, tuple[float, deque[Record]]] = {}
        self._members: dict[str, Counter[str]] = {}

    async def publish(self, room: str, data: bytes) -> str:
        """See Backend."""
        with self._lock:
            # In one go, so that all listeners see the same order.
            id = str(next(self._numbers))
            self._keep(room, (id, data))
            self._deliver(room, id, data)
        return id

    def _keep(self, room: str, record: Record) -> None:
        now = monotonic()
        _, records = self._history.pop(room, (now, deque(maxlen=self._kept)))
        records.append(record)
        self._history[room] = now, records
        # SECURITY: clients may choose the names of rooms, and memory must not grow with each.
        for name, (then, _) in list(islice(self._history.items(), FORGOTTEN_AT_ONCE)):
            if then < now - HISTORY_AGE:
                del self._history[name]

    async def listen(self, room: str) -> None:
        """See Backend."""

    async def forget(self, room: str) -> None:
        """See Backend."""

    async def history(self, room: str, since: str | None, limit: int | None) -> list[Record]:
        """See Backend."""
        with self._lock:
            records = list(self._history[room][1]) if room in self._history else []
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
