from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

import pytest

from quaff import MethodView, Quaff, Query, View
from quaff.binding.parameters import Signature
from quaff.flask import Flask


def signature(app: Quaff, endpoint: str, method: str | None = None) -> Signature | None:
    app.url_map.update()
    [rule] = app.url_map.iter_rules(endpoint)
    return app.plan.signature(rule, method)


def names(signature: Signature | None) -> list[str]:
    assert signature is not None
    return [parameter.name for parameter in signature.parameters]


@pytest.fixture
def app() -> Quaff:
    return Quaff("example", static_folder=None)


def test_the_rule_says_what_the_url_fills(app: Quaff) -> None:
    def view(a: int, b: int, c: int) -> None: ...

    app.add_url_rule("/<a>", "view", view, defaults={"b": 1})
    found = signature(app, "view")
    assert found is not None
    assert [(p.name, p.source) for p in found.parameters] == [("a", "path"), ("c", "query")]


def test_each_method_of_a_method_view_has_its_signature(app: Quaff) -> None:
    def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        return inner

    class Items(MethodView):
        decorators = (decorated,)  # type: ignore[assignment]

        def get(self, page: int) -> None: ...

        @staticmethod
        def post(title: str) -> None: ...

        @classmethod
        def put(cls, number: int) -> None: ...

    app.add_url_rule("/", view_func=Items.as_view("items"))
    assert names(signature(app, "items", "GET")) == ["page"]
    assert names(signature(app, "items", "HEAD")) == ["page"]
    assert names(signature(app, "items", "POST")) == ["title"]
    assert names(signature(app, "items", "PUT")) == ["number"]
    assert signature(app, "items") is None
    assert signature(app, "items", "DELETE") is None


def test_other_class_based_views_have_one(app: Quaff) -> None:
    class Page(View):
        def dispatch_request(self, page: int) -> str:  # type: ignore[override]
            return str(page)

    app.add_url_rule("/", view_func=Page.as_view("page"))
    assert names(signature(app, "page")) == ["page"]


def test_flasks_name_binds_marked_parameters_only() -> None:
    app = Flask("example", static_folder=None)

    @app.route("/")
    def view(a: int, b: Annotated[int, Query()]) -> None: ...

    assert names(signature(app, "view")) == ["b"]


def test_what_a_websocket_view_is_given_is_not_bound(app: Quaff) -> None:
    def view(ws: object, page: int) -> None: ...

    app.add_url_rule("/", "view", view, websocket=True)
    assert names(signature(app, "view")) == ["page"]
