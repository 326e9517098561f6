"""A room without WebSockets: what is said comes as server-sent events, what one says is posted."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

from quaff import EventStream, request

from .rooms import Rooms, the_rooms
from .visitors import blueprint_of, visitor

blueprint = blueprint_of("events")

#: Seconds of silence after which a WSGI server looks whether the visitor is still there.
HEARTBEAT = 3.0


@blueprint.get("/rooms/<room>/events")
async def events(room: str) -> EventStream:
    """A stay in a room, as long as the connection lasts."""
    since = request.last_event_id or request.args.get("since", "")
    stay = _stay(the_rooms(), room, visitor(), since)
    return EventStream(stay, heartbeat=HEARTBEAT)


async def _stay(rooms: Rooms, room: str, name: str, since: str) -> AsyncIterator[Any]:
    async with rooms.visit(room, name, since) as messages:
        yield {"data": {"kind": "welcome", "process": os.getpid()}}
        async for message in messages:
            yield {"data": message.data, "id": message.id}


@blueprint.post("/rooms/<room>/messages")
def say(room: str) -> Any:
    """Takes what somebody says, as {"text": ...}.

    It is JSON on purpose: pages of other sites cannot send that unasked.
    """
    message = request.get_json()
    try:
        the_rooms().say(room, visitor(), message.get("text") if isinstance(message, dict) else None)
    except ValueError as error:
        return {"error": str(error)}, 422
    return "", 204
