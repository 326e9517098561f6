from __future__ import annotations

import errno
import socket

import pytest

from quaff.server.addresses import try_new_socket_file, try_port, try_socket_file


def test_a_port_can_be_had_only_where_nobody_listens():
    with socket.socket() as other:
        # As Granian does it: another socket could be bound beside it.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="is in use by another program") as caught:
            try_port("127.0.0.1", port)
        assert caught.value.errno == errno.EADDRINUSE
    try_port("127.0.0.1", port)


def test_an_address_of_another_machine():
    # TEST-NET-1 (RFC 5737) is nobody's.
    with pytest.raises(OSError, match=r"Cannot listen on 192\.0\.2\.1 port 80"):
        try_port("192.0.2.1", 80)


def test_a_host_that_is_unknown():
    # Names in .invalid (RFC 2606) are nobody's.
    with pytest.raises(OSError, match=r"No address is known for the host 'a\.invalid'"):
        try_port("a.invalid", 80)


def test_a_port_that_takes_rights(monkeypatch):
    def bind(self, address):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(OSError, match="Port 80 is reserved for the system"):
        try_port("127.0.0.1", 80)


def test_a_socket_file_is_removed_only_where_nobody_listens(tmp_path):
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        with pytest.raises(OSError, match="is in use by another program"):
            try_socket_file(path)
        assert path.exists()
    try_socket_file(path)
    assert not path.exists()


def test_a_socket_file_that_cannot_be_made(tmp_path):
    for path, reason in [
        (tmp_path / "none" / "a.sock", "No such file or directory"),
        (tmp_path / ("a" * 200), "AF_UNIX path too long"),
    ]:
        with pytest.raises(OSError, match=f"Cannot make the socket '{path}': {reason}"):
            try_new_socket_file(path)
    path = tmp_path / "a.sock"
    try_new_socket_file(path)
    assert not path.exists()
