"""Limits, and what is over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cases import CASES
from benchmarks.peers import PEERS
from benchmarks.quick import Limits, judge, read_limits
from benchmarks.rounds import Job, Measured


@pytest.fixture
def limits() -> dict[str, Limits]:
    return {"wsgi": Limits(ahead_of=["falcon", "bottle"], ratios={"plain": 0.5}, slack=0.1)}


def found(**nanoseconds: float) -> dict[Job, Measured]:
    return {
        Job("plain", "wsgi", peer): Measured([value + 100, value], calls=9)
        for peer, value in nanoseconds.items()
    }


def test_the_limits_are_of_cases_and_peers_that_exist() -> None:
    limits = read_limits()
    assert limits.keys() == {"wsgi", "asgi"}
    for limit in limits.values():
        assert limit.ratios.keys() <= CASES.keys()
        assert {*limit.ahead_of} <= PEERS.keys()
        assert 0 <= limit.slack < 0.5


def test_limits_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text('slack = 0.1\n[wsgi]\nahead_of = ["falcon", "bottle"]\nplain = 0.5\n')
    assert read_limits(path) == {
        "wsgi": Limits(ahead_of=["falcon", "bottle"], ratios={"plain": 0.5}, slack=0.1)
    }


def test_a_ratio_is_to_the_fastest_and_of_the_least(limits: dict[str, Limits]) -> None:
    (line,), good = judge(found(quaff=1000, falcon=2000, bottle=8000), limits)
    assert good
    assert "ratio to falcon 0.50, limit 0.50" in line


def test_within_the_slack_is_good_enough(limits: dict[str, Limits]) -> None:
    assert judge(found(quaff=1090, falcon=2000, bottle=8000), limits)[1]


def test_over_the_limit_is_not(limits: dict[str, Limits]) -> None:
    (line,), good = judge(found(quaff=1110, falcon=2000, bottle=8000), limits)
    assert not good
    assert line.endswith("EXCEEDED")


def test_no_answer_is_not(limits: dict[str, Limits]) -> None:
    measured = found(quaff=1000, falcon=2000, bottle=8000)
    measured[Job("plain", "wsgi", "falcon")] = Measured(error="wrong")
    assert judge(measured, limits) == (["wsgi plain: no answer from falcon"], False)
