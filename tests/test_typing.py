"""The names for annotations."""

from __future__ import annotations

from typing import get_args, get_type_hints

from werkzeug.wrappers import Response

from quaff import typing as names


def test_there_are_the_nineteen_names_of_flask():
    assert len(names.__all__) == 19
    assert [name for name in names.__all__ if not hasattr(names, name)] == []


def test_they_can_be_evaluated_and_combined():
    def view(value: names.ResponseReturnValue | None) -> names.RouteCallable:
        raise NotImplementedError

    hints = get_type_hints(view)
    assert hints["value"] == names.ResponseReturnValue | None
    assert hints["return"] == names.RouteCallable
    assert Response in get_args(names.ResponseValue)
