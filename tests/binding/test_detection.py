from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from quaff import MethodView, Query, View
from quaff.binding.detection import is_typed


def typed(page: int) -> None: ...


def plain(page) -> str:  # type: ignore[no-untyped-def]
    return ""


def starred(first, /, page, *others: int, kind="", **values: int) -> str:  # type: ignore[no-untyped-def]
    return ""


def starred_and_typed(*others: int, page: int, **values: int) -> str:
    return ""


def marked(page=Query()) -> None: ...  # type: ignore[no-untyped-def]  # noqa: B008


class Typed:
    def __call__(self, page: int) -> None: ...

    def method(self, page: int) -> None: ...


class Plain(MethodView):
    def get(self, page) -> str:  # type: ignore[no-untyped-def]
        return ""


class OneTyped(Plain):
    def post(self, page: int) -> str:
        return ""


class TypedView(View):
    def dispatch_request(self, page: int) -> str:  # type: ignore[override]
        return ""


class Late:
    """A function of Python 3.14 with an annotation that only type checkers know."""

    __code__ = typed.__code__

    @property
    def __annotations__(self) -> Any:
        raise NameError

    def __call__(self) -> None: ...


def decorated(view: Callable[..., Any]) -> Any:
    @functools.wraps(view)
    def inner(*args: int, **kwargs: int) -> Any: ...

    return inner


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (typed, True),
        (plain, False),
        (starred, False),
        (starred_and_typed, True),
        (marked, True),
        (len, False),
        (decorated(typed), True),
        (decorated(plain), False),
        (functools.partial(typed), True),
        (functools.partial(decorated(plain)), False),
        (Typed(), True),
        (Typed().method, True),
        (OneTyped.as_view("view"), True),
        (Plain.as_view("view"), False),
        (TypedView.as_view("view"), True),
        (Late(), True),
    ],
)
def test_views_with_annotated_parameters_are_found(view: Any, expected: bool) -> None:
    assert is_typed(view) is expected
