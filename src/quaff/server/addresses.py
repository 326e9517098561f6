"""Addresses and certificates, tried before a server is started with them.

Servers say of what they cannot use no more than the system does. Everything here raises OSError
with a message that says what to do.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import stat
from pathlib import Path

__all__ = ["try_certificate", "try_new_socket_file", "try_port", "try_socket_file"]


def try_certificate(certificate: str | os.PathLike[str], key: str | os.PathLike[str]) -> None:
    """Look whether a server can use a certificate, which may be a chain, with a key."""
    try:
        # Without a password, nobody is asked for one.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        raise OSError(
            error.errno,
            f"The certificate '{certificate}' cannot be used with the key"
            f" '{key}': {error.strerror}. Both must be PEM files, the key without a"
            " password, and made for each other.",
        ) from None


def try_port(host: str, port: int) -> None:
    """Look whether a server can listen on a port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise OSError(
            error.errno,
            f"No address is known for the host '{host}': {error.strerror}. Choose another with"
            " --host.",
        ) from None
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":
            # Connections of an earlier server that are still closing are no reason to refuse.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OSError(
                    error.errno,
                    f"Port {port} of {host} is in use by another program. Stop that program, or"
                    " choose another port with --port.",
                ) from None
            if error.errno == errno.EACCES:
                raise OSError(
                    error.errno,
                    f"Port {port} is reserved for the system. Choose one above 1023 with --port.",
                ) from None
            raise OSError(
                error.errno, f"Cannot listen on {host} port {port}: {error.strerror}."
            ) from None


def try_socket_file(path: Path) -> None:
    """Look whether a server can have a socket that is there; of a dead one it is removed."""
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise OSError(errno.EEXIST, f"'{path}' is there already and is not a socket.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(
                errno.EADDRINUSE,
                f"The socket '{path}' is in use by another program. Stop that program, or choose"
                " another path with --uds.",
            )


def try_new_socket_file(path: Path) -> None:
    """Look whether a socket can be made."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(str(path))
        except OSError as error:
            # What is too long has no number.
            raise OSError(
                error.errno or errno.ENAMETOOLONG,
                f"Cannot make the socket '{path}': {error.strerror or error}. Choose another path"
                " with --uds.",
            ) from None
    path.unlink()
