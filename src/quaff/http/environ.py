"""WSGI environs (PEP 3333): the path in one, and one for a request that came without."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from .body import as_file

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .head import RequestHead

#: What the environ of a request has that came by another protocol than WSGI.
MADE_UP = "quaff.made_up"


def path_of(value: str) -> str:
    """The path of a WSGI environ, decoded, with one slash at the beginning."""
    return "/" + text_of(value).lstrip("/")


def text_of(value: str) -> str:
    """A path of a WSGI environ, which carries bytes as latin-1, as text; bad bytes are replaced."""
    return value if value.isascii() else value.encode("latin1").decode(errors="replace")


def environ_of(request: RequestHead, body: IO[bytes] | bytes | None) -> WSGIEnvironment:
    """The environ of a request that came by another protocol.

    Args:
        request: says all that stands before the body.
        body: what was received of it.
    """
    host, port = request.server or ("localhost", None)
    scheme, root_path, path = request.scheme, request.root_path, request.path
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": root_path.encode().decode("latin1"),
        "PATH_INFO": path.encode().decode("latin1"),
        "QUERY_STRING": request.query_string.decode("latin1"),
        "REQUEST_URI": quote(root_path + path),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or (443 if scheme in ("https", "wss") else 80)),
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "REMOTE_ADDR": request.remote_addr or "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": as_file(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        MADE_UP: True,
    }
    repeated: dict[str, list[str]] = {}
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        elif key in environ:
            continue
        if key in environ:
            repeated.setdefault(key, [environ[key]]).append(value)
        else:
            environ[key] = value
    # SECURITY: joined one by one, a megabyte of fields with one name took seconds (CVE-2025-14550).
    for key, values in repeated.items():
        environ[key] = ("; " if key == "HTTP_COOKIE" else ",").join(values)
    return environ
