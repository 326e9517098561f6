"""The page says what the results say, and nothing about what was not measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.figures import Comparison, Figures
from benchmarks.goals import Goal, goals

MEASURED = {"date": "2030-01-01 12:00 UTC", "commit": "abc1234", "load": "0.1"}


def in_process(**microseconds: float) -> dict[str, Any]:
    rows = [
        {
            **{"case": "plain", "interface": "wsgi", "peer": peer, "error": ""},
            **{"microseconds": time, "spread": 0.1, "calls": 12.0},
        }
        for peer, time in microseconds.items()
    ]
    return {"in-process": {"measured": MEASURED, "figures": rows}}


def served(**cpu: list[float]) -> dict[str, Any]:
    rows = [
        {
            **{"peer": peer, "interface": "wsgi", "server": "granian", "case": "plain"},
            **{"rate": 1e6 / time, "p50": 1.0, "p99": 2.0, "cpu": time, "idle": 30, "memory": 40},
            "turn": turn,
        }
        for peer, times in cpu.items()
        for turn, time in enumerate(times)
    ]
    return {"served": {"measured": MEASURED, "figures": rows}}


def goal_of(results: dict[str, Any], what: str, measure: str) -> Goal:
    [found] = [
        goal for goal in goals(Figures(results)) if (goal.what, goal.measure) == (what, measure)
    ]
    return found


def test_without_results_no_goal_is_met() -> None:
    found = list(goals(Figures({})))
    assert found
    assert {goal.verdict for goal in found} == {"not measured"}


@pytest.mark.parametrize(
    ("quaff", "verdict"), [(2.0, "met, summit"), (3.0, "met"), (4.0, "**not met**")]
)
def test_goals_of_which_less_is_better(quaff: float, verdict: str) -> None:
    results = in_process(quaff=quaff, falcon=3.5)
    what = "in-process, WSGI, plain text"
    assert goal_of(results, what, "time, of Falcon's").verdict == verdict


def test_served_goals_are_ratios_of_processor_time() -> None:
    # The last turn is one in which the machine was busy while Quaff and Falcon were not served.
    results = served(bare=[8, 8, 80], quaff=[10, 10, 10], falcon=[9, 12, 9])
    what = "served, WSGI on granian, plain text"
    bare = goal_of(results, what, "rate, of the bare callable's")
    assert (bare.value, bare.verdict) == (0.8, "met")
    peers = goal_of(results, what, "rate, of the fastest peer's")
    assert (peers.value, peers.verdict) == (0.9, "**not met**")


def test_only_seconds_of_the_same_turn_are_compared() -> None:
    figures = Figures(served(bare=[8, 16, 24], quaff=[8, 8]))
    assert figures.compared("plain", "wsgi", "granian", "quaff") == {
        "bare": Comparison(middle=1.5, low=1.25, high=1.75)
    }
    assert figures.compared("plain", "asgi", "granian", "quaff") == {}


def test_the_page_has_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    report.write(
        {**in_process(bare=0.5, quaff=2, falcon=3), **served(bare=[8, 16, 8], quaff=[10, 20, 5])},
        page,
    )
    text = page.read_text()
    assert "| falcon | 3.0 (1.5x) |" in text
    assert "| **quaff** | 2.0 |" in text
    speed = "| 100,000 | 1.00 | 2.00 | 10.0 | 0.80 (0.80 to 1.20) | 30 | 40 |"
    assert f"| **quaff** | granian | WSGI {speed}" in text
    assert "at commit abc1234" in text


def test_what_failed_is_named_and_has_no_row(tmp_path: Path) -> None:
    results = in_process(quaff=2, falcon=3)
    results["in-process"]["figures"][1].update(error="WrongAnswer: 500", microseconds=None)
    page = tmp_path / "benchmarks.md"
    report.write(results, page)
    text = page.read_text()
    assert "| falcon |" not in text
    assert "- falcon, WSGI, plain text: `WrongAnswer: 500`" in text
