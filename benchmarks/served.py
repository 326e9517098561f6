"""Requests a second behind a server, with wrk asking from another processor.

Of several rounds the best is taken, for other programs can only take away from it; its latencies
are those of that round. Beside it stands the processor time that the server used for a request,
which other programs move much less.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from . import CACHE
from .cases import CASES, Case
from .messages import Answer, Message
from .processes import (
    CLIENT_CPU,
    DidNotStart,
    free_port,
    pinned,
    processor_seconds,
    resident,
    serving,
)
from .servers import COMMANDS, ON_GRANIAN, ON_THEIR_OWN, Serving

SERVED_CASES = ("plain", "parameter", "json")
CONNECTIONS = 32
#: How long each case is measured in a round. Every second counts alone: how two processes and the
#: kernel share a processor changes more often than that, and moves a server's time by a quarter. It
#: also differs from process to process, so that many rounds tell more than long ones.
SECONDS = 2
SCRIPT = CACHE / "request.lua"
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def find_wrk() -> str:
    """The path of wrk, installed on Debian if this is root.

    Raises:
        SystemExit: there is none.
    """
    found = shutil.which("wrk")
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", "--quiet", "wrk"], check=False)
        found = shutil.which("wrk")
    if not found:
        sys.exit(
            "wrk is not installed. Install it (on Debian: apt-get install wrk), or leave out "
            "the section `served`."
        )
    return found


def measure(rounds: int, say: Any = print) -> list[dict[str, Any]]:
    """What every peer serves: one row for each peer, server and case."""
    wrk = find_wrk()
    todo: list[tuple[Serving, Sequence[str]]] = [(one, SERVED_CASES) for one in ON_GRANIAN]
    todo += [(one, SERVED_CASES[:1]) for one in ON_THEIR_OWN]
    best: dict[tuple[Serving, str], dict[str, Any]] = {}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {len(todo)} servers")
        for one, cases in todo:
            try:
                rows = measure_one(wrk, one, cases)
            except (DidNotStart, WrongReply) as error:
                say(f"{one.peer} on {one.server} ({one.interface}): {error}")
                continue
            for row in rows:
                key = (one, row["case"])
                last = best.setdefault(key, row)
                cpu = min(row["cpu"], last["cpu"])
                best[key] = {**max(row, last, key=lambda found: found["rate"]), "cpu": cpu}
    return list(best.values())


class WrongReply(Exception):
    """A served program answers wrongly."""


def measure_one(wrk: str, one: Serving, cases: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of one server, started and ended here: several seconds of each case, a row each.

    Raises:
        DidNotStart: it does not listen.
        WrongReply: it answers wrongly.
    """
    port = free_port()
    rows = []
    with serving(COMMANDS[one.server](one, port), port) as pid:
        idle = resident(pid)
        for name in cases:
            case = CASES[name]
            (message,) = case.messages
            check(case, message, port)
            load(wrk, message, port)
            for _ in range(SECONDS):
                before = processor_seconds(pid)
                figures = load(wrk, message, port)
                figures["cpu"] = (processor_seconds(pid) - before) / figures["requests"] * 1e6
                memory = {"idle": idle, "memory": resident(pid)}
                rows.append({**one._asdict(), "case": name, **figures, **memory})
    return rows


def check(case: Case, message: Message, port: int) -> None:
    """Ask once, as the browser would.

    Raises:
        WrongReply: the answer is not right.
    """
    request = urllib.request.Request(
        url_of(message, port), data=message.body or None, method=message.method
    )
    for name, value in message.headers:
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            answer = Answer(reply.status, reply.headers.items(), reply.read())
    except urllib.error.HTTPError as error:
        raise WrongReply(f"{case.name}: {error}") from error
    if not case.is_right(answer):
        raise WrongReply(f"{case.name}: {answer!r}")


def url_of(message: Message, port: int) -> str:
    """The URL of a request."""
    query = f"?{message.query}" if message.query else ""
    return f"http://127.0.0.1:{port}{message.path}{query}"


def load(wrk: str, message: Message, port: int) -> dict[str, float]:
    """What comes of a second of load.

    Requests, requests a second, and the milliseconds of the median and the slowest hundredth.
    """
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    SCRIPT.write_text(script_of(message))
    command = [wrk, "-t1", f"-c{CONNECTIONS}", "-d1s", "--latency", "-s", str(SCRIPT)]
    finished = subprocess.run(
        pinned(CLIENT_CPU, [*command, url_of(message, port)]),
        capture_output=True,
        text=True,
        check=True,
    )
    return read_report(finished.stdout)


def script_of(message: Message) -> str:
    """What wrk has to know of a request, in Lua."""
    lines = [f'wrk.method = "{message.method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in message.headers]
    if message.body:
        lines.append(f"wrk.body = [==[{message.body.decode()}]==]")
    return "\n".join(lines) + "\n"


def read_report(report: str) -> dict[str, float]:
    """The figures in what wrk prints.

    Raises:
        WrongReply: some answers were errors.
    """
    if "Non-2xx" in report or "Socket errors" in report:
        raise WrongReply(report)
    figures = {
        "rate": float(re.findall(r"Requests/sec:\s+([\d.]+)", report)[0]),
        "requests": float(re.findall(r"(\d+) requests in", report)[0]),
    }
    for percent in ("50", "99"):
        (number, unit) = re.findall(rf"{percent}%\s+([\d.]+)(us|ms|s)", report)[0]
        figures[f"p{percent}"] = float(number) * UNITS[unit]
    return figures
