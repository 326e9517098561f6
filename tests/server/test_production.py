from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from quaff import Quaff
from quaff.server.production import ProductionOptions, claim, serve, summarize


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


def test_a_port_is_claimed_only_where_nobody_listens():
    with socket.socket() as other:
        # As Granian does it: another socket could be bound beside it.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        options = ProductionOptions(port=other.getsockname()[1])
        with pytest.raises(OSError, match="is in use by another program") as caught:
            claim(options)
        assert caught.value.errno == errno.EADDRINUSE
    claim(options)


def test_an_address_of_another_machine():
    # TEST-NET-1 (RFC 5737) is nobody's.
    with pytest.raises(OSError, match=r"Cannot listen on 192\.0\.2\.1 port 80"):
        claim(ProductionOptions(host="192.0.2.1", port=80))


def test_a_host_that_is_unknown():
    # Names in .invalid (RFC 2606) are nobody's.
    with pytest.raises(OSError, match=r"No address is known for the host 'a\.invalid'"):
        claim(ProductionOptions(host="a.invalid", port=80))


def test_a_port_that_takes_rights(monkeypatch):
    def bind(self, address):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(OSError, match="Port 80 is reserved for the system"):
        claim(ProductionOptions(port=80))


def test_a_socket_file_is_removed_only_where_nobody_listens(tmp_path):
    path = tmp_path / "a.sock"
    options = ProductionOptions(uds=path)
    claim(options)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        with pytest.raises(OSError, match="is in use by another program"):
            claim(options)
        assert path.exists()
    claim(options)
    assert not path.exists()


def test_a_socket_file_that_cannot_be_made(tmp_path):
    for path, reason in [
        (tmp_path / "none" / "a.sock", "No such file or directory"),
        (tmp_path / ("a" * 200), "AF_UNIX path too long"),
    ]:
        with pytest.raises(OSError, match=f"Cannot make the socket '{path}': {reason}"):
            claim(ProductionOptions(uds=path))
    path = tmp_path / "a.sock"
    claim(ProductionOptions(uds=path))
    assert not path.exists()


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
