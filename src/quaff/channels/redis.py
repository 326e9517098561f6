"""Channels over Redis: many workers, many hosts.

A room is a stream, which gives ids and keeps the history, and a channel of Redis's own, which tells
all workers at once. Members stand in a sorted set by the time at which they expire: a worker that
dies takes its members with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from redis.asyncio import Redis
from redis.exceptions import RedisError

from .messages import HISTORY_AGE, Deliver, Record, order

__all__ = ["RedisBackend"]

#: Seconds after which the members of a worker that is silent are gone.
MEMBER_AGE = 30
#: Seconds between attempts to connect again: the first, and the longest.
FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
#: Seconds that a new listener waits for Redis to confirm.
PATIENCE = 5.0

#: Gives a message its id, and tells everybody.
PUBLISH = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], '*', 'data', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[2], id .. ' ' .. ARGV[1])
return id
"""


class RedisBackend:
    """Carries messages over a Redis server.

    Args:
        url: of the server, such as "redis://localhost:6379/0".
        prefix: what the names of keys begin with.
        deliver: takes the messages.
        history: how many messages of each room are kept.
        logger: told when the connection breaks and when it is back.
    """

    def __init__(
        self, url: str, prefix: str, deliver: Deliver, history: int, logger: logging.Logger
    ) -> None:
        self.url = url
        self.prefix = prefix
        self.deliver = deliver
        self.kept = history
        self.logger = logger
        #: Connections belong to a loop.
        self._links: WeakKeyDictionary[asyncio.AbstractEventLoop, _Link] = WeakKeyDictionary()

    def _link(self) -> _Link:
        loop = asyncio.get_running_loop()
        link = self._links.get(loop)
        if link is None:
            link = self._links[loop] = _Link(self)
        return link

    async def publish(self, room: str, data: bytes) -> str:
        """See Backend.

        Raises:
            RedisError: the server cannot be reached.
        """
        keys = (self.key("history", room), self.key("room", room))
        client: Any = self._link().client
        id: bytes = await client.eval(PUBLISH, 2, *keys, data, self.kept, HISTORY_AGE)
        return id.decode()

    async def listen(self, room: str) -> None:
        """See Backend."""
        await self._link().listen(room)

    async def forget(self, room: str) -> None:
        """See Backend."""
        await self._link().forget(room)

    async def history(self, room: str, since: str | None, limit: int | None) -> list[Record]:
        """See Backend."""
        if limit is not None and limit < 1:
            return []
        first = "-"
        if since is not None and order(since):
            first = f"({'-'.join(map(str, order(since)))}"
        client: Any = self._link().client
        entries = await client.xrevrange(self.key("history", room), "+", first, count=limit)
        return [(id.decode(), fields[b"data"]) for id, fields in reversed(entries)]

    async def join(self, room: str, member: str) -> None:
        """See Backend."""
        await self._link().join(room, member)

    async def leave(self, room: str, member: str) -> None:
        """See Backend."""
        await self._link().leave(room, member)

    async def members(self, room: str) -> list[str]:
        """See Backend."""
        link = self._link()
        client: Any = link.client
        found = await client.zrangebyscore(self.key("members", room), await link.now(), "+inf")
        # Behind the slash is the worker: one member may be there through several.
        return sorted({entry.decode().rpartition("/")[0] for entry in found})

    async def close(self) -> None:
        """See Backend."""
        link = self._links.pop(asyncio.get_running_loop(), None)
        if link is not None:
            await link.close()

    def key(self, kind: str, room: str) -> str:
        """The name of a key of a room. The braces keep its keys on one node of a cluster."""
        return f"{self.prefix}:{kind}:{{{room}}}"


class _Link:
    """What belongs to one event loop: a client, and one task that hears all rooms."""

    def __init__(self, backend: RedisBackend) -> None:
        self.backend = backend
        self.client: Redis = Redis.from_url(backend.url)
        self._pubsub: Any = None
        self._hearing: asyncio.Task[None] | None = None
        self._entering: set[asyncio.Task[None]] = set()
        #: Room -> the id of the last message that was delivered.
        self._rooms: dict[str, str] = {}
        self._confirmed: dict[str, asyncio.Event] = {}
        self._worker = uuid4().hex
        self._members: dict[str, Counter[str]] = {}
        self._keeping: asyncio.Task[None] | None = None

    # -- messages ----------------------------------------------------------------------------

    async def listen(self, room: str) -> None:
        if room not in self._rooms:
            self._rooms[room] = ""
            self._confirmed[room] = asyncio.Event()
            entering = asyncio.create_task(self._enter(room))
            self._entering.add(entering)
            entering.add_done_callback(self._entering.discard)
        # Without Redis nobody waits for ever: the room is heard when it is back.
        try:
            await asyncio.wait_for(self._confirmed[room].wait(), PATIENCE)
        except TimeoutError:
            self.backend.logger.warning("Redis has not answered; %r waits for it.", room)

    async def _enter(self, room: str) -> None:
        """Hear a room. It is a task, since others wait for it too if who asked first leaves."""
        await self._begin(room)
        if not self._rooms:
            return  # Who asked has left already.
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())
        elif self._pubsub is not None and room in self._rooms:
            try:
                await self._pubsub.subscribe(self.backend.key("room", room))
            except (RedisError, OSError):
                self.backend.logger.debug("Redis is away; the room waits for it.")

    async def _begin(self, room: str) -> None:
        """Note what was said last before: all behind it must be heard, even if a break is first."""
        try:
            newest = await self.backend.history(room, None, 1)
        except (RedisError, OSError):
            return
        if self._rooms.get(room) == "":
            self._rooms[room] = newest[0][0] if newest else "0-0"

    async def forget(self, room: str) -> None:
        self._rooms.pop(room, None)
        self._confirmed.pop(room, None)
        if not self._rooms:
            await self._stop_hearing()
        elif self._pubsub is not None:
            try:
                await self._pubsub.unsubscribe(self.backend.key("room", room))
            except (RedisError, OSError):
                self.backend.logger.debug("Redis is away; the room is forgotten anyway.")

    async def _stop_hearing(self) -> None:
        task, self._hearing = self._hearing, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _hear(self) -> None:
        """Deliver messages as long as there are rooms; connect again whenever it breaks."""
        logger = self.backend.logger
        delay, lost = FIRST_DELAY, False
        while True:
            pubsub: Any = None
            try:
                async with self.client.pubsub() as pubsub:
                    rooms = set(self._rooms)
                    await pubsub.subscribe(*(self.backend.key("room", name) for name in rooms))
                    self._pubsub = pubsub
                    if late := self._rooms.keys() - rooms:
                        await pubsub.subscribe(*(self.backend.key("room", name) for name in late))
                    if lost:
                        await self._catch_up()
                        await self._keep_members()
                        logger.info("The connection to Redis is back.")
                    delay, lost = FIRST_DELAY, False
                    async for message in pubsub.listen():
                        self._take(message)
            except (RedisError, OSError) as error:
                self._let_go(pubsub)
                if not lost:
                    logger.warning("The connection to Redis broke: %s. Trying again.", error)
                lost = True
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)
            finally:
                self._let_go(pubsub)

    def _let_go(self, pubsub: Any) -> None:
        """Forget a connection, unless there is a new one already."""
        if self._pubsub is pubsub:
            self._pubsub = None

    def _take(self, message: dict[str, Any]) -> None:
        start = len(self.backend.key("room", "")) - 1
        room = message["channel"].decode()[start:-1]
        if message["type"] == "subscribe":
            if room in self._confirmed:
                self._confirmed[room].set()
        elif message["type"] == "message":
            id, _, data = message["data"].partition(b" ")
            self._deliver(room, id.decode(), data)

    def _deliver(self, room: str, id: str, data: bytes) -> None:
        last = self._rooms.get(room)
        if last is not None and order(id) > order(last):
            self._rooms[room] = id
            self.backend.deliver(room, id, data)

    async def _catch_up(self) -> None:
        """Deliver what was said while nobody heard; the history has the end of it."""
        for room, last in list(self._rooms.items()):
            if last:
                for id, data in await self.backend.history(room, last, None):
                    self._deliver(room, id, data)

    # -- members -----------------------------------------------------------------------------

    async def join(self, room: str, member: str) -> None:
        members = self._members.setdefault(room, Counter())
        members[member] += 1
        if members[member] == 1:
            await self._keep(room, [member])
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())

    async def leave(self, room: str, member: str) -> None:
        members = self._members.get(room, Counter())
        members[member] -= 1
        if members[member] <= 0:
            del members[member]
            client: Any = self.client
            await client.zrem(self.backend.key("members", room), f"{member}/{self._worker}")
        if not members:
            self._members.pop(room, None)

    async def now(self) -> float:
        """The time by the clock of Redis, since those of hosts may differ."""
        client: Any = self.client
        seconds, microseconds = await client.time()
        return float(seconds + microseconds / 1_000_000)

    async def _keep(self, room: str, members: list[str]) -> None:
        key, now = self.backend.key("members", room), await self.now()
        client: Any = self.client
        async with client.pipeline() as pipe:
            pipe.zremrangebyscore(key, "-inf", now)
            pipe.zadd(key, {f"{member}/{self._worker}": now + MEMBER_AGE for member in members})
            pipe.expire(key, 2 * MEMBER_AGE)
            await pipe.execute()

    async def _keep_members(self) -> None:
        for room, members in list(self._members.items()):
            await self._keep(room, list(members))

    async def _keep_all(self) -> None:
        while True:
            await asyncio.sleep(MEMBER_AGE / 3)
            try:
                await self._keep_members()
            except (RedisError, OSError) as error:
                self.backend.logger.warning("Redis was not told of the members: %s.", error)

    async def close(self) -> None:
        for task in tuple(self._entering):
            task.cancel()
        await self._stop_hearing()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        try:
            for room, members in self._members.items():
                entries = [f"{member}/{self._worker}" for member in members]
                await self.client.zrem(self.backend.key("members", room), *entries)
        except (RedisError, OSError):
            self.backend.logger.debug("Redis is away; its members expire by themselves.")
        await self.client.aclose()
