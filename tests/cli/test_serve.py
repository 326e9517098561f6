from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from quaff import Quaff
from quaff.cli import QuaffGroup
from quaff.cli import serve as serve_module
from quaff.server import production
from quaff.server.production import ProductionOptions


@pytest.fixture
def started(monkeypatch):
    """What the production server is started with."""
    started = []

    def serve(load, options):
        started.append((load().name, options))

    monkeypatch.setattr(production, "serve", serve)
    return started


@pytest.fixture
def serve(invoke, started):
    program = QuaffGroup(name="program", create_app=lambda: Quaff("made"))

    def serve(*args: str, **options: object) -> ProductionOptions:
        result = invoke("serve", *args, program=program, **options)
        assert result.exit_code == 0, result.output
        name, given = started.pop()
        assert name == "made"
        return given

    return serve


def test_defaults(serve, monkeypatch):
    monkeypatch.setattr(serve_module, "usable_processors", lambda: 64)
    assert serve() == ProductionOptions(
        host="127.0.0.1",
        port=8000,
        uds=None,
        interface=None,
        workers=4,
        threads=8,
        backlog=1024,
        graceful_timeout=30,
        certificate=None,
        key=None,
        log_level="info",
        access_log=False,
    )
    monkeypatch.setattr(serve_module, "usable_processors", lambda: 1)
    given = serve()
    assert (given.workers, given.threads) == (1, 3)


def test_every_option(serve, write):
    write("my.crt")
    write("my.key")
    text = (
        "-h 0.0.0.0 -p 80 -i rsgi -w 3 -t 5 --backlog 200 --graceful-timeout 9 --uds a.sock"
        " --cert my.crt --key my.key --log-level error --access-log"
    )
    assert serve(*text.split()) == ProductionOptions(
        host="0.0.0.0",
        port=80,
        uds=Path("a.sock"),
        interface="rsgi",
        workers=3,
        threads=5,
        backlog=200,
        graceful_timeout=9,
        certificate=Path("my.crt"),
        key=Path("my.key"),
        log_level="error",
        access_log=True,
    )


def test_options_may_come_from_the_environment(serve):
    given = serve(env={"QUAFF_SERVE_WORKERS": "7", "QUAFF_SERVE_UDS": "b.sock"})
    assert (given.workers, given.uds) == (7, Path("b.sock"))


@pytest.mark.parametrize("half", ["--cert", "--key"])
def test_half_a_certificate(invoke, write, half):
    write("my.pem")
    result = invoke("serve", half, "my.pem")
    assert result.exit_code == 2
    assert "--cert and --key must be given together." in result.stderr


def test_an_address_that_cannot_be_had_is_a_sentence(invoke, monkeypatch):
    def serve(load, options):
        raise OSError(errno.EADDRINUSE, "Port 80 is in use.")

    monkeypatch.setattr(production, "serve", serve)
    result = invoke("serve")
    assert result.exit_code == 1
    assert result.stderr == "Error: Port 80 is in use.\n"


def test_usable_processors(monkeypatch):
    assert serve_module.usable_processors() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert serve_module.usable_processors() == 1


@pytest.mark.parametrize("port", ["0", "65536"])
def test_ports_that_are_none(invoke, port):
    result = invoke("serve", "--port", port)
    assert result.exit_code == 2
    assert f"{port} is not in the range 1<=x<=65535." in result.stderr
