"""Numbers that are none, wherever a client may send them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
import pydantic
import pytest

from quaff import Body, Form, Quaff, Query
from quaff.binding.finite import finite, has_any
from quaff.testing import QuaffClient

NONE = ["nan", "NaN", "inf", "-Infinity"]


@dataclass
class Price:
    amount: Decimal
    factor: float = 1.0


@dataclass
class Order:
    name: str = ""
    prices: dict[str, list[Price]] = field(default_factory=dict)


class Corner(NamedTuple):
    x: float
    y: float = 0.0


Amount = TypeVar("Amount", bound=Decimal)


@dataclass
class Sum(Generic[Amount]):
    total: Amount


@dataclass
class Scale:
    steps: set[Decimal] = field(default_factory=set)
    names: dict[str, dict[Decimal, str]] = field(default_factory=dict)
    marks: dict[float, str] = field(default_factory=dict)


@pytest.fixture
def shop(app: Quaff) -> Quaff:
    """An application with numbers everywhere."""

    @app.get("/one")
    def one(number: float | None = None) -> dict[str, Any]:
        return {"number": number}

    @app.get("/exact")
    def exact(number: Decimal) -> dict[str, Any]:
        return {"number": number > 1}

    @app.get("/many")
    def many(number: list[float]) -> dict[str, Any]:
        return {"number": number}

    @app.get("/path/<number>")
    def path(number: float) -> dict[str, Any]:
        return {"number": number}

    @app.get("/corner")
    def corner(at: Annotated[Corner, Query()]) -> dict[str, Any]:
        return {"number": at.x}

    @app.post("/form")
    def form(price: Annotated[Price, Form()]) -> dict[str, Any]:
        return {"number": price.amount > 1}

    @app.post("/body")
    def body(order: Order) -> dict[str, Any]:
        return {"number": [price.amount > 1 for price in order.prices.get("a", ())]}

    return app


def problems(response: Any) -> Any:
    assert response.status_code == 422
    return response.json["errors"]


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("/one?number={}", ["query", "number"]),
        ("/exact?number={}", ["query", "number"]),
        ("/many?number=1&number={}", ["query", "number", 1]),
        ("/path/{}", ["path", "number"]),
        ("/corner?x={}", ["query", "x"]),
        ("/corner?x=1&y={}", ["query", "y"]),
    ],
)
def test_texts(shop: Quaff, client: QuaffClient, path: str, loc: list[Any], text: str) -> None:
    assert client.get(path.format("2")).status_code == 200
    expected = [{"loc": loc, "msg": "Expected a finite number"}]
    assert problems(client.get(path.format(text))) == expected


@pytest.mark.parametrize("text", [*NONE, "sNaN"])
def test_decimals(shop: Quaff, client: QuaffClient, text: str) -> None:
    message = "Expected a finite number"
    found = problems(client.get("/exact", query_string={"number": text}))
    assert found == [{"loc": ["query", "number"], "msg": message}]
    found = problems(client.post("/form", data={"amount": text}))
    assert found == [{"loc": ["form", "amount"], "msg": message}]
    order = {"prices": {"a": [{"amount": "1.5"}, {"amount": text}]}}
    assert problems(client.post("/body", json=order)) == [{"loc": ["body"], "msg": message}]


@pytest.mark.parametrize("text", [*NONE, "sNaN"])
def test_sets_and_keys(app: Quaff, client: QuaffClient, text: str) -> None:
    @app.get("/")
    def exact(number: set[Decimal]) -> str:
        return str(len(number))

    @app.post("/scale")
    def scale(scale: Scale) -> str:
        return "fits"

    @app.post("/keys")
    def keys(keys: Annotated[dict[Decimal, int], Body()]) -> str:
        return "fits"

    @app.post("/steps")
    def steps(scale: Annotated[Scale, Form()]) -> str:
        return "fits"

    message = "Expected a finite number"
    found = problems(client.get("/", query_string={"number": ["1", text]}))
    assert found == [{"loc": ["query", "number", 1], "msg": message}]
    assert problems(client.post("/keys", json={text: 1})) == [{"loc": ["body"], "msg": message}]
    for body in ({"steps": ["1", text]}, {"names": {"a": {text: ""}}}):
        (problem,) = problems(client.post("/scale", json=body))
        assert (problem["loc"][0], problem["msg"]) == ("body", message)
    found = problems(client.post("/steps", data={"names": f'{{"a": {{"{text}": ""}}}}'}))
    assert found[0]["msg"] == message
    good = {"steps": ["1", "2"], "names": {"a": {"1.5": ""}}, "marks": {"1": ""}}
    assert client.post("/scale", json=good).text == "fits"


def test_keys_that_are_floats(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def scale(scale: Scale) -> str:
        return "fits"

    for text in NONE:
        found = problems(client.post("/", json={"marks": {text: ""}}))
        assert found == [{"loc": ["body"], "msg": "Expected a finite number"}]


class Weight(pydantic.BaseModel):
    grams: float
    label: str = ""
    more: dict[str, Any] = {}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_bodies_that_are_no_json(app: Quaff, client: QuaffClient, text: str) -> None:
    @app.post("/")
    def add(weight: Weight | list[Weight]) -> str:
        return weight.label if isinstance(weight, Weight) else "many"

    for body in (f'{{"grams": {text}}}', f'[\n{{"grams": 1, "more": {{"a": {text}}}}}]'):
        response = client.post("/", data=body, content_type="application/json")
        assert response.status_code == 400
        assert f"line {body.count(chr(10)) + 1}, column" in response.text
    assert client.post("/", json={"grams": 1, "label": text}).text == text
    assert client.post("/", json={"grams": "", "label": text}).status_code == 422


def test_what_a_type_variable_stands_for(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def add(total: Sum) -> str:  # type: ignore[type-arg]
        return "fits"

    assert client.post("/", json={"total": "1.5"}).text == "fits"
    assert client.post("/", json={"total": "NaN"}).status_code == 422


def test_items_that_no_set_can_hold_are_the_developers_fault(
    app: Quaff, client: QuaffClient
) -> None:
    @app.post("/")
    def add(prices: Annotated[set[Price], Body()]) -> str:
        return "fits"

    assert client.post("/", json=[{"amount": 1}]).status_code == 500


def test_large_decimals_are_numbers(shop: Quaff, client: QuaffClient) -> None:
    order = {"prices": {"a": [{"amount": "1e999"}, {"amount": 0.5}]}}
    assert client.post("/body", json=order).json == {"number": [True, False]}
    assert client.get("/exact?number=1e999").json == {"number": True}


def test_values_that_are_no_numbers_are_left_alone() -> None:
    for value in (None, "nan", ["inf", 1], {"a": float("nan")}, enum.Enum):
        assert finite(value) is value
    with pytest.raises(msgspec.ValidationError):
        finite({1.0, float("inf")})


def test_types_with_numbers_in_them() -> None:
    numbers = frozenset({Decimal})
    for annotation in (Decimal, list[Decimal | None], Annotated[dict[str, Decimal], 1]):
        assert has_any(annotation, numbers)
    for annotation in (float, str, Literal["Decimal", 1], Any, dict[str, list[int]], Price):
        assert not has_any(annotation, numbers)
