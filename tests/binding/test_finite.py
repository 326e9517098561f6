"""Numbers that are none, wherever a client may send them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pytest

from quaff import Form, Quaff, Query
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
