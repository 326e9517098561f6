"""Starts the workers, in turn: what disturbs the machine for a while disturbs every peer alike.

Other programs can only make a measurement longer, so the least of several is nearest to what the
code costs. How much longer the others were is kept, and reported.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import ROOT
from .cases import CASES
from .drivers import DRIVERS
from .peers import PEERS, is_installed
from .processes import SERVER_CPU, pinned

#: A worker that takes longer than this is stuck.
TIMEOUT = 120


class Job(NamedTuple):
    """What one worker measures."""

    case: str
    interface: str
    peer: str


@dataclass
class Measured:
    """What the workers of one job found.

    Args:
        nanoseconds: the best of each worker.
        calls: the Python calls of a request, which are the same each time.
        error: why there is nothing.
    """

    nanoseconds: list[float] = field(default_factory=list)
    calls: float = 0
    error: str = ""

    @property
    def best(self) -> float:
        """The least, in microseconds."""
        return min(self.nanoseconds) / 1000

    @property
    def spread(self) -> float:
        """How far the workers lie apart, as a part of the least."""
        return max(self.nanoseconds) / min(self.nanoseconds) - 1


def jobs(
    cases: Sequence[str] = (), peers: Sequence[str] = (), interfaces: Sequence[str] = ()
) -> list[Job]:
    """What there is to measure: everything, or what is named. Peers of a case are neighbours.

    A peer may be named with an interface: `falcon:wsgi`.
    """
    named = {*peers}
    chosen = [
        peer
        for peer in PEERS
        if is_installed(peer)
        and (not named or any(name.partition(":")[0] == peer for name in named))
    ]
    answered = {peer: answered_by(peer) for peer in chosen}
    return [
        Job(case, interface, peer)
        for case in cases or CASES
        for interface in interfaces or DRIVERS
        for peer in chosen
        if case in answered[peer][interface]
        and (not named or peer in named or f"{peer}:{interface}" in named)
    ]


def answered_by(peer: str) -> dict[str, list[str]]:
    """The cases that a peer answers on each interface.

    NOTE: asked of another process, for this one must not be changed by importing frameworks.
    """
    command = [sys.executable, "-m", f"{__package__}.peers", peer]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answered: dict[str, list[str]] = json.loads(finished.stdout.splitlines()[-1])
    return answered


def measure(todo: list[Job], rounds: int, seconds: float, say: Any = print) -> dict[Job, Measured]:
    """The measurements of all jobs. A job that failed is not tried again."""
    found = {job: Measured() for job in todo}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {len(todo)} processes")
        for job in todo:
            if not found[job].error:
                _measure_once(job, seconds, found[job])
                if found[job].error:
                    say(f"{job.peer} on {job.interface} fails at {job.case}: {found[job].error}")
    return found


def _measure_once(job: Job, seconds: float, measured: Measured) -> None:
    arguments = [job.peer, job.interface, job.case, "--seconds", str(seconds)]
    try:
        # On one processor: to wake a thread on another, which may be asleep, takes a time that says
        # nothing about frameworks, and more of it than an async view under WSGI.
        result = run_worker(arguments, *pinned(SERVER_CPU, ()))
    except subprocess.CalledProcessError as error:
        measured.error = (error.stderr.strip().splitlines() or ["no message"])[-1]
    except subprocess.TimeoutExpired:
        measured.error = f"not done after {TIMEOUT} s"
    else:
        measured.nanoseconds.append(result["nanoseconds"])
        measured.calls = result["calls"]


def run_worker(arguments: list[str], *before: str) -> Any:
    """What a worker prints. `before` is put before the command, for tools that watch it.

    Raises:
        subprocess.CalledProcessError: it failed.
        subprocess.TimeoutExpired: it did not end.
    """
    finished = subprocess.run(
        [*before, sys.executable, "-m", f"{__package__}.worker", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT,
    )
    return json.loads(finished.stdout.splitlines()[-1])


def by_case(found: dict[Job, Measured]) -> Iterator[tuple[str, str, dict[str, Measured]]]:
    """The measurements, by case and interface: peer -> measured."""
    for case in CASES:
        for interface in DRIVERS:
            row = {
                job.peer: measured
                for job, measured in found.items()
                if job.case == case and job.interface == interface
            }
            if row:
                yield case, interface, row
