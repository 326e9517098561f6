"""What Quaff wants to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .cases import CASES
from .figures import Figures, ratio

MAIN = ("plain", "parameter", "json")


class Goal(NamedTuple):
    """A number to reach.

    Args:
        what: what it is about.
        measure: what the number is.
        value: what it is here, or None if it was not measured.
        must: what it has to be.
        summit: what would be better still.
        at_least: larger is better.
    """

    what: str
    measure: str
    value: float | None
    must: float
    summit: float
    at_least: bool = False

    def reaches(self, target: float) -> bool:
        """Whether the number is as good as a target."""
        if self.value is None:
            return False
        return self.value >= target if self.at_least else self.value <= target

    @property
    def verdict(self) -> str:
        """How it went, in a word or two."""
        if self.value is None:
            return "not measured"
        if self.reaches(self.summit):
            return "met, summit"
        return "met" if self.reaches(self.must) else "**not met**"

    def show(self, value: float | None) -> str:
        """A value or target of this goal."""
        if value is None:
            return "-"
        return f"{'≥' if self.at_least else '≤'} {value:g}"


def goals(figures: Figures) -> Iterator[Goal]:
    """Every goal."""
    for part in PARTS:
        yield from part(figures)


def _in_process(figures: Figures) -> Iterator[Goal]:
    for case in MAIN:
        ours = figures.time(case, "wsgi", "quaff")
        label = CASES[case].label
        what = f"in-process, WSGI, {label}"
        falcon = figures.time(case, "wsgi", "falcon")
        yield Goal(what, "time, of Falcon's", ratio(ours, falcon), 1, 0.6)
        flask = figures.time(case, "wsgi", "flask")
        times = 20 if case == "plain" else 12
        yield Goal(what, "times as fast as Flask", ratio(flask, ours), times, times, True)
    for case in MAIN:
        ours = figures.time(case, "asgi", "quaff")
        best = _least(figures.time(case, "asgi", peer) for peer in ("blacksheep", "falcon"))
        what = f"in-process, ASGI, {CASES[case].label}"
        measure = "time, of the faster of BlackSheep's and Falcon's"
        yield Goal(what, measure, ratio(ours, best), 1, 0.8)


def _against_flask(figures: Figures) -> Iterator[Goal]:
    for case in ("session", "template", "not-found", "hooks"):
        value = ratio(figures.time(case, "wsgi", "flask"), figures.time(case, "wsgi", "quaff"))
        what = f"in-process, WSGI, {CASES[case].label}"
        yield Goal(what, "times as fast as Flask", value, 5, 10, True)


def _served(figures: Figures) -> Iterator[Goal]:
    for interface, server, must in (
        ("wsgi", "granian", 0.8),
        ("asgi", "granian", 0.85),
        ("asgi", "uvicorn", 0.85),
        ("rsgi", "granian", 0.85),
    ):
        what = f"served, {interface.upper()} on {server}, plain text"
        found = {
            other: comparison.middle
            for other, comparison in figures.compared("plain", interface, server, "quaff").items()
        }
        yield Goal(what, "rate, of the bare callable's", found.pop("bare", None), must, 0.9, True)
        yield Goal(what, "rate, of the fastest peer's", _least(found.values()), 1, 1, True)


def _routing(figures: Figures) -> Iterator[Goal]:
    matching = figures.section("matching") or {}
    value = ratio(matching.get("10000"), matching.get("10"))
    yield Goal("10,000 rules", "time to match, of that with 10 rules", value, 1.5, 1.2)


def _import(figures: Figures) -> Iterator[Goal]:
    imports = (figures.section("startup") or {}).get("import", {})
    value = ratio(imports.get("quaff"), imports.get("flask"))
    yield Goal("import", "time of the process, of Flask's", value, 0.7, 0.5)


def _async_under_wsgi(figures: Figures) -> Iterator[Goal]:
    for case in ("async", "async-wait"):
        value = ratio(figures.time(case, "wsgi", "flask"), figures.time(case, "wsgi", "quaff"))
        yield Goal(CASES[case].label, "times as fast as Flask", value, 10, 20, True)


def _todo(figures: Figures) -> Iterator[Goal]:
    # On the same server; Flask's own is slower.
    rows = {
        row["program"]: row["cpu"]
        for row in figures.section("todo") or ()
        if row["server"] == "granian"
    }
    value = ratio(rows.get("flask"), rows.get("quaff"))
    yield Goal("To-Do list, served", "rate, of the Flask version's", value, 1.5, 2, True)


def _typed(figures: Figures) -> Iterator[Goal]:
    for case in ("typed", "validated"):
        ours = figures.time(case, "asgi", "quaff")
        for peer, name, part in (("litestar", "Litestar", 0.5), ("fastapi", "FastAPI", 0.2)):
            value = ratio(ours, figures.time(case, "asgi", peer))
            what = f"in-process, ASGI, {CASES[case].label}"
            yield Goal(what, f"time, of {name}'s", value, part, part)
    value = ratio(
        figures.time("typed-list", "asgi", "quaff"), figures.time("typed-list", "asgi", "fastapi")
    )
    what = f"in-process, ASGI, {CASES['typed-list'].label}"
    yield Goal(what, "time, of FastAPI's", value, 0.5, 0.5)
    typed = (figures.section("typed") or {}).get("quaff", {})
    yield Goal("1,000 typed routes", "seconds to start", typed.get("start"), 1, 1)
    yield Goal("1,000 typed routes", "seconds to document", typed.get("document"), 1, 1)


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


PARTS: list[Callable[[Figures], Iterator[Goal]]] = [
    _in_process,
    _against_flask,
    _served,
    _routing,
    _import,
    _async_under_wsgi,
    _todo,
    _typed,
]
