"""What is sent to a room, and what carries it from process to process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Backend", "Deliver", "Message", "Record", "order"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a room."""

    room: str
    data: Any
    """What was published, as JSON gives it back."""
    id: str
    """Its place in the order of the room, for `since` and for server-sent events."""


def order(id: str) -> tuple[int, ...]:
    """What ids are compared by; the beginning for what is none.

    NOTE: browsers send back the last id that they got, and anybody can send anything. What is no id
    must not be an error, and then everything is new.
    """
    numbers = id.split("-")
    # Redis refuses those of more than 64 bits.
    if len(numbers) < 3 and all(
        number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers
    ):
        return tuple(int(number) for number in numbers)
    return ()


#: Seconds that the history of a room is kept after its last message.
HISTORY_AGE = 24 * 60 * 60

#: The id of a message and its data as JSON.
Record = tuple[str, bytes]


class Deliver(Protocol):
    """Takes a message that has arrived in this process, from any thread."""

    def __call__(self, room: str, id: str, data: bytes) -> None: ...


class Backend(Protocol):
    """What carries messages; `deliver` is called for those of rooms that are listened to."""

    async def publish(self, room: str, data: bytes) -> str:
        """Send a message; its id."""
        ...

    async def listen(self, room: str) -> None:
        """Deliver the messages of a room from now on."""

    async def forget(self, room: str) -> None:
        """Deliver them no more."""

    async def history(self, room: str, since: str | None, limit: int | None) -> list[Record]:
        """The last messages of a room, oldest first: those after an id, if one is given."""
        ...

    async def join(self, room: str, member: str) -> None:
        """Add a member to a room; it must leave as often as it joined."""

    async def leave(self, room: str, member: str) -> None:
        """Take a member from a room."""

    async def members(self, room: str) -> list[str]:
        """The members of a room in order of their names."""
        ...

    async def close(self) -> None:
        """Let go of what belongs to this event loop."""
