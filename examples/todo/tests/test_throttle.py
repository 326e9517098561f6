"""Who fails too often has to wait."""

from __future__ import annotations

import pytest

from examples.todo.throttle import Throttle, TooMany


class Clock:
    """A time that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_attempts_come_back_one_by_one() -> None:
    clock = Clock()
    throttle = Throttle(most=2, seconds=10, clock=clock)
    throttle.attempt("ada")
    clock.now = 4
    throttle.attempt("ada")
    with pytest.raises(TooMany) as caught:
        throttle.attempt("ada")
    assert caught.value.wait == 7
    throttle.attempt("ben")
    clock.now = 11
    throttle.attempt("ada")
    with pytest.raises(TooMany):
        throttle.attempt("ada")


def test_who_was_right_begins_anew() -> None:
    throttle = Throttle(most=1, seconds=10, clock=Clock())
    throttle.attempt("ada")
    throttle.forget("ada")
    throttle.attempt("ada")
    with pytest.raises(TooMany):
        throttle.attempt("ada")


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "KEYS", 2)
    throttle = Throttle(most=1, seconds=10, clock=Clock())
    for name in ("ada", "ben", "eva"):
        throttle.attempt(name)
    throttle.attempt("ada")
    with pytest.raises(TooMany):
        throttle.attempt("eva")
