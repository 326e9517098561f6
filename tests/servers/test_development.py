"""`quaff run` and `python app.py`, as a beginner meets them."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.servers.conftest import HELLO, PATIENCE

RUN = ("-m", "quaff", "run", "--port", "{port}")
MAIN = '\nif __name__ == "__main__":\n    app.run(port=PORT, debug=True)\n'


def rewrite(path: Path, text: str) -> None:
    """Change a file so that the reloader sees it, even within one tick of the clock."""
    path.write_text(text)
    later = time.time_ns() + 2_000_000_000
    os.utime(path, ns=(later, later))


def change(project: Path, old: str, new: str) -> None:
    rewrite(project / "app.py", (project / "app.py").read_text().replace(old, new))


def test_ctrl_c_stops_at_once_even_with_a_request_at_work(start):
    server = start(*RUN)
    assert server.wait_for("one") == (200, "one")
    server.begin_slow()

    begun = time.monotonic()
    status = server.signal(signal.SIGINT)
    assert time.monotonic() - begun < 0.9, "it waited for the slow request"
    assert status == 0
    assert "Traceback" not in server.output


def test_it_says_what_it_serves_and_where(start):
    server = start("-m", "quaff", "--app", "app", "run", "--port", "{port}")
    server.wait_for("one")
    assert "Serving Quaff app 'app'" in server.output
    assert "Debug mode: off" in server.output
    assert f"http://127.0.0.1:{server.port}" in server.output


def test_a_port_in_use_is_a_sentence(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = start("-m", "quaff", "run", "--port", str(other.getsockname()[1]))
        assert server.wait() == 1
    assert f"Port {other_port(server)} is in use" in server.output
    assert "Traceback" not in server.output


def other_port(server) -> str:
    return str(server.process.args[-1])


def test_debug_shows_errors_in_the_browser_but_not_the_pin(start):
    server = start(*RUN, "--debug")
    server.wait_for("one")
    status, page = server.get("/broken")
    assert status == 500
    assert "a mistake in a view" in page
    assert "__debugger__" in page
    pin = re.search(r"Debugger PIN: ([\d-]+)", server.output)
    assert pin is not None
    assert pin[1] not in page


def test_without_debug_errors_stay_inside(start):
    server = start(*RUN)
    server.wait_for("one")
    status, page = server.get("/broken")
    assert status == 500
    assert "a mistake" not in page
    assert "a mistake in a view" in server.output


def test_run_reloads_and_survives_a_syntax_error(start, project):
    server = start(*RUN, "--debug")
    server.wait_for("one")

    change(project, '"one"', '"two"')
    server.wait_for("two")

    change(project, '"two"', '"two')
    status, page = server.wait_for("SyntaxError")
    assert status == 500
    assert "unterminated string literal" in page

    change(project, '"two', '"three"')
    assert server.wait_for("three") == (200, "three")
    assert server.signal(signal.SIGINT) == 0


def test_run_fails_at_once_on_a_mistake_at_the_start(start, project):
    (project / "app.py").write_text("import no_such_package\n")
    server = start(*RUN, "--debug")
    assert server.wait() != 0
    assert "While importing 'app'" in server.output
    assert "No module named 'no_such_package'" in server.output


def test_a_script_reloads_and_survives_a_syntax_error(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + MAIN.replace("PORT", 'int(__import__("sys").argv[1])'))
    server = start("app.py", "{port}")
    server.wait_for("one")

    change(project, '"one"', '"one')
    server.wait_for_output("It starts again when a file changes.")
    assert "unterminated string literal" in server.output
    status, page = server.wait_for("stopped with an error")
    assert status == 500
    assert "terminal shows" in page

    change(project, '"one', '"two"')
    assert server.wait_for("two") == (200, "two")
    assert server.signal(signal.SIGINT) == 0
    assert "KeyboardInterrupt" not in server.output


def test_ctrl_c_ends_the_wait_for_a_repair(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + MAIN.replace("PORT", 'int(__import__("sys").argv[1])'))
    server = start("app.py", "{port}")
    server.wait_for("one")
    change(project, '"one"', '"one')
    server.wait_for_output("It starts again when a file changes.")
    assert server.signal(signal.SIGINT) == 0
    assert "KeyboardInterrupt" not in server.output


def test_app_run_is_ignored_under_the_command(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + "\napp.run(port=1)\n")
    server = start(*RUN)
    server.wait_for("one")
    assert "Ignoring a call to 'app.run()'" in server.output


def test_breakpoints_reach_the_terminal(start, project):
    change(project, 'raise ValueError("a mistake in a view")', "return input() or 'nothing'")
    server = start(*RUN)
    server.wait_for("one")
    # The process that runs views reads the terminal itself; here that is /dev/null, so it ends.
    assert server.get("/broken")[0] == 500
    assert "EOFError" in server.output


def test_the_module_is_the_program(start):
    server = start("-m", "quaff", "--version")
    assert server.wait() == 0
    assert f"Python {sys.version.split()[0]}" in server.output


SOCKETS = """
from quaff import abort

@app.websocket("/echo")
async def echo(ws):
    if "chat" in ws.subprotocols:
        await ws.accept("chat", {"X-Field": "value"})
    async for message in ws:
        if message == "close":
            await ws.close(4001, "as asked")
        elif message == "fail":
            raise ValueError("a mistake in a view")
        await ws.send(message)

@app.websocket("/plain")
def plain(ws):
    for message in ws:
        ws.send(message)

@app.websocket("/refuse")
async def refuse():
    abort(401)
"""


@pytest.mark.parametrize("debug", ["--debug", "--no-debug"])
def test_it_has_websockets(start, project, debug):
    (project / "app.py").write_text(HELLO + SOCKETS)
    server = start(*RUN, "--no-reload", debug)
    server.wait_for("one")
    url = f"ws://127.0.0.1:{server.port}"
    with connect(f"{url}/echo", subprotocols=["chat"]) as ws:
        assert ws.subprotocol == "chat"
        assert ws.response.headers["X-Field"] == "value"
        long = "long " * 100_000
        for message in ("text", b"bytes", "", long):
            ws.send(message)
            assert ws.recv() == message
        ws.send(iter(["in ", "pieces"]))
        assert ws.recv() == "in pieces"
        assert ws.ping().wait(PATIENCE)
        ws.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "as asked")
    with connect(f"{url}/plain") as ws:
        ws.send("text")
        assert ws.recv() == "text"
    with connect(f"{url}/echo") as ws:
        ws.send("fail")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
        assert closed.value.rcvd.code == 1011
    with connect(f"{url}/echo") as ws:
        ws.send(b"x" * (1024 * 1024 + 1))
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
        assert closed.value.rcvd.code == 1009
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{url}/refuse")
    assert refused.value.response.status_code == 401
    server.wait_for_output("a mistake in a view")
    server.wait_for_output("GET /plain HTTP/1.1")
    assert server.get("/echo")[0] == 426
    assert server.signal(signal.SIGINT) == 0


def test_a_raw_socket_that_shakes_no_hand_is_refused(start, project):
    (project / "app.py").write_text(HELLO + SOCKETS)
    server = start(*RUN)
    server.wait_for("one")
    connection = server.connection()
    connection.request("GET", "/plain", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert connection.getresponse().status == 400
    connection.close()
