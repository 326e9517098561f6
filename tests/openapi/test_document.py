"""The document of applications, without regard to types."""

from __future__ import annotations

import json
import sys
import types
from functools import partial, wraps
from typing import Any

import pytest
from werkzeug.routing import Rule

from quaff import Blueprint, MethodView, Quaff, Response, describe
from tests.openapi.validated import operation, operations, validated


def view(**values: Any) -> str:
    return "text"


def numbers() -> list[int]:
    return []


@pytest.fixture
def app() -> Quaff:
    return Quaff("shop", static_folder=None)


def test_an_application_without_routes(app: Quaff) -> None:
    assert validated(app) == {
        "openapi": "3.1.1",
        "info": {"title": "shop", "version": "1.0.0"},
        "paths": {},
    }


def test_info_is_configured(app: Quaff) -> None:
    app.config.update(
        OPENAPI_TITLE="Shop",
        OPENAPI_VERSION=2,
        OPENAPI_DESCRIPTION="Sells tea.",
        OPENAPI_INFO={"license": {"name": "MIT"}},
    )
    assert validated(app)["info"] == {
        "title": "Shop",
        "version": "2",
        "description": "Sells tea.",
        "license": {"name": "MIT"},
    }


@pytest.mark.parametrize(
    ("config", "servers"),
    [
        ({}, None),
        ({"APPLICATION_ROOT": "/shop/"}, [{"url": "/shop"}]),
        (
            {"SERVER_NAME": "a.example", "PREFERRED_URL_SCHEME": "https"},
            [{"url": "https://a.example"}],
        ),
        (
            {"OPENAPI_SERVERS": ["https://x", {"url": "/y", "description": "Y"}]},
            [{"url": "https://x"}, {"url": "/y", "description": "Y"}],
        ),
    ],
)
def test_servers(app: Quaff, config: dict[str, Any], servers: Any) -> None:
    app.config.update(config)
    assert validated(app).get("servers") == servers


# -- what is listed ------------------------------------------------------------------------------


def test_rules_become_path_templates(app: Quaff) -> None:
    app.add_url_rule("/users/<int:id>/files/<path:name>", "file", view)
    only = operations(app)["GET /users/{id}/files/{name}"]
    assert only["parameters"] == [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0},
        },
        {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
    ]


def test_methods_that_are_answered_automatically_are_left_out(app: Quaff) -> None:
    app.add_url_rule("/", "index", view, methods=["GET", "PATCH"])
    assert list(operations(app)) == ["GET /", "PATCH /"]


def test_options_and_head_of_its_own_are_listed(app: Quaff) -> None:
    app.add_url_rule("/a", "a", view, methods=["OPTIONS"])
    app.add_url_rule("/b", "b", view, methods=["HEAD"])
    assert list(operations(app)) == ["OPTIONS /a", "HEAD /b"]


def test_methods_that_openapi_does_not_know_are_left_out(app: Quaff) -> None:
    app.add_url_rule("/", "index", view, methods=["COPY", "POST"])
    assert list(operations(app)) == ["POST /"]


def test_static_files_hidden_routes_and_redirects_are_left_out() -> None:
    app = Quaff("shop", static_folder="static")
    blueprint = Blueprint("pages", __name__, static_folder="files", url_prefix="/pages")
    app.register_blueprint(blueprint)
    app.add_url_rule("/hidden", "hidden", view, openapi=False)
    app.add_url_rule("/built", "built", view, build_only=True)
    app.add_url_rule("/old", "old", view, redirect_to="/new")
    app.add_url_rule("/socket", "socket", view, websocket=True)
    app.add_url_rule("/new", "new", view)
    app.add_url_rule("/newer", "new", view, alias=True)
    app.url_map.add(Rule("/missing", endpoint="missing"))
    assert list(operations(app)) == ["GET /new"]


def test_rules_added_to_the_map_are_listed(app: Quaff) -> None:
    app.url_map.add(Rule("/direct", endpoint="direct", methods=["GET"]))
    app.view_functions["direct"] = view
    assert list(operations(app)) == ["GET /direct"]


def test_braces_of_a_rule_are_no_variables(app: Quaff) -> None:
    app.add_url_rule("/a{b}/<c>", "index", view)
    assert list(operations(app)) == ["GET /a%7Bb%7D/{c}"]


def test_paths_that_differ_in_names_of_variables_are_one(app: Quaff) -> None:
    app.add_url_rule("/users/<int:id>", "show", view)
    app.add_url_rule("/users/<name>", "delete", view, methods=["DELETE"])
    app.add_url_rule("/users/<uuid:key>", "other", view)
    found = operations(app)
    assert list(found) == ["GET /users/{id}", "DELETE /users/{id}"]
    assert found["GET /users/{id}"]["operationId"] == "show"
    assert found["DELETE /users/{id}"]["parameters"][0]["schema"] == {"type": "string"}


# -- what is said of a route ---------------------------------------------------------------------


def test_docstrings_are_summary_and_description(app: Quaff) -> None:
    @app.get("/<int:id>")
    def show(id: int) -> str:
        """Show one
        thing.

        At length.

        Args:
            id: its number
        """
        return ""

    only = operation(app)
    assert only["summary"] == "Show one thing."
    assert only["description"] == "At length."
    assert only["parameters"][0]["description"] == "its number"


def test_without_docstring_the_endpoint_is_the_summary(app: Quaff) -> None:
    app.add_url_rule("/", "list_open-orders", view)
    only = operation(app)
    assert only["summary"] == "List open orders"
    assert "description" not in only


def test_options_come_before_the_docstring(app: Quaff) -> None:
    @app.get("/", summary="Title", description="Text", tags=["a"], deprecated=True)
    def index() -> str:
        """Not this.

        Nor this.
        """
        return ""

    only = operation(app)
    assert (only["summary"], only["description"]) == ("Title", "Text")
    assert (only["tags"], only["deprecated"]) == (["a"], True)


def test_what_openapi_has_no_option_for_is_put_over_the_operation(app: Quaff) -> None:
    body = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    app.add_url_rule("/", "index", view, openapi={"requestBody": body, "x-limit": 3})
    only = operation(app)
    assert only["requestBody"] == body
    assert only["x-limit"] == 3
    assert only["operationId"] == "index"


def test_an_untyped_view_answers_something(app: Quaff) -> None:
    app.add_url_rule("/", "index", lambda: "")
    assert operation(app)["responses"] == {"default": {"description": "What the view answers."}}


def test_a_route_of_a_blueprint_has_its_name_for_a_tag(app: Quaff) -> None:
    outer, inner = Blueprint("api", __name__, url_prefix="/api"), Blueprint("users", __name__)
    inner.add_url_rule("/users", "list", view, summary="All")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    only = operations(app)["GET /api/users"]
    assert only["tags"] == ["api.users"]
    assert only["summary"] == "All"
    assert only["operationId"] == "api_users_list"
    assert validated(app)["tags"] == [{"name": "api.users"}]


def test_a_module_of_one_blueprint_describes_its_tag(
    app: Quaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("teas", "both"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name, "Teas.\n\nAll of them."))
    for name, module in (("green", "teas"), ("one", "both"), ("two", "both")):
        blueprint = Blueprint(name, module, root_path="/")
        blueprint.add_url_rule(f"/{name}", "index", view)
        app.register_blueprint(blueprint)
    app.config["OPENAPI_TAGS"] = {"two": "Second."}
    assert validated(app)["tags"] == [
        {"name": "two", "description": "Second."},
        {"name": "green", "description": "Teas.\n\nAll of them."},
        {"name": "one"},
    ]


def test_a_blueprint_that_is_not_listed_describes_nothing(
    app: Quaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pages", types.ModuleType("pages", "Pages of teas."))
    blueprint = Blueprint("teas", "pages", root_path="/")
    blueprint.openapi_defaults = {"openapi": False}
    blueprint.add_url_rule("/teas", "index", view)
    app.register_blueprint(blueprint)
    app.add_url_rule("/api/teas", "api", view, tags=["teas"])
    assert validated(app)["tags"] == [{"name": "teas"}]


def test_defaults_of_the_application_and_its_blueprints(app: Quaff) -> None:
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    app.openapi_defaults = {"responses": {500: "Broken"}, "tags": ["all"]}
    outer.openapi_defaults = {"responses": {401: "Who?"}, "tags": ["outer"]}
    inner.openapi_defaults = {"deprecated": True, "responses": {401: "Who are you?"}}
    inner.add_url_rule("/in", "index", view, responses={404: None})
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.add_url_rule("/", "index", view, tags=[])
    found = operations(app)
    assert found["GET /in"]["tags"] == ["outer"]
    assert found["GET /in"]["deprecated"] is True
    assert {
        status: response["description"]
        for status, response in found["GET /in"]["responses"].items()
    } == {"200": "OK", "401": "Who are you?", "404": "Not Found", "500": "Broken"}
    assert "tags" not in found["GET /"]
    assert set(found["GET /"]["responses"]) == {"200", "500"}


def test_describe_documents_methods_of_a_class(app: Quaff) -> None:
    @describe(responses={401: None})
    class Users(MethodView):
        """Users of the shop."""

        def get(self) -> str:
            return ""

        @describe(summary="Add one", responses={409: "Known already"})
        def post(self) -> str:
            """Not this."""
            return ""

    app.add_url_rule("/users", view_func=Users.as_view("users"))
    found = operations(app)
    assert found["GET /users"]["summary"] == "Users of the shop."
    assert set(found["GET /users"]["responses"]) == {"200", "401"}
    assert found["POST /users"]["summary"] == "Add one"
    assert set(found["POST /users"]["responses"]) == {"200", "401", "409"}


def test_what_a_decorator_says_of_a_method_counts(app: Quaff) -> None:
    def guarded(function: Any) -> Any:
        @describe(responses={401: "Who?"})
        @wraps(function)
        def call(*args: Any, **values: Any) -> Any:
            return function(*args, **values)

        return call

    class Users(MethodView):
        @guarded
        def get(self) -> str:
            """All users."""
            return ""

    app.add_url_rule("/", view_func=Users.as_view("users"))
    only = operation(app)
    assert only["summary"] == "All users."
    assert only["responses"]["401"] == {"description": "Who?"}


def test_a_method_of_a_class_without_docstrings_is_in_the_summary(app: Quaff) -> None:
    class Users(MethodView):
        def delete(self) -> str:
            return ""

    app.add_url_rule("/", view_func=Users.as_view("all_users"))
    assert operation(app)["summary"] == "Delete all users"


def test_views_that_are_no_functions(app: Quaff) -> None:
    class Greeter:
        def __call__(self, name: str) -> str:
            """Say hello."""
            return name

    def greet(greeting: str, name: str) -> str:
        """Greet somebody."""
        return greeting + name

    app.add_url_rule("/a/<name>", "object", Greeter())
    app.add_url_rule("/b/<name>", "partial", partial(greet, "Hi"))
    found = operations(app)
    assert found["GET /a/{name}"]["summary"] == "Say hello."
    assert found["GET /b/{name}"]["summary"] == "Greet somebody."


def test_the_types_of_the_applications_own_responses(app: Quaff) -> None:
    class Text(Response):
        default_mimetype = "text/plain"

    app.response_class = Text
    app.json.mimetype = "application/vnd.shop+json"  # type: ignore[attr-defined]
    app.add_url_rule("/a", "a", view)
    app.add_url_rule("/b", "b", numbers)
    found = operations(app)
    assert list(found["GET /a"]["responses"]["200"]["content"]) == ["text/plain"]
    assert list(found["GET /b"]["responses"]["200"]["content"]) == ["application/vnd.shop+json"]


# -- operation ids -------------------------------------------------------------------------------


def test_operation_ids_are_made_of_the_endpoint(app: Quaff) -> None:
    app.add_url_rule("/a", "one", view)
    app.add_url_rule("/b", "two", view, methods=["GET", "POST"])
    app.add_url_rule("/c", "three-x", view, operation_id="own")
    assert [one["operationId"] for one in operations(app).values()] == [
        "one",
        "two_get",
        "two_post",
        "own",
    ]


def test_further_rules_of_an_endpoint_are_told_apart(app: Quaff) -> None:
    app.add_url_rule("/u", "users", view)
    app.add_url_rule("/u/<int:id>", "users", view)
    app.add_url_rule("/u/<int:id>/<part>", "users", view)
    app.add_url_rule("/v", "users", view)
    assert [one["operationId"] for one in operations(app).values()] == [
        "users",
        "users_2",
        "users_by_id",
        "users_by_id_and_part",
    ]


# -- security ------------------------------------------------------------------------------------


def test_security(app: Quaff) -> None:
    oauth = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {}}}}
    app.config.update(
        OPENAPI_SECURITY_SCHEMES={
            "token": "bearer",
            "password": "basic",
            "login": "session",
            "oauth": oauth,
        },
        OPENAPI_SECURITY=["token"],
    )
    app.add_url_rule("/a", "a", view)
    app.add_url_rule("/b", "b", view, security=["login", {"oauth": ("read",)}])
    app.add_url_rule("/c", "c", view, security=[])
    document = validated(app)
    assert document["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"},
        "password": {"type": "http", "scheme": "basic"},
        "login": {"type": "apiKey", "in": "cookie", "name": "session"},
        "oauth": oauth,
    }
    assert document["security"] == [{"token": []}]
    found = operations(app)
    assert "security" not in found["GET /a"]
    assert found["GET /b"]["security"] == [{"login": []}, {"oauth": ["read"]}]
    assert found["GET /c"]["security"] == []


def test_a_scheme_that_is_not_configured_is_an_error(app: Quaff) -> None:
    app.add_url_rule("/a", "a", view, security=["tokn"])
    with pytest.raises(ValueError, match=r"The security of the route '/a' names .* 'tokn', which"):
        app.openapi()


def test_a_short_form_that_is_not_known_is_an_error(app: Quaff) -> None:
    app.config["OPENAPI_SECURITY_SCHEMES"] = {"token": "baerer"}
    with pytest.raises(ValueError, match=r"OPENAPI_SECURITY_SCHEMES\['token'\] is 'baerer'"):
        app.openapi()


# -- domains -------------------------------------------------------------------------------------


def test_subdomains_are_servers() -> None:
    app = Quaff("shop", static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.org"
    app.add_url_rule("/", "index", view)
    app.add_url_rule("/own", "own", view, subdomain="<tenant>.api")
    found = operations(app)
    assert "servers" not in found["GET /"]
    assert found["GET /own"]["servers"] == [
        {
            "url": "http://{tenant}.api.example.org",
            "variables": {"tenant": {"default": "tenant"}},
        }
    ]
    assert "parameters" not in found["GET /own"]


def test_hosts_are_servers() -> None:
    app = Quaff("shop", static_folder=None, host_matching=True)
    app.add_url_rule("/", "index", view, host="a.example")
    app.add_url_rule("/any", "any", view)
    found = operations(app)
    assert found["GET /"]["servers"] == [{"url": "http://a.example"}]
    assert "servers" not in found["GET /any"]


# -- when it is written --------------------------------------------------------------------------


def test_the_document_is_written_once_and_anew_after_a_change(
    app: Quaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.add_url_rule("/a", "a", view)
    first = app.openapi()
    first["paths"].clear()
    plan = app.plan
    assert list(app.openapi()["paths"]) == ["/a"]
    assert app.plan is plan
    app.add_url_rule("/b", "b", view)
    assert list(app.openapi()["paths"]) == ["/a", "/b"]


def test_an_application_may_change_its_document() -> None:
    class Shop(Quaff):
        def openapi(self) -> dict[str, Any]:
            return {**super().openapi(), "x-logo": "/logo.svg"}

    assert validated(Shop("shop", static_folder=None))["x-logo"] == "/logo.svg"


def test_the_same_application_has_the_same_document() -> None:
    def make() -> Quaff:
        app = Quaff("shop", static_folder=None)
        app.add_url_rule("/<any(b, a, c):x>", "a", view, methods={"PUT", "GET", "POST", "DELETE"})
        return app

    assert json.dumps(make().openapi()) == json.dumps(make().openapi())
