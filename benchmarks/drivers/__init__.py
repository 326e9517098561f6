"""Servers without a network: each calls a program as its protocol says, and does little else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..messages import Answer, Message
from .asgi import ASGIDriver
from .rsgi import RSGIDriver
from .wsgi import WSGIDriver

__all__ = ["DRIVERS", "Driver"]


class Driver(Protocol):
    """What calls a program."""

    def ask(self, message: Message) -> Answer:
        """The answer to one request."""
        ...

    def run(self, messages: Sequence[Message], times: int) -> int:
        """Ask each of the messages so many times.

        Returns:
            The nanoseconds that the program took. What a server hands over is made before, and
            the answers are consumed but not kept.
        """
        ...

    def close(self) -> None:
        """End what was begun."""
        ...


DRIVERS: dict[str, Any] = {"wsgi": WSGIDriver, "asgi": ASGIDriver, "rsgi": RSGIDriver}
