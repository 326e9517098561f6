"""Real servers in processes of their own. Nothing here sleeps for a fixed time: it polls."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 15.0

HELLO = """\
import pathlib, time
from quaff import Quaff

app = Quaff(__name__)

@app.get("/")
def index():
    return "one"

@app.get("/slow")
def slow():
    pathlib.Path("began").touch()
    time.sleep(1)
    return "finished"

@app.get("/broken")
def broken():
    raise ValueError("a mistake in a view")
"""


def wait_until(condition: Callable[[], Any], what: Callable[[], str]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    pytest.fail(f"Waited {PATIENCE} s in vain for {what()}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self.path))


class Server:
    """A server process; `{port}` in its command is replaced by a free port."""

    def __init__(self, directory: Path, *command: str, **environment: str) -> None:
        self.port = free_port()
        self.directory = directory
        self.log = directory / f"output-{self.port}.txt"
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("QUAFF_", "FLASK_", "WERKZEUG_"))
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [part.format(port=self.port) for part in command],
                cwd=directory,
                env={**inherited, "PYTHONUNBUFFERED": "1", **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own group, so that stop() ends it whatever children it has.
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str = "/") -> tuple[int, str]:
        connection = self.connection()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def try_get(self, path: str = "/") -> tuple[int, str] | None:
        try:
            return self.get(path)
        except (OSError, http.client.HTTPException):
            return None

    def wait_for(self, text: str, path: str = "/") -> tuple[int, str]:
        """Ask again and again until the answer contains `text`."""

        def answer() -> tuple[int, str] | None:
            if self.process.poll() is not None:
                pytest.fail(f"The server ended ({self.process.returncode}):\n{self.output}")
            answer = self.try_get(path)
            return answer if answer is not None and text in answer[1] else None

        result: tuple[int, str] = wait_until(
            answer, lambda: f"{text!r} at {path} of\n{self.output}"
        )
        return result

    def wait_for_output(self, text: str) -> None:
        wait_until(lambda: text in self.output, lambda: f"{text!r} in\n{self.output}")

    def begin_slow(self) -> Callable[[], tuple[int, str] | None]:
        """Start a request to /slow, and return what waits for its answer."""
        answers: list[tuple[int, str] | None] = []
        thread = threading.Thread(target=lambda: answers.append(self.try_get("/slow")))
        thread.start()
        wait_until((self.directory / "began").exists, lambda: "the slow request")

        def answer() -> tuple[int, str] | None:
            thread.join(PATIENCE)
            return answers[0]

        return answer

    def signal(self, number: signal.Signals) -> int:
        """Send a signal to the server, and return its exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


class UnixServer(Server):
    """A server that listens on the socket `served.sock` in its directory."""

    def connection(self) -> http.client.HTTPConnection:
        return UnixConnection(self.directory / "served.sock")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with an application in app.py."""
    (tmp_path / "app.py").write_text(HELLO)
    return tmp_path


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., Server]]:
    """Start a server in the project: `start("python", "app.py")`."""
    servers: list[Server] = []

    def start(*command: str, kind: type[Server] = Server, **environment: str) -> Server:
        server = kind(project, sys.executable, *command, **environment)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()
