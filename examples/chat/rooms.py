"""Rooms: coming, leaving and speaking. This is the chat; it knows no HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from quaff import current_app
from quaff.channels import Channels, Subscription

#: Characters of the longest text.
LONGEST_TEXT = 1_000
LONGEST_NAME = 30
ROOM = re.compile(r"[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?")


class Rooms:
    """The rooms of the chat, wherever its workers are.

    Args:
        channel: what carries the messages.
    """

    def __init__(self, channel: Channels) -> None:
        self._channel = channel

    @asynccontextmanager
    async def visit(self, room: str, name: str, since: str) -> AsyncIterator[Subscription]:
        """Somebody's stay in a room, which gives what is said there.

        Args:
            room: the room.
            name: who it is.
            since: the id of the last message that they know; "" if they know none.
        """
        async with self._channel.subscribe(room, since=since) as messages:
            others = await self._channel.members(room)
            await self._channel.join(room, name)
            try:
                if name not in others:
                    await self._announce("came", room, name)
                yield messages
            finally:
                await self._channel.leave(room, name)
                if name not in await self._channel.members(room):
                    await self._announce("left", room, name)

    async def _announce(self, kind: str, room: str, name: str) -> None:
        members = await self._channel.members(room)
        message = {"kind": kind, "name": name, "members": members, "at": _now()}
        await self._channel.publish(room, message)

    def say(self, room: str, name: str, text: Any) -> Any:
        """Tell a room something. In async code the result must be awaited.

        Raises:
            ValueError: the text is no text, or empty, or too long.
        """
        if not isinstance(text, str) or not text.strip():
            raise ValueError("Write something first.")
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"A message has {LONGEST_TEXT:,} characters at most.")
        message = {"kind": "said", "name": name, "text": text.strip(), "at": _now()}
        return self._channel.publish(room, message)


def the_rooms() -> Rooms:
    """The rooms of the application at work."""
    rooms: Rooms = current_app.extensions["rooms"]
    return rooms


def checked_name(text: str) -> str:
    """The name that somebody may have.

    Raises:
        ValueError: it is empty or too long, or has signs that are not to be seen.
    """
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"A name has 1 to {LONGEST_NAME} letters.")
    return name


def checked_room(text: str) -> str:
    """The room that is meant.

    Raises:
        ValueError: no room can have that name.
    """
    if ROOM.fullmatch(text) is None:
        raise ValueError("A room has 1 to 30 letters a to z, digits and hyphens.")
    return text


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
