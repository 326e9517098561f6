"""A whole application: the API of the To-Do list, served to a client that reads much, writes some.

Of ten requests five ask for the list, four for one task, and one changes a task.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from . import ROOT
from .processes import CLIENT_CPU, DidNotStart, free_port, pinned, processor_seconds, serving
from .served import WrongReply, find_wrk, read_report

CONNECTIONS = 8
#: (program, server, interface); the reference first
SERVINGS = (
    ("quaff", "granian", "wsgi"),
    ("flask", "granian", "wsgi"),
    ("flask", "gunicorn", "wsgi"),
    ("fastapi", "granian", "asgi"),
    ("fastapi", "uvicorn", "asgi"),
)
SCRIPT = """
local number = 0
request = function()
  number = number + 1
  local kind = number % 10
  if kind == 0 then
    return wrk.format("PATCH", "/api/tasks/7", nil, '{"note": "note ' .. number .. '"}')
  elseif kind % 2 == 1 then
    return wrk.format("GET", "/api/tasks?state=all&page=2")
  end
  return wrk.format("GET", "/api/tasks/3")
end
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer TOKEN"
"""


def measure(rounds: int, seconds: float, say: Any = print) -> list[dict[str, Any]]:
    """The best figures of each program and server."""
    wrk = find_wrk()
    best: dict[tuple[str, str, str], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "todo.sqlite"
        token = prepare(database)
        script = Path(folder) / "requests.lua"
        script.write_text(SCRIPT.replace("TOKEN", token))
        expected: list[Any] = []
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: {len(SERVINGS)} servers")
            for one in SERVINGS:
                try:
                    row = _measure_one(one, wrk, script, token, expected, seconds)
                except (DidNotStart, WrongReply) as error:
                    say(f"{one}: {error}")
                    continue
                last = best.setdefault(one, row)
                cpu = min(row["cpu"], last["cpu"])
                best[one] = {**max(row, last, key=lambda found: found["rate"]), "cpu": cpu}
    return list(best.values())


def prepare(database: Path) -> str:
    """Make the database; a token for its user. Servers started later use it."""
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    command = [sys.executable, "-m", "benchmarks.todo.prepare"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return finished.stdout.split()[-1]


def _measure_one(
    one: tuple[str, str, str],
    wrk: str,
    script: Path,
    token: str,
    expected: list[Any],
    seconds: float,
) -> dict[str, Any]:
    program, server, interface = one
    port = free_port()
    with serving(command(*one, port), port) as pid:
        answers = [_ask(port, token, *request) for request in REQUESTS]
        if not expected:
            expected += answers
        if answers != expected:
            raise WrongReply(f"{answers} instead of {expected}")
        _load(wrk, script, port, 1)
        before = processor_seconds(pid)
        figures = _load(wrk, script, port, seconds)
        figures["cpu"] = (processor_seconds(pid) - before) / figures["requests"] * 1e6
    return {"program": program, "server": server, "interface": interface, **figures}


def command(program: str, server: str, interface: str, port: int) -> list[str]:
    """What starts a server."""
    target = f"benchmarks.todo.{program}_version:program"
    if server == "granian":
        options = ["--workers", "1", "--runtime-threads", "1", "--log-level", "warning"]
        if interface == "wsgi":
            options += ["--blocking-threads", "1"]
        return [
            *("granian", "--interface", interface, "--port", str(port), *options),
            *("--factory", target),
        ]
    if server == "uvicorn":
        options = ["--no-access-log", "--log-level", "warning"]
        return ["uvicorn", "--port", str(port), *options, "--factory", target]
    options = ["--workers", "1", "--worker-class", "gthread", "--threads", "1"]
    return ["gunicorn", "--bind", f"127.0.0.1:{port}", *options, f"{target}()"]


#: What is asked of each program before time is taken: method, path, JSON.
REQUESTS: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "/api/tasks/7", {"note": "checked", "priority": "high"}),
    ("GET", "/api/tasks/7", None),
    ("GET", "/api/tasks?state=all&page=2", None),
    ("GET", "/api/tasks?state=done&search=task+1&priority=normal", None),
)


def _ask(port: int, token: str, method: str, path: str, value: Any) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method=method,
        data=None if value is None else json.dumps(value).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def _load(wrk: str, script: Path, port: int, seconds: float) -> dict[str, float]:
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
    finished = subprocess.run(
        pinned(CLIENT_CPU, [wrk, *options, "-s", str(script), f"http://127.0.0.1:{port}/"]),
        capture_output=True,
        text=True,
        check=True,
    )
    return read_report(finished.stdout)
