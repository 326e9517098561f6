"""Requests a second behind a server, with wrk asking from another processor.

The programs of one server and interface are started together and take turns, a second each. What
others do on the machine, and what the host does with it, lasts longer than a turn: it moves all of
its seconds alike. So the seconds of one turn are compared with each other, and every second is
kept. `figures` says what becomes of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count, islice
from statistics import median
from typing import Any, NamedTuple

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
PLAIN = SERVED_CASES[:1]
CONNECTIONS = 32
#: How often each case is measured in a round, a second each time. Times also differ from process to
#: process, so that many rounds tell more than many turns.
TURNS = 2
#: Seconds of one program scatter by a fourteenth, and the fastest programs lie nearer together. So
#: that many of a group are measured again, alone and in plain text: in so many times the rounds,
#: with so many turns in each.
FASTEST, MORE_ROUNDS, MORE_TURNS = 4, 3, 6
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
    """What every peer serves: a row for each second of each peer, server and case."""
    wrk = find_wrk()
    turns = count()
    rows: list[dict[str, Any]] = []
    everything = [
        *((group, SERVED_CASES) for group in together(ON_GRANIAN)),
        *((group, PLAIN) for group in together(ON_THEIR_OWN)),
    ]
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {len(ON_GRANIAN + ON_THEIR_OWN)} servers")
        for group, cases in everything:
            rows += measure_group(wrk, group, cases, list(islice(turns, TURNS)), say)
    ours = [group for group, _ in everything if any(one.peer == "quaff" for one in group)]
    finals = [fastest(group, rows) for group in ours]
    rounds *= MORE_ROUNDS
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: the fastest")
        for group in finals:
            rows += measure_group(wrk, group, PLAIN, list(islice(turns, MORE_TURNS)), say)
    return rows


def together(servings: Sequence[Serving]) -> list[list[Serving]]:
    """The servings in groups of one interface and server."""
    groups = defaultdict(list)
    for one in servings:
        groups[one.interface, one.server].append(one)
    return list(groups.values())


def fastest(group: Sequence[Serving], rows: Sequence[dict[str, Any]]) -> list[Serving]:
    """Those of a group that used the least processor time for a request so far."""
    times = defaultdict(list)
    for row in rows:
        if row["case"] in PLAIN:
            times[Serving(*(row[name] for name in Serving._fields))].append(row["cpu"])
    measured = [one for one in group if one in times]
    return sorted(measured, key=lambda one: median(times[one]))[:FASTEST]


class WrongReply(Exception):
    """A served program answers wrongly."""


class Server(NamedTuple):
    """A program that listens.

    Args:
        serving: what it is.
        port: where it listens.
        pid: its process; it may have others below it.
        idle: its resident memory before anything was asked, in MiB.
    """

    serving: Serving
    port: int
    pid: int
    idle: float


def measure_group(
    wrk: str, group: Sequence[Serving], cases: Sequence[str], turns: Sequence[int], say: Any = print
) -> Iterator[dict[str, Any]]:
    """The rows of programs that are started together, and ended here.

    Args:
        wrk: the path of wrk.
        group: the programs. One that does not start, or answers wrongly, is said and has no row.
        cases: what is asked of them.
        turns: the numbers of the turns; seconds of the same turn are compared.
        say: is told what went wrong.
    """
    with ExitStack() as running:
        servers = []
        for one in group:
            try:
                servers.append(start(one, cases, running))
            except (DidNotStart, WrongReply) as error:
                say(f"{one.peer} on {one.server} ({one.interface}): {error}")
        for name in cases:
            # The second before the first turn has work in it that comes only once.
            for turn in (None, *turns):
                for server in servers:
                    try:
                        row = measure_second(wrk, server, name)
                    except WrongReply as error:
                        say(f"{server.serving.peer} on {server.serving.server}: {error}")
                        continue
                    if turn is not None:
                        yield {**row, "turn": turn}
                servers = [*servers[1:], *servers[:1]]  # Nobody always follows the same one.


def start(one: Serving, cases: Sequence[str], running: ExitStack) -> Server:
    """The program as it listens, until the stack is left. It has answered each case once.

    Raises:
        DidNotStart: it does not listen.
        WrongReply: it answers wrongly.
    """
    port = free_port()
    pid = running.enter_context(serving(COMMANDS[one.server](one, port), port))
    idle = resident(pid)
    for name in cases:
        check(CASES[name], CASES[name].messages[0], port)
    return Server(one, port, pid, idle)


def measure_second(wrk: str, server: Server, name: str) -> dict[str, Any]:
    """The row of a second of a case.

    Raises:
        WrongReply: an answer was an error.
    """
    before = processor_seconds(server.pid)
    figures = load(wrk, CASES[name].messages[0], server.port)
    figures["cpu"] = (processor_seconds(server.pid) - before) / figures["requests"] * 1e6
    memory = {"idle": server.idle, "memory": resident(server.pid)}
    return {**server.serving._asdict(), "case": name, **figures, **memory}


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
