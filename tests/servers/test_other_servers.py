"""Servers of other projects, which take the application as it is."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest

from .conftest import Server


def need(package: str) -> None:
    """Skip a test whose server is missing; where all must be there (CI), let it fail."""
    if importlib.util.find_spec(package) is None and not os.environ.get("CI"):
        pytest.skip(f"{package} is not installed")


def need_program(program: Path) -> None:
    """`need` for a program beside this Python."""
    if not program.exists() and not os.environ.get("CI"):
        pytest.skip(f"{program.name} is not installed beside this Python")


GUNICORN = ("-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--threads", "2")
WAITRESS = ("-m", "waitress", "--listen", "127.0.0.1:{port}")


def test_gunicorn(start):
    need("gunicorn")
    server = start(*GUNICORN, "app:app")
    assert server.wait_for("one") == (200, "one")
    assert server.get("/broken")[0] == 500
    answer = server.begin_slow()
    assert server.signal(signal.SIGTERM) == 0
    assert answer() == (200, "finished")


def test_gunicorn_calls_a_factory(start, project):
    need("gunicorn")
    script = project / "app.py"
    script.write_text(script.read_text() + "\ndef create_app(word):\n    return app\n")
    server = start(*GUNICORN, "app:create_app('dev')")
    assert server.wait_for("one") == (200, "one")


def test_waitress(start):
    need("waitress")
    server = start(*WAITRESS, "app:app")
    assert server.wait_for("one") == (200, "one")
    assert server.get("/broken")[0] == 500


def test_async_views_on_waitress(start, project):
    need("waitress")
    script = project / "app.py"
    script.write_text(script.read_text().replace("def index", "async def index"))
    server = start(*WAITRESS, "app:app")
    assert server.wait_for("one") == (200, "one")


@pytest.fixture
def uwsgi(project) -> Path:
    """The program, which has this Python inside."""
    program = Path(sys.executable).with_name("uwsgi")
    need_program(program)
    return program


class Uwsgi(Server):
    """The command's first word, the Python that the fixture puts there, is left out."""

    def __init__(self, directory: Path, python: str, *command: str, **environment: str) -> None:
        super().__init__(directory, *command, **environment)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_uwsgi(start, project, uwsgi, kind):
    script = project / "app.py"
    if kind == "async":
        script.write_text(script.read_text().replace("def index", "async def index"))
    options = "--http-socket 127.0.0.1:{port} --master --enable-threads --threads 2 --die-on-term"
    server = start(
        str(uwsgi), *options.split(), "--virtualenv", sys.prefix, "--module", "app:app", kind=Uwsgi
    )
    assert server.wait_for("one") == (200, "one")
    assert server.get("/broken")[0] == 500
    assert server.signal(signal.SIGTERM) == 0


ASGI_SERVERS = {
    "uvicorn": ("-m", "uvicorn", "--port", "{port}", "--interface", "asgi3"),
    "hypercorn": ("-m", "hypercorn", "--bind", "127.0.0.1:{port}"),
}


@pytest.mark.parametrize("package", ASGI_SERVERS)
def test_asgi_servers(start, package):
    need(package)
    server = start(*ASGI_SERVERS[package], "app:app")
    assert server.wait_for("one") == (200, "one")
    assert server.get("/broken")[0] == 500


def test_the_granian_program(start):
    server = start("-m", "granian", "--port", "{port}", "--interface", "rsgi", "app:app")
    assert server.wait_for("one") == (200, "one")
    assert server.signal(signal.SIGTERM) == 0
