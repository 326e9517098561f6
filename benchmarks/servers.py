"""The servers that peers are served by, and how each is told what to serve.

Each has one worker, on one processor, with one thread for plain views; no log of accesses.
"""

from __future__ import annotations

from typing import NamedTuple


class Serving(NamedTuple):
    """A peer behind a server.

    Args:
        interface: what they speak; "own" where the framework is its own server.
        program: the function of the peer's module that makes the program.
    """

    peer: str
    interface: str
    server: str
    program: str


def granian(serving: Serving, port: int) -> list[str]:
    """Granian, on any interface."""
    options = ["--workers", "1", "--runtime-threads", "1", "--no-ws", "--log-level", "warning"]
    if serving.interface == "wsgi":
        options += ["--blocking-threads", "1"]
    else:
        options += ["--loop", "uvloop"]
    return [
        "granian",
        *("--interface", serving.interface, "--port", str(port), *options, "--factory"),
        f"benchmarks.peers.{serving.peer}:{serving.program}",
    ]


def uvicorn(serving: Serving, port: int) -> list[str]:
    """Uvicorn, with uvloop and httptools."""
    return [
        "uvicorn",
        *("--port", str(port), "--no-access-log", "--log-level", "warning", "--factory"),
        f"benchmarks.peers.{serving.peer}:{serving.program}",
    ]


def hypercorn(serving: Serving, port: int) -> list[str]:
    """Hypercorn."""
    program = f"benchmarks.peers.{serving.peer}:{serving.program}()"
    return ["hypercorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "uvloop", program]


def gunicorn(serving: Serving, port: int) -> list[str]:
    """Gunicorn, with its worker of one thread, which keeps connections open."""
    program = f"benchmarks.peers.{serving.peer}:{serving.program}()"
    options = ["--workers", "1", "--worker-class", "gthread", "--threads", "1"]
    return ["gunicorn", "--bind", f"127.0.0.1:{port}", *options, program]


def own(serving: Serving, port: int) -> list[str]:
    """The framework itself."""
    return [f"benchmarks.peers.{serving.peer}", str(port)]


COMMANDS = {
    "granian": granian,
    "uvicorn": uvicorn,
    "hypercorn": hypercorn,
    "gunicorn": gunicorn,
    "own": own,
}

#: Everything on the same server: what differs is the framework.
ON_GRANIAN = [
    *(
        Serving(peer, "wsgi", "granian", program)
        for peer, program in [
            ("bare", "wsgi"),
            ("quaff", "simple"),
            ("falcon", "simple"),
            ("bottle", "simple"),
            ("flask", "simple"),
            ("django", "simple"),
        ]
    ),
    *(
        Serving(peer, "asgi", "granian", program)
        for peer, program in [
            ("bare", "asgi"),
            ("quaff", "simple_async"),
            ("blacksheep", "simple"),
            ("falcon", "simple_async"),
            ("starlette", "simple"),
            ("litestar", "simple"),
            ("fastapi", "simple"),
            ("quart", "simple"),
            ("sanic", "simple"),
            ("django", "simple_async"),
        ]
    ),
    *(
        Serving(peer, "rsgi", "granian", program)
        for peer, program in [
            ("bare", "BareRSGI"),
            ("quaff", "simple_async"),
            ("emmett", "simple"),
        ]
    ),
]

#: The servers that the frameworks' documentation begins with.
ON_THEIR_OWN = [
    *(
        Serving(peer, "wsgi", "gunicorn", "simple")
        for peer in ("falcon", "bottle", "flask", "django")
    ),
    *(
        Serving(peer, "asgi", "uvicorn", program)
        for peer, program in [
            ("bare", "asgi"),
            ("quaff", "simple_async"),
            ("blacksheep", "simple"),
            ("falcon", "simple_async"),
            ("starlette", "simple"),
            ("litestar", "simple"),
            ("fastapi", "simple"),
            ("django", "simple_async"),
        ]
    ),
    Serving("quart", "asgi", "hypercorn", "simple"),
    Serving("sanic", "own", "own", "simple"),
    Serving("robyn", "own", "own", "simple"),
]
