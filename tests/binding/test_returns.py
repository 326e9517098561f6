"""Models as what views return, and the check of return annotations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import msgspec
import pydantic
import pytest
import werkzeug

from quaff import Quaff, Response
from quaff.binding.returns import ResponseMismatch
from quaff.flask import Flask
from quaff.testing import QuaffClient


@dataclass
class Plain:
    name: str
    price: Decimal


class Struct(msgspec.Struct, rename="camel"):
    unit_price: float
    day: date


@attrs.define
class Attrs:
    id: UUID


class Model(pydantic.BaseModel):
    number: int = pydantic.Field(alias="theNumber")
    plain: Plain | None = None


VALUES: list[tuple[Any, Any]] = [
    (Plain("tea", Decimal("2.50")), {"name": "tea", "price": "2.50"}),
    (Struct(1.5, date(2020, 2, 3)), {"unitPrice": 1.5, "day": "2020-02-03"}),
    (Attrs(UUID(int=1)), {"id": "00000000-0000-0000-0000-000000000001"}),
    (Model(theNumber=1), {"theNumber": 1, "plain": None}),
    ([Model(theNumber=1, plain=Plain("tea", Decimal(1)))], None),
    ({"items": [Struct(1, date(2020, 2, 3)), Attrs(UUID(int=2))]}, None),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: type(value).__name__)
def test_models_become_json(app: Quaff, client: QuaffClient, value: Any, expected: Any) -> None:
    app.add_url_rule("/", "view", lambda: value)
    app.add_url_rule("/status", "status", lambda: (value, 201, {"X-Field": "value"}))
    response = client.get("/")
    assert response.content_type == "application/json"
    if expected is not None:
        assert response.json == expected
    else:
        assert "tea" in response.text or "2020-02-03" in response.text
    created = client.get("/status")
    assert (created.status_code, created.headers["X-Field"]) == (201, "value")
    assert created.json == response.json


def test_a_model_that_is_a_response_in_another_way_stays_one(
    app: Quaff, client: QuaffClient
) -> None:
    @dataclass
    class Page:
        text: str

        def __call__(self, environ: Any, start_response: Any) -> Any:
            return werkzeug.Response(self.text)(environ, start_response)

    app.add_url_rule("/", "view", lambda: Page("page"))
    assert client.get("/").text == "page"


def test_under_flasks_name_nothing_changes() -> None:
    app = Flask("example")
    app.testing = True
    app.add_url_rule("/", "view", lambda: Plain("tea", Decimal(1)))
    with pytest.raises(TypeError, match="did not return a valid response"):
        app.test_client().get("/")


# -- the check -----------------------------------------------------------------------------------


@pytest.fixture
def checking(app: Quaff) -> Quaff:
    app.config.update(VALIDATE_RESPONSES=True, TESTING=True)
    return app


def test_what_does_not_fit_says_which_field_of_which_view(
    checking: Quaff, client: QuaffClient
) -> None:
    @checking.get("/")
    def show() -> list[Struct]:
        return [Struct(1.5, date(2020, 2, 3)), Struct("two", date(2020, 2, 3))]  # type: ignore[arg-type]

    with pytest.raises(ResponseMismatch, match=r"show\(\) in .*test_returns\.py:\d+") as caught:
        client.get("/")
    assert "$[1].unitPrice" in str(caught.value)


def test_what_fits_passes(checking: Quaff, client: QuaffClient) -> None:
    @checking.get("/struct")
    async def struct() -> Struct:
        return Struct(1.5, date(2020, 2, 3))

    @checking.get("/status")
    def status() -> tuple[Plain, int]:
        return Plain("tea", Decimal(2)), 201

    @checking.get("/model")
    def model() -> Model | list[Model]:
        return Model(theNumber=1)

    @checking.get("/response")
    def response() -> Struct:
        return Response("made by hand")  # type: ignore[return-value]

    @checking.get("/text")
    def text() -> str:
        return "text"

    @checking.get("/nothing")
    def nothing():  # type: ignore[no-untyped-def]
        return {"any": "thing"}

    for path, code in (
        ("struct", 200),
        ("status", 201),
        ("model", 200),
        ("response", 200),
        ("text", 200),
        ("nothing", 200),
    ):
        assert client.get(f"/{path}").status_code == code


def test_models_of_pydantic_dicts_and_texts_are_checked_too(
    checking: Quaff, client: QuaffClient
) -> None:
    @checking.get("/model")
    def model() -> Model:
        return {"theNumber": "many"}  # type: ignore[return-value]

    @checking.get("/dict")
    async def mapping() -> dict[str, int]:
        return {"a": "b"}  # type: ignore[dict-item]

    @checking.get("/text")
    def text() -> tuple[Plain, int]:
        return "It is gone.", 404  # type: ignore[return-value]

    for path in ("/model", "/dict", "/text"):
        with pytest.raises(ResponseMismatch):
            client.get(path)


def test_without_the_setting_nothing_is_checked(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view() -> dict[str, int]:
        return {"a": "b"}  # type: ignore[dict-item]

    assert client.get("/").json == {"a": "b"}


class Money:
    """Known to the application's JSON provider alone."""


@pytest.mark.parametrize("annotation", [dict[str, date | str], dict[str, Money], list[Money]])
def test_what_only_type_checkers_understand_is_not_checked(
    app: Quaff, client: QuaffClient, annotation: Any
) -> None:
    def view() -> Any:
        return {"a": "b"} if annotation != list[Money] else ["a"]

    view.__annotations__["return"] = annotation
    app.get("/")(view)
    app.config["VALIDATE_RESPONSES"] = True
    assert client.get("/").status_code == 200
