"""Fixtures: the application on a database of its own, and clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from werkzeug.test import Client, TestResponse

from examples.todo import create_app, database
from examples.todo.models import Base
from quaff import Quaff
from tests.services import example

PASSWORD = "correct horse"
#: A kind of hash that takes no time.
FAST = "pbkdf2:sha256:1"


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the connections of every application that a test makes."""
    made: list[Engine] = []
    create_engine = database.create_engine

    def keep(*args: Any, **options: Any) -> Engine:
        made.append(create_engine(*args, **options))
        return made[-1]

    monkeypatch.setattr(database, "create_engine", keep)
    yield
    for engine in made:
        engine.dispose()


@pytest.fixture(params=["sqlite, wsgi", "postgresql, asgi"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Quaff]:
    """The application, on each kind of database, called in two ways."""
    kind, gateway = request.param.split(", ")
    url = f"sqlite:///{tmp_path}/todo.sqlite"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    app = create_app(
        {"DATABASE_URL": url, "SECRET_KEY": "x", "TESTING": True, "PASSWORD_METHOD": FAST}
    )
    app.config["GATEWAY"] = gateway
    database.create_tables(app)
    yield app
    Base.metadata.drop_all(database.engine_of(app))


class Browser:
    """A client that fills in forms as a browser does, with the token that is in the page."""

    def __init__(self, app: Quaff) -> None:
        self.client: Client = app.test_client(gateway=app.config["GATEWAY"])
        self.client.environ_base["HTTP_ACCEPT"] = "text/html,*/*;q=0.8"

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        form = {**(data or {}), "csrf_token": self.token()}
        return self.client.post(path, data=form, **options)

    def register(self, name: str) -> TestResponse:
        form = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
        return self.post("/register", form)

    def log_in(self, name: str, password: str = PASSWORD, **options: Any) -> TestResponse:
        return self.post("/login", {"name": name, "password": password}, **options)

    def add(self, title: str, **fields: str) -> str:
        """A new task's path."""
        assert self.post("/", {"title": title, **fields}).status_code == 302
        numbers = re.findall(r'href="/tasks/([0-9]+)\?', self.get("/?state=open").text)
        return f"/tasks/{max(map(int, numbers))}"

    def titles(self, query: str = "") -> list[str]:
        """What the list shows, in its order."""
        return re.findall(r'class="title"[^>]*>([^<]*)<', self.get(f"/?{query}").text)


@pytest.fixture
def browser(app: Quaff) -> Browser:
    """A browser that nobody is logged in with."""
    return Browser(app)


@pytest.fixture
def ada(app: Quaff) -> Browser:
    """A browser with Ada logged in."""
    return _user(app, "ada")


@pytest.fixture
def ben(app: Quaff) -> Browser:
    """A browser with Ben logged in."""
    return _user(app, "ben")


def _user(app: Quaff, name: str) -> Browser:
    browser = Browser(app)
    assert browser.register(name).status_code == 302
    return browser


@pytest.fixture
def client(app: Quaff) -> Client:
    """A program's client, with no cookies."""
    return app.test_client(use_cookies=False, gateway=app.config["GATEWAY"])


@pytest.fixture
def access_of(client: Client) -> Callable[[str], dict[str, str]]:
    """A function: the name of a user -> the header by which their programs are known."""

    def access(name: str) -> dict[str, str]:
        response = client.post("/api/tokens", json={"name": name, "password": PASSWORD})
        assert response.status_code == 201
        return {"Authorization": f"Bearer {response.json['token']}"}

    return access


@pytest.fixture
def access(ada: Browser, access_of: Callable[[str], dict[str, str]]) -> dict[str, str]:
    """The header by which Ada's programs are known."""
    return access_of("ada")


@pytest.fixture
def serving(tmp_path: Path) -> Callable[..., AbstractContextManager[str]]:
    """A function: options of `quaff serve` -> a context with the address of the demonstration."""

    def serving(*options: str) -> AbstractContextManager[str]:
        database = f"sqlite:///{tmp_path}/todo.sqlite"
        return example("todo", tmp_path / "log", *options, DATABASE_URL=database, TODO_DEMO="1")

    return serving
