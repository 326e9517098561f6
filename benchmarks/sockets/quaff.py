"""Quaff, with its channels."""

from __future__ import annotations

import asyncio

from quaff import Quaff, WebSocket
from quaff.channels import Channels, Subscription


def program() -> Quaff:
    """The program."""
    app = Quaff(__name__, static_folder=None)
    channel = Channels(app)

    @app.websocket("/echo")
    async def echo(ws: WebSocket) -> None:
        async for message in ws:
            await ws.send(message)

    @app.websocket("/broadcast")
    async def broadcast(ws: WebSocket) -> None:
        async with channel.subscribe("everybody") as messages:
            await ws.accept()
            forwarding = asyncio.create_task(forward(messages, ws))
            try:
                async for message in ws:
                    await channel.publish("everybody", message)
            finally:
                forwarding.cancel()

    return app


async def forward(messages: Subscription, ws: WebSocket) -> None:
    """Send a client what is said."""
    async for message in messages:
        await ws.send(message.data)
