"""What async gateways share of WebSockets: noticing that a client has gone away.

Servers tell of it only to those who receive. A view that only sends, or waits for something else,
would never know. So when a view does not receive for a moment, its messages are read ahead, and
when the client turns out to be gone, the view has some time to find out by itself, by receiving or
sending, and is then cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from .. import ongoing
from ..conversation import converse
from ..http.websocket import GOING_AWAY, WebSocketDisconnect

if TYPE_CHECKING:
    from ..http.response import Response
    from ..http.websocket import Message, WebSocket
    from ..plan import Plan

#: Seconds that a view may do something else before its messages are read ahead.
DELAY = 0.1
#: Messages that are read ahead; a client that sends more waits for the view.
AHEAD = 16


class Line:
    """The incoming side of a connection.

    Args:
        receive: gives the server's next message; WebSocketDisconnect at the end.
        patience: seconds that a view may go on when its client has gone away; None for ever.
    """

    def __init__(
        self, receive: Callable[[], Awaitable[Message]], patience: float | None = None
    ) -> None:
        self._receive = receive
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._view = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._ahead: asyncio.Queue[Message | WebSocketDisconnect] | None = None
        self._reader: asyncio.Task[None] | None = None
        #: How the connection ended, if it did and this is known.
        self.ended: WebSocketDisconnect | None = None
        #: Whether the view was cancelled.
        self.cancelled = False
        #: Whether that was because the server stops.
        self.stopping = False
        ongoing.add(self)

    def watch(self) -> None:
        """Read ahead if nobody receives within a moment."""
        if self._patience is not None:
            self._timer = self._loop.call_later(DELAY, self._read_ahead)

    def _read_ahead(self) -> None:
        if self._ahead is not None:
            return
        self._ahead = asyncio.Queue(AHEAD)
        self._reader = self._loop.create_task(self._read(self._ahead))

    async def _read(self, ahead: asyncio.Queue[Message | WebSocketDisconnect]) -> None:
        try:
            while True:
                await ahead.put(await self._receive())
        except WebSocketDisconnect as end:
            self.ended = end
            if self._patience is not None:
                self._timer = self._loop.call_later(self._patience, self._cancel)
            await ahead.put(end)

    def _cancel(self) -> None:
        if self._view is not None:
            self.cancelled = True
            self._view.cancel()

    def end(self) -> None:
        """Cancel the view, since the server stops."""
        self.stopping = True
        self._cancel()

    async def receive(self) -> Message:
        """The next message.

        Raises:
            WebSocketDisconnect: there is none, since the connection has ended.
        """
        if self._ahead is None:
            if self._timer is not None:
                self._timer.cancel()
            try:
                message = await self._receive()
            except asyncio.CancelledError:
                # NOTE: Granian may lose a message when a wait for it is cancelled, so that none is
                # cancelled again.
                self._read_ahead()
                raise
            self.watch()
            return message
        if self.ended is not None and self._ahead.empty():
            raise self.ended
        next_one = await self._ahead.get()
        if isinstance(next_one, WebSocketDisconnect):
            raise next_one
        return next_one

    def check(self) -> None:
        """Raise WebSocketDisconnect if the connection is known to have ended."""
        if self.ended is not None:
            raise self.ended

    async def hang_up(self) -> None:
        """Stop looking and reading."""
        if self._timer is not None:
            self._timer.cancel()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})


async def hold(plan: Plan, websocket: WebSocket, line: Line) -> Response | None:
    """Hold a conversation; the response that refuses it, or None.

    Raises:
        Exception: what the application propagates.
    """
    websocket.on_accept = line.watch
    try:
        return await converse(plan.on_loop, websocket)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if not line.cancelled or task is None or task.uncancel() > 0:
            raise
        if line.stopping and websocket.accepted:
            await websocket.close(GOING_AWAY, "The server stops.")
        return None
    finally:
        await line.hang_up()
