"""Servers as processes: started, waited for, looked at and ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep

from . import ROOT

#: The server has one processor, and what asks it the other.
SERVER_CPU, CLIENT_CPU = "0", "1"
START_SECONDS = 30


class DidNotStart(Exception):
    """A server does not listen."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def pinned(cpu: str, command: Sequence[str]) -> list[str]:
    """The command, kept on one processor if there is more than one."""
    return ["taskset", "-c", cpu, *command] if (os.cpu_count() or 1) > 1 else [*command]


@contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[int]:
    """A server, from when it listens until the end of the block; the number of its process.

    Raises:
        DidNotStart: it does not listen; with the end of what it printed.
    """
    with TemporaryFile() as log:
        process = subprocess.Popen(
            pinned(SERVER_CPU, [sys.executable, "-m", *command]),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            if not _listens(port, process):
                log.seek(0)
                raise DidNotStart(log.read().decode(errors="replace")[-1000:])
            yield process.pid
        finally:
            _end(process)


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    end = monotonic() + START_SECONDS
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            sleep(0.05)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    # The session, for servers start workers of their own.
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(5)
            if number == signal.SIGTERM:
                sleep(0.1)
        except subprocess.TimeoutExpired:
            continue
    process.wait(5)


def resident(pid: int) -> float:
    """The resident memory of the largest process of a server, its worker, in MiB."""
    return max(_resident_of(process) for process in _family(pid)) / 1024


def processor_seconds(pid: int) -> float:
    """The processor time that a server has used, with what the kernel did for it."""
    ticks = 0
    for process in _family(pid):
        # The name of the program, in brackets, may have blanks in it.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text()
        except FileNotFoundError:
            continue  # A thread that has just ended; its children are its process's.
        for child in children.split():
            yield from _family(int(child))


def _resident_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
