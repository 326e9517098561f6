"""WSGI, with the environ that Granian makes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter_ns
from typing import Any

from ..messages import Answer, Message

Application = Callable[..., Iterable[bytes]]


class WSGIDriver:
    """Calls a WSGI program in the thread of the caller."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def ask(self, message: Message) -> Answer:
        """See Driver."""
        begun: list[Any] = []

        def start_response(status: str, headers: Any, error: Any = None) -> Any:
            begun[:] = [int(status[:3]), headers]

        body = self._application(environ_of(message), start_response)
        content = b"".join(body)
        close(body)
        return Answer(begun[0], begun[1], content)

    def run(self, messages: Sequence[Message], times: int) -> int:
        """See Driver."""
        application = self._application
        environs = [environ_of(message) for _ in range(times) for message in messages]
        begin = perf_counter_ns()
        for environ in environs:
            body = application(environ, start_response)
            for _ in body:
                pass
            close(body)
        return perf_counter_ns() - begin

    def close(self) -> None:
        """See Driver."""


def start_response(status: str, headers: Any, error: Any = None) -> None:
    """Take the head of an answer, and forget it."""


def close(body: Any) -> None:
    """Close a body that can be closed, as PEP 3333 asks of servers."""
    if hasattr(body, "close"):
        body.close()


def environ_of(message: Message) -> dict[str, Any]:
    """The request as a server hands it over."""
    environ: dict[str, Any] = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SCRIPT_NAME": "",
        "SERVER_SOFTWARE": "benchmark",
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": message.method,
        "PATH_INFO": message.path,
        "QUERY_STRING": message.query,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(message.body),
    }
    for name, value in message.fields:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ
