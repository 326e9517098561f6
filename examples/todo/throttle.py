"""Who fails too often has to wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable


class TooMany(Exception):
    """There have been too many attempts.

    Args:
        wait: seconds until the next may be made.
    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many attempts. Wait {wait} seconds, then try again.")
        self.wait = wait


class Throttle:
    """Counts attempts, in the memory of one process: N workers let N times as many through.

    Args:
        most: how many attempts a key has.
        seconds: how long each of them counts.
        clock: the time, in seconds.
    """

    #: So many keys are remembered, that nobody can fill the memory with them.
    KEYS = 10_000

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._attempts: dict[Hashable, list[float]] = {}
        self._lock = threading.Lock()

    def attempt(self, key: Hashable) -> None:
        """Count an attempt before it is made, so that many at once do not pass.

        Raises:
            TooMany: there are no more for now.
        """
        now = self._clock()
        with self._lock:
            attempts = [then for then in self._attempts.pop(key, ()) if then > now - self._seconds]
            # The one that was put last is forgotten last.
            self._attempts[key] = attempts
            if len(attempts) >= self._most:
                raise TooMany(int(attempts[0] + self._seconds - now) + 1)
            attempts.append(now)
            if len(self._attempts) > self.KEYS:
                del self._attempts[next(iter(self._attempts))]

    def forget(self, key: Hashable) -> None:
        """Begin anew, since an attempt was right."""
        with self._lock:
            self._attempts.pop(key, None)
