"""A server that is told to stop while streams and WebSockets are open."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from .conftest import PATIENCE, Server, wait_until
from .test_other_servers import need

APP = """
import asyncio, time
from pathlib import Path
from quaff import EventStream, Quaff

app = Quaff(__name__)

@app.route("/")
async def index():
    return "ready"

@app.route("/events/<kind>")
async def events(kind):
    async def slowly():
        try:
            yield "begun"
            await asyncio.sleep(3600)
        finally:
            Path(f"closed-{kind}").touch()
    return EventStream(slowly())

@app.websocket("/silent")
async def silent(ws):
    await ws.send("begun")
    try:
        await asyncio.sleep(3600)
    finally:
        Path("closed-silent").touch()

@app.websocket("/listening")
async def listening(ws):
    await ws.send("begun")
    async for message in ws:
        pass

@app.websocket("/plain")
def plain(ws):
    try:
        ws.send("begun")
        ws.receive()
    finally:
        Path("closed-plain").touch()

@app.after_serving
async def end():
    Path("ended").touch()
"""

COMMANDS = {
    "quaff-asgi": "-m quaff --app app serve --port {port} --interface asgi",
    "quaff-rsgi": "-m quaff --app app serve --port {port} --interface rsgi",
    "uvicorn": "-m uvicorn --port {port} app:app",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_streams_and_websockets_end_and_then_the_application(name: str, tmp_path: Path) -> None:
    need("granian" if name.startswith("quaff") else name)
    (tmp_path / "app.py").write_text(APP)
    server = Server(tmp_path, sys.executable, *COMMANDS[name].split())
    received: list[str] = []

    def read() -> None:
        url = f"http://127.0.0.1:{server.port}/events/a"
        with httpx.stream("GET", url, timeout=PATIENCE, trust_env=False) as answer:
            received.extend(answer.iter_text())

    reader = threading.Thread(target=read)
    try:
        server.wait_for("ready")
        reader.start()
        wait_until(lambda: "data: begun" in "".join(received), lambda: "the first event")
        address = f"ws://127.0.0.1:{server.port}"
        with connect(f"{address}/silent") as silent, connect(f"{address}/listening") as listening:
            assert silent.recv() == listening.recv() == "begun"
            server.process.send_signal(signal.SIGTERM)
            for connection in (silent, listening):
                with pytest.raises(ConnectionClosed) as closed:
                    connection.recv(timeout=PATIENCE)
                if name != "quaff-rsgi":  # RSGI carries no codes.
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == 1001
        server.wait()
        # The stream is complete, so that nothing is raised in the thread.
        reader.join(PATIENCE)
        assert not reader.is_alive()
        names = {path.name for path in tmp_path.iterdir()}
        assert {"closed-a", "closed-silent", "ended"} <= names
    finally:
        server.stop()


UPGRADE = b"""\
GET /plain HTTP/1.1\r
Host: localhost\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
\r
"""


# uvicorn ends by the signal itself, without a word to threads.
@pytest.mark.parametrize("name", ["quaff-asgi", "quaff-rsgi"])
def test_a_client_that_answers_no_close_holds_no_thread_up(name: str, tmp_path: Path) -> None:
    need("granian")
    (tmp_path / "app.py").write_text(APP)
    server = Server(tmp_path, sys.executable, *COMMANDS[name].split())
    try:
        server.wait_for("ready")
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
            client.sendall(UPGRADE)
            received = b""
            while b"begun" not in received:
                received += client.recv(1000)
            server.process.send_signal(signal.SIGTERM)
            server.wait()
        assert (tmp_path / "closed-plain").exists()
    finally:
        server.stop()
