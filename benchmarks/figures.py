"""Questions to the results of all sections; `report` and `goals` are written in terms of these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


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

    def served(self, case: str, interface: str | None = None) -> Iterator[dict[str, Any]]:
        """The servings of a case, the fastest first."""
        rows = [
            found
            for found in self.section("served") or ()
            if found["case"] == case and interface in (None, found["interface"])
        ]
        return iter(sorted(rows, key=lambda found: found["cpu"]))

    def cpu(self, case: str, interface: str, peer: str, server: str) -> float | None:
        """Microseconds of the processor for a request that is served."""
        for found in self.served(case, interface):
            if (found["peer"], found["server"]) == (peer, server):
                return float(found["cpu"])
        return None


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """One through the other, if both were measured."""
    return numerator / denominator if numerator is not None and denominator else None
