"""Starlette. It has no channels: the connections of this worker are kept in a set."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


def program() -> Starlette:
    """The program."""
    connections: set[WebSocket] = set()

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except WebSocketDisconnect:
            pass

    async def broadcast(websocket: WebSocket) -> None:
        await websocket.accept()
        connections.add(websocket)
        try:
            while True:
                message = await websocket.receive_text()
                for connection in [*connections]:
                    await connection.send_text(message)
        except WebSocketDisconnect:
            pass
        finally:
            connections.discard(websocket)

    return Starlette(
        routes=[WebSocketRoute("/echo", echo), WebSocketRoute("/broadcast", broadcast)]
    )
