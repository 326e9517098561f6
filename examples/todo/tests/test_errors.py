"""Errors, and what every answer tells the browser."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from examples.todo import database
from examples.todo.models import Base
from quaff import Quaff

from .conftest import Browser


def test_pages_for_people(browser: Browser) -> None:
    response = browser.get("/nowhere")
    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "Back to the list" in response.text


def test_problems_for_programs(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == response.json["status"] == 404
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/html", "application/problem+json"])
@pytest.mark.parametrize("path", ["/", "/api/tasks"])
def test_a_database_that_fails(
    app: Quaff, ada: Browser, path: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    Base.metadata.drop_all(database.engine_of(app))
    response = ada.get(path, headers={"Accept": kind})
    assert (response.status_code, response.mimetype) == (500, kind)
    assert "Accept" in response.headers["Vary"]
    assert "users" not in response.text
    assert "users" in caplog.text


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/api/tasks"])
def test_every_answer_protects_the_browser(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_static_files_may_be_cached(client: Client) -> None:
    for name, kind in (("style.css", "text/css"), ("favicon.svg", "image/svg+xml")):
        with client.get(f"/static/{name}") as response:
            assert response.mimetype == kind
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "no-store" not in response.headers["Cache-Control"]


def test_cookies(ada: Browser) -> None:
    cookie = ada.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_differ_by_cookie(ada: Browser) -> None:
    assert "Cookie" in ada.get("/").headers["Vary"]
