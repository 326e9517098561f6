"""The problems that requests are answered with (RFC 9457), as types for `responses=`."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

__all__ = ["InvalidValue", "Problem", "ValidationProblem", "is_problem"]


class Problem(TypedDict):
    """What went wrong, for programs (RFC 9457)."""

    type: NotRequired[str]
    title: str
    status: int
    detail: NotRequired[str]
    instance: NotRequired[str]


class InvalidValue(TypedDict):
    """One thing that is wrong with a request: the way to the value, and what is expected there."""

    loc: list[str | int]
    msg: str


class ValidationProblem(Problem):
    """Everything that is wrong with a request that does not have the form asked for."""

    errors: list[InvalidValue]


def is_problem(kind: Any) -> bool:
    """Whether a type is one that is sent as `application/problem+json`."""
    return kind is Problem or kind is ValidationProblem
