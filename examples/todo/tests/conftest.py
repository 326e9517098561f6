"""Fixtures: the application on a database of its own, and clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from examples.todo import create_app, database
from examples.todo.models import Base
from quaff import Quaff

PASSWORD = "correct horse"


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Quaff]:
    """The application, on each kind of database."""
    url = f"sqlite:///{tmp_path}/todo.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    app = create_app({"DATABASE_URL": url, "SECRET_KEY": "for tests", "TESTING": True})
    yield app
    engine = database.engine_of(app)
    Base.metadata.drop_all(engine)
    engine.dispose()


class Browser:
    """A client that fills in forms as a browser does, with the token that is in the page."""

    def __init__(self, app: Quaff) -> None:
        self.client: Client = app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, page: str = "") -> TestResponse:
        form = {**(data or {}), "csrf_token": self.token(page or "/login")}
        return self.client.post(path, data=form)

    def register(self, name: str) -> TestResponse:
        form = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return self.post("/register", form)

    def log_in(self, name: str, password: str = PASSWORD, after: str = "") -> TestResponse:
        return self.post(f"/login{after}", {"name": name, "password": password})

    def add(self, title: str, **fields: str) -> TestResponse:
        return self.post("/tasks", {"title": title, **fields})


@pytest.fixture
def browser(app: Quaff) -> Browser:
    """A browser that nobody is logged in with."""
    return Browser(app)


@pytest.fixture
def ada(app: Quaff) -> Browser:
    """A browser with Ada logged in."""
    browser = Browser(app)
    assert browser.register("ada").status_code == 302
    return browser


@pytest.fixture
def ben(app: Quaff) -> Browser:
    """A browser with Ben logged in."""
    browser = Browser(app)
    assert browser.register("ben").status_code == 302
    return browser
