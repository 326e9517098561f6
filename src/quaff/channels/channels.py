"""Channels: what an application publishes to and subscribes at."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from werkzeug.utils import import_string

from ..bridge import running_loop, settle
from .memory import MemoryBackend
from .messages import Backend, Message
from .subscriptions import Hub, Subscription

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["Channels"]

#: Configuration, with its defaults.
DEFAULTS: dict[str, Any] = {
    "CHANNELS_URL": "memory://",
    "CHANNELS_PREFIX": "quaff",
    "CHANNELS_HISTORY": 100,
    "CHANNELS_QUEUE": 1_000,
}


class Channels:
    """Messages to the rooms of an application.

    Methods that say so have a result in plain code, and in async code give an awaitable; what they
    do is done even if nobody awaits it.

    Args:
        app: the application; `init_app` takes it later if None.

    Example::

        channel = Channels(app)
        channel.publish("news", {"title": "Tea is ready"})
    """

    def __init__(self, app: Quaff | None = None) -> None:
        self._app: Quaff | None = None
        self._backend: Backend | None = None
        self._hub = Hub()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Quaff) -> None:
        """Serve an application; its configuration is read when a message is first sent or heard."""
        self._app = app
        app.extensions["channels"] = self
        app.after_serving(self._close)

    @property
    def app(self) -> Quaff:
        """The application.

        Raises:
            RuntimeError: there is none yet.
        """
        if self._app is None:
            raise RuntimeError("These channels have no application. Call init_app(app) first.")
        return self._app

    def _setting(self, name: str) -> Any:
        return self.app.config.get(name, DEFAULTS[name])

    @property
    def backend(self) -> Backend:
        """What carries the messages, by CHANNELS_URL.

        Raises:
            ValueError: the URL names nothing that can carry them.
        """
        if self._backend is None:
            self._backend = self._make_backend(self._setting("CHANNELS_URL"))
        return self._backend

    def _make_backend(self, url: str) -> Backend:
        scheme = url.partition(":")[0]
        history = self._setting("CHANNELS_HISTORY")
        if scheme == "memory":
            return MemoryBackend(self._deliver, history)
        if scheme in ("redis", "rediss", "unix"):
            kind: Any = import_string("quaff.channels.redis:RedisBackend")
            prefix = self._setting("CHANNELS_PREFIX")
            return kind(url, prefix, self._deliver_here, history, self.app.logger)  # type: ignore[no-any-return]
        raise ValueError(
            f"CHANNELS_URL is {url!r}, but channels are carried by memory:// (one process) or by "
            "redis://host:port/number (many; install quaff[redis])."
        )

    # -- sending -----------------------------------------------------------------------------

    def publish(self, room: str, message: Any) -> Any:
        """Send a message to all who listen to a room, in all workers.

        Args:
            room: its name.
            message: a JSON value, by the application's provider.

        Returns:
            The message's id; in async code an awaitable of it.

        Raises:
            TypeError: the room is no string, or the message cannot be JSON.
        """
        _check(room)
        data = self.app.json.dumps(message).encode()
        return settle(self.backend.publish(room, data))

    # -- hearing -----------------------------------------------------------------------------

    def subscribe(self, *rooms: str, since: str | None = None) -> Subscription:
        """The messages of rooms from now on, for a `with` or `async with` block.

        Args:
            rooms: their names.
            since: the id of a message: what came after it comes first, as far as the history goes.
                "" is for the whole history.

        Raises:
            TypeError: no room is named, or one is no string.
        """
        if not rooms:
            raise TypeError("subscribe() needs the name of a room.")
        for room in rooms:
            _check(room)
        names = tuple(dict.fromkeys(rooms))
        return Subscription(self, names, since, self._setting("CHANNELS_QUEUE"))

    def history(self, room: str, limit: int | None = None, since: str | None = None) -> Any:
        """The last messages of a room, oldest first, CHANNELS_HISTORY at most.

        Args:
            room: its name.
            limit: how many at most.
            since: the id of a message; only what came after it.

        Returns:
            A list of Messages; in async code an awaitable of it.
        """
        _check(room)
        return settle(self._past(room, since, limit))

    async def _past(self, room: str, since: str | None, limit: int | None = None) -> list[Message]:
        records = await self.backend.history(room, since, limit)
        loads = self.app.json.loads
        return [Message(room, loads(data), id) for id, data in records]

    # -- presence ----------------------------------------------------------------------------

    def join(self, room: str, member: str) -> Any:
        """Add a member to a room. It leaves as often as it joined, or when its worker dies.

        Returns:
            None; in async code an awaitable of it.
        """
        _check(room)
        return settle(self.backend.join(room, member))

    def leave(self, room: str, member: str) -> Any:
        """Take a member from a room.

        Returns:
            None; in async code an awaitable of it.
        """
        _check(room)
        return settle(self.backend.leave(room, member))

    def members(self, room: str) -> Any:
        """The members of a room in all workers, in order of their names, each once.

        Returns:
            A list of strings; in async code an awaitable of it.
        """
        _check(room)
        return settle(self.backend.members(room))

    # -- within this process -----------------------------------------------------------------

    def _deliver(self, room: str, id: str, data: bytes) -> None:
        """Hand a message to the subscribers on all loops."""
        self._hub.spread(Message(room, self.app.json.loads(data), id), only=None)

    def _deliver_here(self, room: str, id: str, data: bytes) -> None:
        """Hand a message to the subscribers on this loop; others hear it by themselves."""
        self._hub.spread(Message(room, self.app.json.loads(data), id), only=running_loop())

    async def _add(self, subscription: Subscription, loop: asyncio.AbstractEventLoop) -> None:
        self._hub.add(subscription, loop)
        for room in subscription.rooms:
            await self.backend.listen(room)

    async def _remove(self, subscription: Subscription, loop: asyncio.AbstractEventLoop) -> None:
        for room in self._hub.remove(subscription, loop):
            await self.backend.forget(room)

    async def _close(self) -> None:
        if self._backend is not None:
            await self._backend.close()

    def close(self) -> Any:
        """Let go of connections; done by itself when the application stops serving.

        Returns:
            None; in async code an awaitable of it.
        """
        work: Coroutine[Any, Any, None] = self._close()
        return settle(work)


def _check(room: object) -> None:
    if not isinstance(room, str):
        raise TypeError(f"The name of a room is a string, not {type(room).__name__}.")
