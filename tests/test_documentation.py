"""What is said of routes, carried from here to there."""

from __future__ import annotations

from functools import wraps
from typing import Any

from quaff import Quaff, describe
from quaff.documentation import take_documentation


def test_only_options_that_document_are_taken() -> None:
    options = {"summary": "A", "defaults": {}, "deprecated": False, "methods": ["GET"]}
    assert take_documentation(options) == {"summary": "A", "deprecated": False}
    assert options == {"defaults": {}, "methods": ["GET"]}


def test_documented_routes_match_as_others_do() -> None:
    app = Quaff("shop", static_folder=None)

    @app.get("/<int:id>", summary="A", tags=["a"], responses={404: None}, operation_id="x")
    def show(id: int) -> str:
        return str(id + 1)

    assert app.test_client().get("/1").text == "2"
    (rule,) = app.url_map.iter_rules()
    assert rule.documentation == {  # type: ignore[attr-defined]
        "summary": "A",
        "tags": ["a"],
        "responses": {404: None},
        "operation_id": "x",
    }


def test_descriptions_add_up_through_decorators() -> None:
    def logged(function: Any) -> Any:
        @wraps(function)
        def call(**values: Any) -> Any:
            return function(**values)

        return call

    @describe(summary="Outer")
    @logged
    @describe(summary="Inner", tags=["a"])
    def view() -> str:
        return ""

    assert view.__openapi__ == {"summary": "Outer", "tags": ["a"]}
    assert view() == ""
