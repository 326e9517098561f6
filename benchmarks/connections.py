"""WebSockets: echo, memory of idle connections, and one sender to a thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from . import ROOT
from .processes import CLIENT_CPU, DidNotStart, free_port, pinned, serving

TASKS = ("echo", "idle", "broadcast")
_GRANIAN = [
    *("granian", "--workers", "1", "--runtime-threads", "1", "--loop", "uvloop"),
    *("--backlog", "4096", "--backpressure", "4096", "--log-level", "warning"),
]
#: (program, server) -> the command, but for the port
SERVERS = {
    ("websockets", "its own"): ["benchmarks.sockets.bare"],
    ("quaff", "granian, RSGI"): [*_GRANIAN, "--interface", "rsgi"],
    ("quaff", "granian, ASGI"): [*_GRANIAN, "--interface", "asgi"],
    ("quaff", "uvicorn"): ["uvicorn"],
    ("starlette", "uvicorn"): ["uvicorn"],
    ("starlette", "granian, ASGI"): [*_GRANIAN, "--interface", "asgi"],
}


def command(program: str, server: str, port: int) -> list[str]:
    """What starts a server."""
    begin = SERVERS[program, server]
    if program == "websockets":
        return [*begin, str(port)]
    target = [f"benchmarks.sockets.{program}:program", "--factory", "--port", str(port)]
    if server == "uvicorn":
        target += ["--no-access-log", "--log-level", "warning", "--ws-per-message-deflate", "false"]
    return [*begin, *target]


def measure(rounds: int, say: Any = print) -> list[dict[str, Any]]:
    """The best figures of each program and server: more messages, less memory, less time."""
    best: dict[tuple[str, str], dict[str, dict[str, float]]] = {one: {} for one in SERVERS}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {len(SERVERS)} servers")
        for program, server in SERVERS:
            for task in TASKS:
                try:
                    found = ask(program, server, task)
                except (DidNotStart, subprocess.CalledProcessError) as error:
                    say(f"{program} on {server}, {task}: {getattr(error, 'stderr', error)}")
                    continue
                last = best[program, server].setdefault(task, found)
                best[program, server][task] = {
                    name: (max if name == "rate" else min)(value, last[name])
                    for name, value in found.items()
                }
    return [
        {"program": program, "server": server, **tasks} for (program, server), tasks in best.items()
    ]


def ask(program: str, server: str, task: str) -> dict[str, float]:
    """The figures of one task, of a server that is started for it.

    Raises:
        DidNotStart: the server does not listen.
        subprocess.CalledProcessError: it does not answer as it must.
    """
    port = free_port()
    with serving(command(program, server, port), port) as pid:
        client = [sys.executable, "-m", "benchmarks.socket_client", str(port), str(pid), task]
        finished = subprocess.run(
            pinned(CLIENT_CPU, client), cwd=ROOT, capture_output=True, text=True, check=True
        )
    found: dict[str, float] = json.loads(finished.stdout)
    return found
