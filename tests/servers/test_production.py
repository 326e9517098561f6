"""`quaff serve`: what has to hold when real visitors come."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import subprocess
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Server, UnixServer, wait_until

SERVE = ("-m", "quaff", "serve", "--port", "{port}")


def test_it_says_where_how_and_why(start):
    server = start(*SERVE, "--workers", "2", "--threads", "3")
    assert server.wait_for("one") == (200, "one")
    assert (
        f"Serving 'app' on http://127.0.0.1:{server.port}"
        " (WSGI: no view is async; 2 workers, 3 threads each)"
    ) in server.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_request_at_work_is_finished_before_the_server_stops(start, number):
    server = start(*SERVE, "--workers", "2")
    server.wait_for("one")
    answer = server.begin_slow()
    assert server.signal(number) == 0
    assert answer() == (200, "finished")
    assert server.try_get() is None
    assert "Traceback" not in server.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_a_worker_that_is_still_loading_does_not_keep_the_server(start, project, interface, number):
    script = project / "app.py"
    # The first load is the one that finds out how to serve; the second is the worker's.
    script.write_text(
        script.read_text()
        + "loaded = pathlib.Path('loaded')\n"
        + "if loaded.exists():\n"
        + "    pathlib.Path('loading').touch()\n"
        + "    time.sleep(60)\n"
        + "loaded.touch()\n"
    )
    server = start(*SERVE, "--interface", interface)
    wait_until((project / "loading").exists, lambda: "the worker")
    assert server.signal(number) == 0
    assert "Traceback" not in server.output


def test_a_request_that_takes_too_long_is_cut_off(start, project):
    script = project / "app.py"
    script.write_text(script.read_text().replace("sleep(1)", "sleep(60)"))
    server = start(*SERVE, "--workers", "1", "--graceful-timeout", "1")
    server.wait_for("one")
    answer = server.begin_slow()
    server.signal(signal.SIGTERM)
    assert answer() is None


def test_a_worker_that_dies_is_replaced(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + "\n@app.get('/die')\ndef die():\n    os._exit(9)\n")
    script.write_text("import os\n" + script.read_text())
    server = start(*SERVE, "--workers", "1")
    server.wait_for("one")
    assert server.try_get("/die") is None
    assert server.wait_for("one") == (200, "one")


def test_workers_load_the_application_themselves(start, project):
    script = project / "app.py"
    script.write_text(script.read_text().replace('return "one"', "return str(LOADED_IN)"))
    script.write_text("import os\nLOADED_IN = os.getpid()\n" + script.read_text())
    server = start(*SERVE, "--workers", "1")
    status, loaded_in = server.wait_for("")
    assert status == 200
    worker = re.search(r"Spawning worker-1 with PID: (\d+)", server.output)
    assert worker is not None
    assert loaded_in == worker[1]


def test_sighup_brings_new_code(start, project):
    server = start(*SERVE, "--workers", "1")
    server.wait_for("one")
    script = project / "app.py"
    script.write_text(script.read_text().replace('"one"', '"two"'))
    server.process.send_signal(signal.SIGHUP)
    assert server.wait_for("two") == (200, "two")


def test_sighup_leaves_the_workers_where_the_new_code_is_broken(start, project):
    server = start(*SERVE, "--workers", "1")
    server.wait_for("one")
    script = project / "app.py"
    good = script.read_text()
    script.write_text(good + "import no_such_package\n")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "send SIGHUP again" in server.output, lambda: server.output)
    assert server.wait_for("one") == (200, "one")
    script.write_text(good.replace('"one"', '"two"'))
    server.process.send_signal(signal.SIGHUP)
    assert server.wait_for("two") == (200, "two")
    assert server.output.count("Spawning worker-1") == 2


@pytest.mark.parametrize("interface", ["wsgi", "asgi", "rsgi"])
def test_the_interface_can_be_chosen(start, interface):
    server = start(*SERVE, "--interface", interface)
    assert server.wait_for("one") == (200, "one")
    assert f"({interface.upper()}: as asked;" in server.output
    for method in ("GET", "HEAD"):
        with closing(server.connection()) as connection:
            connection.request(method, "/")
            response = connection.getresponse()
            assert response.headers.get_all("Content-Length") == ["3"]
            assert response.read() == (b"one" if method == "GET" else b"")
    assert server.get("/broken")[0] == 500


def test_async_views_are_served_on_asgi(start, project):
    script = project / "app.py"
    script.write_text(script.read_text().replace("def index", "async def index"))
    server = start(*SERVE, "--workers", "1")
    assert server.wait_for("one") == (200, "one")
    assert "(ASGI: 1 of 4 views is async; 1 worker)" in server.output


def test_a_unix_socket_is_served_and_cleaned_up(start, project):
    path = project / "served.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        # What a server leaves that was killed.
        dead.bind(str(path))
    server = start("-m", "quaff", "serve", "--uds", "served.sock", kind=UnixServer)
    assert server.wait_for("one") == (200, "one")

    second = start("-m", "quaff", "serve", "--uds", "served.sock")
    assert second.wait() == 1
    assert "The socket 'served.sock' is in use by another program." in second.output

    assert server.signal(signal.SIGTERM) == 0
    assert not path.exists()


def test_a_file_in_the_place_of_the_socket_is_left_alone(start, project):
    (project / "served.sock").write_text("precious")
    server = start("-m", "quaff", "serve", "--uds", "served.sock")
    assert server.wait() == 1
    assert "is there already and is not a socket" in server.output
    assert (project / "served.sock").read_text() == "precious"


def test_a_port_in_use_is_a_sentence(start):
    first = start(*SERVE, "--workers", "1")
    first.wait_for("one")
    second = start("-m", "quaff", "serve", "--port", str(first.port))
    assert second.wait() == 1
    assert f"Error: Port {first.port} of 127.0.0.1 is in use by another program." in second.output
    assert "Traceback" not in second.output


def test_a_mistake_in_the_application_is_shown_once_and_nothing_started(start, project):
    (project / "app.py").write_text("import no_such_package\n")
    server = start(*SERVE)
    assert server.wait() != 0
    assert server.output.count("No module named 'no_such_package'") == 1
    assert "production.py" not in server.output
    assert "worker" not in server.output


def test_debug_mode_is_warned_of_and_has_no_prompt(start):
    server = start(*SERVE, QUAFF_DEBUG="1")
    server.wait_for("one")
    status, page = server.get("/broken")
    assert status == 500
    assert "__debugger__" not in page
    assert "Debug mode is on" in server.output
    assert "PIN" not in server.output


@pytest.fixture
def certificate(project: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    names = project / "cert.pem", project / "key.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -out cert.pem -keyout key.pem"
    )
    try:
        subprocess.run(command.split(), cwd=project, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed, which makes the certificate")
    return names


def test_https(start, certificate):
    class SecureServer(Server):
        def get(self, path: str = "/") -> tuple[int, str]:
            context = ssl.create_default_context(cafile=str(certificate[0]))
            url = f"https://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(url, context=context) as response:
                return response.status, response.read().decode()

    server = start(*SERVE, "--cert", "cert.pem", "--key", "key.pem", kind=SecureServer)
    assert server.wait_for("one") == (200, "one")
    assert f"https://127.0.0.1:{server.port}" in server.output
