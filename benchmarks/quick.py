"""Guards what was reached: Quaff next to its fastest peers and to the bare callable.

python -m benchmarks quick. `limits.toml` has the limits.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cases import CASES
from .rounds import Job, Measured, by_case, jobs, measure

LIMITS = Path(__file__).parent / "limits.toml"


@dataclass(frozen=True)
class Limits:
    """What an interface is held to.

    Args:
        ahead_of: the peers; the fastest of them counts.
        ratios: case -> Quaff's time as a part of theirs.
        slack: by how much a ratio may be over its limit, as a part of the limit.
    """

    ahead_of: list[str]
    ratios: dict[str, float]
    slack: float

    def allows(self, case: str, ratio: float) -> bool:
        """Whether a ratio is good enough."""
        return ratio <= self.ratios[case] * (1 + self.slack)


def read_limits(path: Path = LIMITS) -> dict[str, Limits]:
    """The limits of each interface."""
    document = tomllib.loads(path.read_text())
    slack = document.pop("slack")
    return {
        interface: Limits(
            ahead_of=table["ahead_of"],
            ratios={case: float(value) for case, value in table.items() if case != "ahead_of"},
            slack=slack,
        )
        for interface, table in document.items()
    }


def jobs_for(limits: dict[str, Limits]) -> list[Job]:
    """What has to be measured to know."""
    return [
        job
        for interface, limit in limits.items()
        for job in jobs(list(limit.ratios), ["quaff", "bare", *limit.ahead_of], [interface])
    ]


def judge(found: dict[Job, Measured], limits: dict[str, Limits]) -> tuple[list[str], bool]:
    """Lines that say how it went, and whether every ratio is within its limit."""
    lines = []
    good = True
    for case, interface, row in by_case(found):
        limit = limits[interface]
        failed = [peer for peer in row if row[peer].error]
        if failed:
            lines.append(f"{interface} {case}: no answer from {', '.join(failed)}")
            good = False
            continue
        fastest = min(limit.ahead_of, key=lambda peer: row[peer].best)
        ratio = row["quaff"].best / row[fastest].best
        allowed = limit.allows(case, ratio)
        good &= allowed
        times = "  ".join(f"{peer} {measured.best:6.2f} µs" for peer, measured in row.items())
        lines.append(
            f"{interface}  {CASES[case].label:28}{times}"
            f"  calls {row['quaff'].calls:g}"
            f"  ratio to {fastest} {ratio:.2f}, limit {limit.ratios[case]:.2f}"
            f"{'' if allowed else '  EXCEEDED'}"
        )
    return lines, good


def run(rounds: int, seconds: float, say: Any = print) -> None:
    """Measure, print, and exit with an error if a ratio is over its limit."""
    limits = read_limits()
    lines, good = judge(measure(jobs_for(limits), rounds, seconds, say), limits)
    say("\n".join(lines))
    if not good:
        sys.exit("Quaff is slower than it has been: a ratio is over its limit in limits.toml.")
