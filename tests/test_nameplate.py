from __future__ import annotations

import pytest

from quaff import nameplate


def test_variables():
    assert nameplate.QUAFF.variable("APP") == "QUAFF_APP"


@pytest.mark.parametrize(
    ("value", "is_set"),
    [
        (None, False),
        ("", False),
        ("0", False),
        ("False", False),
        ("NO", False),
        ("1", True),
        ("x", True),
    ],
)
def test_flags(monkeypatch, value, is_set):
    monkeypatch.setenv("QUAFF_FLAG", "")
    monkeypatch.delenv("QUAFF_FLAG") if value is None else monkeypatch.setenv("QUAFF_FLAG", value)
    assert nameplate.QUAFF.flag("FLAG") is is_set


def test_one_nameplate_hangs_at_a_time(monkeypatch):
    monkeypatch.setattr(nameplate, "active", nameplate.QUAFF)
    other = nameplate.Nameplate("Drink", "drink", "DRINK", ".drinkenv", "drink", ())
    nameplate.hang(other)
    assert nameplate.active is other
