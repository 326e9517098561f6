from __future__ import annotations

import socket
from pathlib import Path

import pytest

from quaff import Quaff
from quaff.server.production import ProductionOptions, serve, summarize


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"host": "127.0.0.1", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"port": 443, "certificate": Path("a"), "key": Path("b")}, "https://127.0.0.1:443"),
        ({"uds": Path("a.sock")}, "unix:a.sock"),
    ],
)
def test_the_address(options, address):
    assert ProductionOptions(**options).address == address


def test_a_certificate_that_cannot_be_used(tmp_path):
    certificate, key = tmp_path / "my.crt", tmp_path / "my.key"
    certificate.write_text("none")
    key.write_text("none")
    options = ProductionOptions(port=free_port(), certificate=certificate, key=key)
    with pytest.raises(OSError, match=f"The certificate '{certificate}' cannot be used with"):
        serve(load_small, options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load_small():
    return Quaff("small", static_folder=None)


def load_broken():
    return compile("x = (", "my_shop.py", "exec")


def test_a_mistake_is_shown_from_the_users_code_on(capfd):
    with pytest.raises(SystemExit) as stop:
        summarize(load_broken)
    assert stop.value.code == 1
    said = capfd.readouterr().err
    assert "my_shop.py" in said
    assert "quaff/server" not in said
