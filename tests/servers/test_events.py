"""Server-sent events from real servers: they come at once, and end when the client goes away."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from quaff.http.sse import parsed

from .conftest import Server, wait_until
from .test_other_servers import ASGI_SERVERS, GUNICORN, WAITRESS, Uwsgi, need, need_program

EVENTS = """\
import asyncio, pathlib, time
from quaff import EventStream, Quaff

app = Quaff(__name__)

def note(what):
    with open(what, "a") as file:
        file.write("x")

def plain():
    try:
        yield {"data": "first", "id": 1}
        while not pathlib.Path("go on").exists():
            time.sleep(0.01)
        yield "second"
        while True:
            yield "more"
            time.sleep(0.01)
    finally:
        note("plain closed")

async def later():
    try:
        yield {"data": "first", "id": 1}
        while not pathlib.Path("go on").exists():
            await asyncio.sleep(0.01)
        yield "second"
        await asyncio.Event().wait()
    finally:
        note("async closed")

@app.get("/")
def index():
    return "one"

@app.get("/plain")
def plain_view():
    return EventStream(plain(), heartbeat=0.1)

@app.get("/async")
async def async_view():
    return EventStream(later(), heartbeat=0.1)
"""

GRANIAN = ("-m", "granian", "--port", "{port}", "--interface")
SERVERS = {
    "granian wsgi": (*GRANIAN, "wsgi"),
    "granian asgi": (*GRANIAN, "asgi"),
    "granian rsgi": (*GRANIAN, "rsgi"),
    **ASGI_SERVERS,
    "gunicorn": GUNICORN,
    "waitress": WAITRESS,
    "uwsgi": (
        *("--http-socket", "127.0.0.1:{port}", "--master", "--enable-threads", "--threads", "2"),
        *("--die-on-term", "--virtualenv", sys.prefix, "--module"),
    ),
}


@pytest.mark.parametrize("kind", ["plain", "async"])
@pytest.mark.parametrize("name", SERVERS)
def test_events(start: Callable[..., Server], project: Path, name: str, kind: str) -> None:
    (project / "app.py").write_text(EVENTS)
    if name == "uwsgi":
        program = Path(sys.executable).with_name("uwsgi")
        need_program(program)
        server = start(str(program), *SERVERS[name], "app:app", kind=Uwsgi)
    else:
        need(name.partition(" ")[0])
        server = start(*SERVERS[name], "app:app")
    server.wait_for("one")
    connection = server.connection()
    connection.request("GET", f"/{kind}", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    events = parsed(iter(lambda: response.read1(1000), b""))
    event = next(events)
    assert (event.data, event.id) == ("first", "1")
    # The first one was not kept until there was a second one.
    (project / "go on").touch()
    assert next(events).data == "second"
    end = project / f"{kind} closed"
    assert not end.exists()
    response.close()
    connection.close()
    wait_until(lambda: end.exists() and end.read_text(), lambda: f"the end in {server.output}")
    assert server.wait_for("one")
    assert end.read_text() == "x"
