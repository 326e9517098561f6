"""HTTP errors as problem details, through every gateway."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from werkzeug.exceptions import HTTPException, TooManyRequests

from quaff import Blueprint, Quaff, abort, request
from quaff.binding.errors import ValidationError
from quaff.testing.client import Gateway
from tests.each_gateway import deliver

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Item(msgspec.Struct):
    name: str


@pytest.fixture
def app() -> Quaff:
    """An application whose errors are problems."""
    app = Quaff("example", static_folder=None, errors="problem")

    @app.post("/items")
    def add(item: Item, page: int = 1) -> str:
        return item.name

    @app.post("/json")
    def read() -> Any:
        return request.get_json()

    @app.get("/abort/<int:code>")
    def stop(code: int) -> None:
        abort(code)

    @app.get("/fail")
    def fail() -> None:
        raise LookupError("a secret")

    return app


def json_of(reply: Any) -> Any:
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert "Accept" in reply.headers["Vary"]
    return msgspec.json.decode(reply.body)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/problem+json"])
def test_programs_get_json(app: Quaff, gateway: Gateway, accept: str | None) -> None:
    fields = [("Host", "localhost"), *([("Accept", accept)] if accept else [])]
    reply = deliver(app, gateway, target="/nowhere", headers=fields)
    assert reply.status == 404
    assert json_of(reply) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": (
            "The requested URL was not found on the server. If you entered the URL manually please "
            "check your spelling and try again."
        ),
    }


def test_browsers_get_a_page(app: Quaff, gateway: Gateway) -> None:
    fields = [("Host", "localhost"), ("Accept", BROWSER)]
    reply = deliver(app, gateway, target="/nowhere", headers=fields)
    assert reply.status == 404
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Not Found</h1>" in reply.text
    body = b'{"name": 1}'
    fields += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    reply = deliver(app, gateway, method="POST", target="/items", headers=fields, body=body)
    assert reply.status == 422
    assert "<code>body.name</code>" in reply.text


def test_all_errors_negotiate(
    app: Quaff, gateway: Gateway, logged: pytest.LogCaptureFixture
) -> None:
    reply = deliver(app, gateway, method="PUT", target="/items")
    assert (reply.status, json_of(reply)["title"]) == (405, "Method Not Allowed")
    assert "POST" in reply.headers["Allow"]
    reply = deliver(app, gateway, target="/fail")
    assert (reply.status, json_of(reply)["status"]) == (500, 500)
    assert "secret" not in reply.text
    assert json_of(deliver(app, gateway, target="/abort/410"))["title"] == "Gone"
    reply = deliver(app, gateway, target="/", headers=[("Host", "no host!")])
    assert (reply.status, json_of(reply)["status"]) == (400, 400)
    fields = [("Host", "localhost"), ("Content-Type", "application/json"), ("Content-Length", "1")]
    reply = deliver(app, gateway, method="POST", target="/json", headers=fields, body=b"{")
    assert (reply.status, json_of(reply)["title"]) == (400, "Bad Request")
    fields = [("Host", "localhost"), ("Content-Type", "text/plain"), ("Content-Length", "1")]
    reply = deliver(app, gateway, method="POST", target="/json", headers=fields, body=b"{")
    assert (reply.status, json_of(reply)["status"]) == (415, 415)


def test_two_hosts_are_a_problem_before_anything_runs(app: Quaff, gateway: Gateway) -> None:
    fields = [("Host", "a.example"), ("Host", "b.example")]
    assert json_of(deliver(app, gateway, headers=fields))["status"] == 400


def test_fields_of_the_error_are_kept(app: Quaff, gateway: Gateway) -> None:
    @app.get("/limited")
    def limited() -> None:
        raise TooManyRequests(retry_after=7)

    reply = deliver(app, gateway, target="/limited")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "7")


def test_handlers_come_first(app: Quaff, gateway: Gateway) -> None:
    app.register_error_handler(404, lambda error: ("handled", 404))
    assert deliver(app, gateway, target="/nowhere").text == "handled"


def test_the_application_may_change_the_details(app: Quaff, gateway: Gateway) -> None:
    @app.problem_details
    def shape(error: HTTPException, details: dict[str, Any]) -> dict[str, Any]:
        return {"error": details["title"], "code": error.code}

    reply = deliver(app, gateway, target="/nowhere")
    assert json_of(reply) == {"error": "Not Found", "code": 404}
    reply = deliver(app, gateway, target="/nowhere", headers=[("Accept", "text/html")])
    assert "<h1>Not Found</h1>" in reply.text


def test_an_explicit_response_is_sent_as_it_is(app: Quaff, gateway: Gateway) -> None:
    @app.get("/explicit")
    def explicit() -> None:
        abort(app.response_class("mine", 418))

    reply = deliver(app, gateway, target="/explicit")
    assert (reply.status, reply.text) == (418, "mine")


@pytest.mark.parametrize(
    ("of_app", "of_outer", "of_inner", "is_problem"),
    [
        (None, None, None, False),
        (None, "problem", None, True),
        (None, "problem", "page", False),
        ("problem", None, None, True),
        ("problem", "page", None, False),
        ("problem", "page", "problem", True),
    ],
)
def test_the_innermost_blueprint_decides(
    of_app: Any, of_outer: Any, of_inner: Any, is_problem: bool
) -> None:
    app = Quaff("example", static_folder=None, errors=of_app)
    outer = Blueprint("outer", "example", errors=of_outer)
    inner = Blueprint("inner", "example", errors=of_inner)
    inner.add_url_rule("/", "view", lambda: abort(410))
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    response = app.test_client().get("/")
    assert response.status_code == 410
    assert (response.mimetype == "application/problem+json") == is_problem
    # A URL that belongs to nobody is the application's.
    missing = app.test_client().get("/nowhere")
    assert (missing.mimetype == "application/problem+json") == (of_app == "problem")


def test_requests_that_do_not_fit_are_always_problems(gateway: Gateway) -> None:
    app = Quaff("example", static_folder=None)

    @app.get("/")
    def view(page: int) -> str:
        return str(page)

    reply = deliver(app, gateway, target="/?page=x")
    problem = json_of(reply)
    assert problem["errors"] == [{"loc": ["query", "page"], "msg": problem["errors"][0]["msg"]}]
    assert deliver(app, gateway, target="/nowhere").headers["Content-Type"].startswith("text/html")


def test_a_validation_error_outside_of_an_application_is_a_problem_too() -> None:
    response = ValidationError([{"loc": ["query", "a"], "msg": "Required"}]).get_response()
    assert response.status_code == 422
    assert msgspec.json.decode(response.get_data())["errors"][0]["loc"] == ["query", "a"]
