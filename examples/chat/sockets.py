"""A room over a WebSocket: what is said comes as JSON, what one says is sent as plain text."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from quaff import WebSocket, WebSocketDisconnect
from quaff.channels import Subscription

from .rooms import the_rooms
from .visitors import blueprint_of, visitor

blueprint = blueprint_of("sockets")


@blueprint.websocket("/rooms/<room>/socket")
async def socket(room: str, ws: WebSocket) -> None:
    """A stay in a room, as long as the connection lasts."""
    name, rooms = visitor(), the_rooms()
    async with rooms.visit(room, name, ws.args.get("since", "")) as messages:
        await ws.send_json({"kind": "welcome", "process": os.getpid()})
        passing_on = asyncio.create_task(_pass_on(messages, ws))
        try:
            async for text in ws:
                try:
                    await rooms.say(room, name, text)
                except ValueError as error:
                    await ws.send_json({"kind": "refused", "reason": str(error)})
        finally:
            passing_on.cancel()
            await asyncio.wait({passing_on})


async def _pass_on(messages: Subscription, ws: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        async for message in messages:
            await ws.send_json({**message.data, "id": message.id})
