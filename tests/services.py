"""Fixtures of real services: PostgreSQL, Redis, Chromium.

Each run has servers of its own, in temporary folders and on free ports of the loopback interface,
and starts only those that a test asks for. Where a program is missing the test is skipped, with
its name; with CI=true it fails. `scripts/services.py` installs what is missing.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

PATIENCE = 30.0
ROOT = Path(__file__).parents[1]


def missing(program: str) -> NoReturn:
    """Skip the test, or in CI let it fail, since the program is not installed."""
    reason = f"{program} is not installed; `python scripts/services.py` as root installs it"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def program(name: str, *patterns: str) -> str:
    """The path of a program: on the PATH, or the newest that one of the patterns finds."""
    found = shutil.which(name)
    for pattern in () if found else patterns:
        for path in Path("/").glob(pattern):
            found = max(found or "", str(path))
    return found or missing(name)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder with a short path, since sockets have a limit, that all may enter."""
    with tempfile.TemporaryDirectory(prefix="quaff-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)
        yield Path(path)


@contextlib.contextmanager
def running(
    command: list[str], log: Path, is_ready: Callable[[], bool], **options: Any
) -> Iterator[None]:
    """A server process, from when it is ready until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text()}", pytrace=False)
            time.sleep(0.05)
        yield
    finally:
        # SIGINT is PostgreSQL's fast shutdown; Redis takes it as SIGTERM.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def accepts(port: int, message: bytes, answer: bytes) -> bool:
    """Whether a server on the port answers a message as it should."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(message)
            return connection.recv(64).startswith(answer)
    except OSError:
        return False


@contextlib.contextmanager
def example(name: str, log: Path, *options: str, **environment: str) -> Iterator[str]:
    """An example under `quaff serve`; gives its address.

    Args:
        name: which one.
        log: where its output goes.
        options: of `quaff serve`.
        environment: variables beside those that are set already.
    """
    port = free_port()
    command = [sys.executable, "-m", "quaff", "--app", f"examples.{name}", "serve"]

    def is_ready() -> bool:
        return accepts(port, b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", b"HTTP/1")

    with running(
        [*command, "--port", str(port), *options],
        log,
        is_ready,
        env={**os.environ, "SECRET_KEY": "x", **environment},
        cwd=ROOT,
    ):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database, as SQLAlchemy and psycopg take it."""
    initdb = program("initdb", "usr/lib/postgresql/*/bin/initdb")
    server = program("postgres", "usr/lib/postgresql/*/bin/postgres")
    options: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam("postgres")
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with folder() as directory:
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
        data, port = directory / "data", free_port()
        create = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        create += ["--locale=C", "--no-sync"]
        subprocess.run(create, check=True, stdout=subprocess.DEVNULL, **options)
        serve = [server, "-D", str(data), "-k", str(directory), "-p", str(port)]
        serve += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        isready = program("pg_isready", "usr/lib/postgresql/*/bin/pg_isready")

        def is_ready() -> bool:
            ask = [isready, "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
            return subprocess.run(ask, check=False).returncode == 0

        with running(serve, directory / "log", is_ready, **options):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of an empty Redis."""
    server, port = program("redis-server"), free_port()
    with folder() as directory:
        serve = [server, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
        serve += ["--dir", str(directory)]
        with running(serve, directory / "log", lambda: accepts(port, b"PING\r\n", b"+PONG")):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Chromium without a window, driven by Selenium: a `selenium.webdriver.Chrome`."""
    from selenium import webdriver

    executable, driver = program("chromium"), program("chromedriver")
    with folder() as directory:
        options = webdriver.ChromeOptions()
        options.binary_location = executable
        for argument in (
            "--headless=new",
            f"--user-data-dir={directory}",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--window-size=1200,900",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ):
            options.add_argument(argument)
        driven = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        driven.set_page_load_timeout(PATIENCE)
        try:
            yield driven
        finally:
            driven.quit()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of most tests."""
    with browser() as driven:
        yield driven


@pytest.fixture(scope="session")
def other_chromium() -> Iterator[Any]:
    """Another browser, for somebody else."""
    with browser() as driven:
        yield driven
