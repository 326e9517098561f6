"""Questions to the results of all sections; `report` and `goals` are written in terms of these."""

from __future__ import annotations

from collections import defaultdict
from statistics import median, quantiles
from typing import Any, NamedTuple


class Comparison(NamedTuple):
    """How one program does next to another, of many pairs of seconds of the same turn.

    Args:
        middle: the median of the pairs' ratios.
        low: a quarter of the ratios is less than this.
        high: a quarter of the ratios is more than this.
    """

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, ratios: list[float]) -> Comparison:
        """What to say of some ratios; of one at least."""
        if len(ratios) == 1:
            return cls(*ratios * 3)
        low, middle, high = quantiles(ratios, n=4, method="inclusive")
        return cls(middle, low, high)


#: What is measured of a second of a server.
MEASURES = ("rate", "p50", "p99", "cpu", "idle", "memory")


class Figures:
    """What was measured. What was not is None, or an empty list.

    Args:
        results: as `results.load` has them.
    """

    def __init__(self, results: dict[str, Any]) -> None:
        self._results = results

    def section(self, name: str) -> Any:
        """The figures of a section, or None."""
        found = self._results.get(name)
        return found and found["figures"]

    def measured(self, name: str) -> dict[str, str]:
        """When and of what the figures of a section are."""
        found: dict[str, str] = self._results[name]["measured"]
        return found

    @property
    def machine(self) -> dict[str, Any]:
        """What they were measured on."""
        found: dict[str, Any] = self._results.get("machine", {})
        return found

    # -- in-process --------------------------------------------------------------------------

    def row(self, case: str, interface: str) -> dict[str, dict[str, Any]]:
        """What the peers take for a case: peer -> its figures, if it answers."""
        return {
            found["peer"]: found
            for found in self.section("in-process") or ()
            if (found["case"], found["interface"]) == (case, interface) and not found["error"]
        }

    def time(self, case: str, interface: str, peer: str) -> float | None:
        """Microseconds of a request."""
        found = self.row(case, interface).get(peer)
        return None if found is None else float(found["microseconds"])

    # -- served ------------------------------------------------------------------------------

    def served(self, case: str) -> list[dict[str, Any]]:
        """The servings of a case, the cheapest first, with the medians of their seconds."""
        found = defaultdict(list)
        for row in self.section("served") or ():
            if row["case"] == case:
                found[row["peer"], row["interface"], row["server"]].append(row)
        servings = [
            {**rows[0], **{name: median(row[name] for row in rows) for name in MEASURES}}
            for rows in found.values()
        ]
        return sorted(servings, key=lambda row: row["cpu"])

    def compared(self, case: str, interface: str, server: str, peer: str) -> dict[str, Comparison]:
        """How fast a peer is, as a part of the others' speed: other -> comparison.

        By the processor time that the server used, turn by turn.
        """
        times: dict[str, dict[int, float]] = defaultdict(dict)
        for row in self.section("served") or ():
            if (row["case"], row["interface"], row["server"]) == (case, interface, server):
                times[row["peer"]][row["turn"]] = row["cpu"]
        ours = times.pop(peer, {})
        return {
            other: Comparison.of([theirs[turn] / ours[turn] for turn in turns])
            for other, theirs in times.items()
            if (turns := ours.keys() & theirs.keys())
        }


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """One through the other, if both were measured."""
    return numerator / denominator if numerator is not None and denominator else None
