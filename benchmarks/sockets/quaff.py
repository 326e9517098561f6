"""Quaff, with its channels."""

from __future__ import annotations

from quaff import Quaff, websocket


def program() -> Quaff:
    """The program."""
    app = Quaff(__name__, static_folder=None)

    @app.websocket("/echo")
    async def echo() -> None:
        while True:
            await websocket.send(await websocket.receive())

    return app
