from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
import yaml
from werkzeug.routing import Rule

from quaff import Quaff, request
from quaff.api_pages import pages
from quaff.flask import Flask
from quaff.testing import QuaffClient
from tests.each_gateway import app, client, gateway

__all__ = ["app", "client", "gateway"]


@pytest.fixture(autouse=True)
def debug(app: Quaff, client: QuaffClient, monkeypatch: pytest.MonkeyPatch) -> None:
    app.debug = True
    # Files are closed with their response, which no test here keeps.
    monkeypatch.setattr(client, "open", partial(client.open, buffered=True))


@pytest.fixture
def without_swagger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "find_assets", dict)


def with_task(app: Quaff) -> None:
    @app.get("/tasks/<int:number>")
    def task(number: int) -> dict[str, Any]:
        """One <b>task</b>."""
        return {}


def test_the_document_is_json_and_yaml(app: Quaff, client: QuaffClient) -> None:
    with_task(app)
    response = client.get("/openapi.json")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.json == app.openapi()
    assert "/tasks/{number}" in response.json["paths"]
    response = client.get("/openapi.yaml")
    assert response.mimetype == "application/yaml"
    assert yaml.safe_load(response.text) == app.openapi()


def test_messages_have_a_document_too(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/echo", receives=str, sends=str)
    async def echo(ws: Any) -> None:
        """Say it again."""

    response = client.get("/asyncapi.json")
    assert response.json == app.asyncapi()
    assert response.json["channels"]["echo"]["address"] == "/echo"
    assert yaml.safe_load(client.get("/asyncapi.yaml").text) == app.asyncapi()
    text = client.get("/docs/list").text
    assert '<article id="channel-echo">' in text
    assert "The server receives" in text
    assert '<a href="/asyncapi.json">' in text
    app.config["ASYNCAPI_URL"] = None
    assert client.get("/asyncapi.json").status_code == 404
    assert "/asyncapi.json" not in client.get("/docs/list").text


def test_without_messages_the_page_names_no_such_document(client: QuaffClient) -> None:
    assert "/asyncapi.json" not in client.get("/docs/list").text


@pytest.mark.usefixtures("without_swagger")
def test_without_a_package_the_page_is_our_own(app: Quaff, client: QuaffClient) -> None:
    with_task(app)
    response = client.get("/docs")
    assert response.mimetype == "text/html"
    assert '<article id="operation-get-tasks-number">' in response.text
    assert "One &lt;b&gt;task&lt;/b&gt;." in response.text
    assert "<script" not in response.text
    assert "Try it out" not in response.text
    assert client.get("/docs/swagger-ui.css").status_code == 404
    assert client.get("/docs/listing.css").mimetype == "text/css"


def test_with_the_package_it_is_swagger_ui(app: Quaff, client: QuaffClient) -> None:
    response = client.get("/docs")
    assert re.findall(r'<script src="(.*?)"', response.text) == [
        "/docs/swagger-ui-bundle.js",
        "/docs/start-swagger.js",
    ]
    assert 'data-url="/openapi.json"' in response.text
    listed = client.get("/docs/list")
    assert "no routes yet" in listed.text
    assert '<a href="/docs">Try it out</a>' in listed.text


@pytest.mark.parametrize("path", ["/docs", "/docs/list"])
def test_everything_on_a_page_is_there(path: str, client: QuaffClient) -> None:
    links = re.findall(r'(?:href|src)="(?!data:|#)(.*?)"', client.get(path).text)
    assert len(links) > 3
    for link in links:
        assert client.get(link).status_code == 200, link


def test_scripts_and_styles_of_others_are_forbidden(app: Quaff, client: QuaffClient) -> None:
    app.config["OPENAPI_SERVERS"] = [
        "https://api.example.org/v1",
        {"url": "https://{name}.example.com"},
        {"url": "https://x; script-src *"},
    ]
    policy = client.get("/docs").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self' https://api.example.org"
    policy = client.get("/docs/list").headers["Content-Security-Policy"]
    assert "script" not in policy
    assert "connect" not in policy
    for path in ("/docs", "/docs/list", "/docs/start-swagger.js"):
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_a_client_that_has_it_need_not_get_it_again(client: QuaffClient) -> None:
    for path in ("/openapi.json", "/openapi.yaml", "/docs", "/docs/listing.css"):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, path


PATHS = [
    "/openapi.json",
    "/openapi.yaml",
    "/asyncapi.json",
    "/docs",
    "/docs/list",
    "/docs/listing.css",
]


@pytest.mark.parametrize("path", PATHS)
def test_they_come_and_go_with_debug_mode_and_the_setting(
    path: str, app: Quaff, client: QuaffClient
) -> None:
    assert client.get(path).status_code == 200
    app.debug = False
    assert client.get(path).status_code == 404
    app.config["OPENAPI_DOCS"] = True
    assert client.get(path).status_code == 200
    app.debug = True
    app.config["OPENAPI_DOCS"] = False
    assert client.get(path).status_code == 404


def test_urls_are_configured(app: Quaff, client: QuaffClient) -> None:
    app.config.update(OPENAPI_URL="/api/v1/description", OPENAPI_DOCS_URL="/api/v1")
    assert client.get("/api/v1/description").mimetype == "application/json"
    assert client.get("/api/v1/description.yaml").mimetype == "application/yaml"
    assert 'data-url="/api/v1/description"' in client.get("/api/v1").text
    for path in PATHS:
        assert client.get(path).status_code == (200 if "async" in path else 404)


def test_the_page_may_be_the_root(app: Quaff, client: QuaffClient) -> None:
    app.config["OPENAPI_DOCS_URL"] = "/"
    links = re.findall(r'(?:href|src)="(?!data:|#)(.*?)"', client.get("/").text)
    links += re.findall(r'href="(?!data:|#)(.*?)"', client.get("/list").text)
    assert {"/list", "/listing.css", "/"} <= {*links}
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_page_without_url_is_left_out(app: Quaff, client: QuaffClient) -> None:
    app.config["OPENAPI_URL"] = None
    assert client.get("/openapi.json").status_code == 404
    # Swagger UI could not get the document.
    assert "As a plain page" not in client.get("/docs").text
    app.config.update(OPENAPI_URL="/openapi.json", OPENAPI_DOCS_URL=None)
    assert client.get("/openapi.json").status_code == 200
    assert client.get("/docs").status_code == 404


def test_the_rules_of_the_application_win(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/docs", view_func=lambda: "our own", endpoint="a")
    app.add_url_rule("/openapi.<format>", view_func=lambda format: format, endpoint="b")
    assert client.get("/docs").text == "our own"
    assert client.get("/openapi.json").text == "json"
    assert client.get("/docs/list").status_code == 200


def test_the_map_of_rules_and_the_document_do_not_have_them(
    app: Quaff, client: QuaffClient
) -> None:
    client.get("/docs")
    assert list(app.url_map.iter_rules()) == []
    assert not app.view_functions
    assert not client.get("/openapi.json").json.get("paths")


def test_other_methods_and_paths_stay_unanswered(app: Quaff, client: QuaffClient) -> None:
    assert client.head("/docs").status_code == 200
    assert client.post("/docs").status_code == 404
    assert client.get("/docs/").status_code == 404
    assert client.get("/docs/nothing").status_code == 404
    assert client.get("/docs/../pages.py").status_code == 404


def test_the_hooks_of_the_application_run(app: Quaff, client: QuaffClient) -> None:
    seen = []

    @app.before_request
    def guard() -> Any:
        seen.append((request.endpoint, str(request.url_rule)))
        return ("Log in.", 401) if request.endpoint == "openapi_docs" else None

    @app.after_request
    def mark(response: Any) -> Any:
        response.headers["X-Mark"] = "x"
        return response

    assert client.get("/docs").status_code == 401
    response = client.get("/openapi.json")
    assert response.status_code == 200
    assert response.headers["X-Mark"] == "x"
    assert seen == [("openapi_docs", "/docs"), ("openapi_json", "/openapi.json")]


def test_below_a_prefix_links_have_it(app: Quaff) -> None:
    text = app.test_client().get("/docs", base_url="http://localhost/shop").text
    assert 'src="/shop/docs/start-swagger.js"' in text
    assert 'data-url="/shop/openapi.json"' in text


def test_below_a_prefix_requests_are_tried_there(app: Quaff) -> None:
    get = app.test_client().get
    assert get("/openapi.json", base_url="http://localhost/shop").json["servers"] == [
        {"url": "/shop"}
    ]
    assert "servers" not in get("/openapi.json").json
    app.config["OPENAPI_SERVERS"] = ["https://shop.example"]
    assert get("/openapi.json", base_url="http://localhost/shop").json["servers"] == [
        {"url": "https://shop.example"}
    ]


def test_a_route_added_later_is_shown(app: Quaff, client: QuaffClient) -> None:
    assert client.get("/docs/list").status_code == 200
    # As extensions do, and as `with_task` may not any more.
    app.url_map.add(Rule("/late", endpoint="late", methods=["GET"]))
    app.view_functions["late"] = str
    assert "operation-get-late" in client.get("/docs/list").text


def test_under_the_name_of_flask_they_must_be_asked_for() -> None:
    app = Flask("example")
    app.debug = True
    assert app.test_client().get("/docs").status_code == 404
    app.config["OPENAPI_DOCS"] = True
    assert app.test_client().get("/docs").status_code == 200
