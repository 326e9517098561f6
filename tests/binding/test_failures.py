from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
import pydantic
import pytest

from quaff import Quaff
from quaff.binding.failures import MAX_LISTED, MAX_PROBLEMS, MAX_SIZE


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    name: str


@dataclass
class Tree:
    value: int
    children: list[Tree]


@dataclass
class Home:
    pet: Cat | Dog
    tree: Tree | None = None
    more: dict[str, list[Cat | Dog]] | None = None


@dataclass
class Counts:
    ages: dict[int, int]
    days: dict[date, int]


def answer(body: Any, annotation: Any) -> Any:
    """The response to a JSON body, or to bytes that pass for one."""
    app = Quaff("example", static_folder=None)

    def view(body: Any) -> str:
        return "fits"

    view.__annotations__["body"] = annotation
    app.post("/")(view)
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return app.test_client().post("/", data=data, content_type="application/json")


def problems(body: Any, annotation: Any = Home) -> list[tuple[list[Any], str]]:
    """What a client is told of a JSON body."""
    response = answer(body, annotation)
    assert response.status_code == 422, response.text
    return [(error["loc"], error["msg"]) for error in response.json["errors"]]


def test_the_tag_says_which_member_of_a_union_it_is() -> None:
    assert problems({"pet": {"type": "cat", "lives": "x"}}) == [
        (["body", "pet", "lives"], "Expected `int`, got `str`")
    ]
    assert problems({"pet": {"type": "dog"}}) == [(["body", "pet", "name"], "Required")]


def test_an_unknown_tag_is_not_repeated() -> None:
    assert problems({"pet": {"type": "secret"}}) == [(["body", "pet", "type"], "Invalid value")]
    assert problems({"pet": {}}) == [(["body", "pet", "type"], "Required")]


def test_parts_of_parts_are_looked_at() -> None:
    leaf = {"value": "x", "children": []}
    body = {
        "pet": {"type": "cat", "lives": 9},
        "tree": {"value": 1, "children": [leaf, {"value": 2, "children": [leaf, {}]}]},
        "more": {"secret": [{"type": "cat", "lives": "x"}, {"type": "dog", "name": "a"}, 3]},
    }
    place = ["body", "tree", "children"]
    assert problems(body) == [
        ([*place, 0, "value"], "Expected `int`, got `str`"),
        ([*place, 1, "children", 0, "value"], "Expected `int`, got `str`"),
        ([*place, 1, "children", 1, "value"], "Required"),
        ([*place, 1, "children", 1, "children"], "Required"),
        (["body", "more", "*", 0, "lives"], "Expected `int`, got `str`"),
        (["body", "more", "*", 2], "Expected `object`, got `int`"),
    ]


def test_what_is_nested_deep_is_told_as_well_as_can_be() -> None:
    tree: dict[str, Any] = {"value": "x", "children": []}
    for _ in range(100):
        tree = {"value": 1, "children": [tree]}
    [(loc, message)] = problems(tree, Tree)
    assert loc == ["body", *["children", 0] * 100, "value"]
    assert message == "Expected `int`, got `str`"


def test_many_problems_are_neither_all_told_nor_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[Any] = []
    convert = msgspec.convert

    def counted(value: Any, *args: Any, **options: Any) -> Any:
        converted.append(value)
        return convert(value, *args, **options)

    monkeypatch.setattr(msgspec, "convert", counted)
    wrong = [{"type": "cat", "number": number} for number in range(MAX_PROBLEMS * 3)]
    assert len(problems(wrong, list[Cat])) == MAX_PROBLEMS
    assert wrong[MAX_PROBLEMS - 1] in converted
    assert wrong[MAX_PROBLEMS + 1] not in converted


def test_too_many_problems_of_pydantic_are_not_listed() -> None:
    class Number(pydantic.BaseModel):
        number: int

    assert len(problems([{}] * MAX_LISTED, list[Number])) == MAX_PROBLEMS
    [problem] = problems([{}] * (MAX_LISTED + 1), list[Number])
    assert problem == (["body"], "More than 1000 problems")


def test_of_a_large_body_the_first_problem_is_told() -> None:
    body = [{"type": "cat", "lives": "x"}] * 2 + [{"type": "cat", "lives": 1}] * (MAX_SIZE // 20)
    assert [loc for loc, _ in problems(body, list[Cat])] == [["body", 0, "lives"]]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"pet":\n"\xff"}', "line 2, column 2"),
        (b'{"x": "\xff"}', "line 1, column 8"),
        (b'"\\ud800"', "not valid JSON: line 1, column 2"),
        (b'"\\\\\\ud800"', "not valid JSON: line 1, column 4"),
        (b'"\\\\ud800', "ends too early to be JSON: line 1, column 9"),
        (b"\xef\xbb\xbf{}", "line 1, column 1"),
    ],
)
def test_texts_that_are_none_are_told(data: bytes, place: str) -> None:
    response = answer(data, Home)
    assert response.status_code == 400
    assert place in response.text


def test_keys_that_fit_are_no_problem() -> None:
    found = problems({"ages": {"7": "x"}, "days": {"2026-01-31": 1, "2026-02-01": 2}}, Counts)
    assert found == [(["body", "ages", "*"], "Expected `int`, got `str`")]
    found = problems({"ages": {"7": 1}, "days": {"never": 1}}, Counts)
    assert found == [(["body", "days"], "Invalid RFC3339 encoded date")]
    found = problems({"ages": {"7": 1}, "days": 1}, Counts)
    assert found == [(["body", "days"], "Expected `object`, got `int`")]


def test_a_named_tuple_is_an_array() -> None:
    class Pair(NamedTuple):
        name: str
        size: int

    assert answer(b'["a", 1]', Pair).status_code == 200
    response = answer(b'{"name": 1}', Pair)
    assert response.json["errors"] == [{"loc": ["body"], "msg": "Expected `array`, got `object`"}]


@pytest.mark.parametrize("data", [b"null", b"3", b"[]"])
def test_other_json_is_told(data: bytes) -> None:
    assert [loc for loc, _ in problems(data)] == [["body"]]
