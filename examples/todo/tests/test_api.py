"""The API under /api."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from quaff import Quaff

from .conftest import PASSWORD, Browser


@pytest.fixture
def client(app: Quaff, ada: Browser) -> Client:
    """A program's client, with no cookies."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def access(client: Client) -> dict[str, str]:
    """The header by which Ada's programs are known."""
    response = client.post("/api/tokens", json={"name": "ada", "password": PASSWORD})
    assert response.status_code == 201
    return {"Authorization": f"Bearer {response.json['token']}"}


def test_the_life_of_a_task(client: Client, access: dict[str, str]) -> None:
    response = client.post(
        "/api/tasks", json={"title": "milk", "due": "2030-01-02"}, headers=access
    )
    assert response.status_code == 201
    task = response.json
    assert (task["title"], task["due"], task["done"]) == ("milk", "2030-01-02", False)
    assert response.location == task["url"]
    assert client.get(task["url"], headers=access).json == task
    changed = client.patch(task["url"], json={"done": True, "due": None}, headers=access).json
    assert (changed["done"], changed["due"], changed["title"]) == (True, None, "milk")
    listed = client.get("/api/tasks?state=done", headers=access).json
    assert ([each["id"] for each in listed["tasks"]], listed["total"]) == ([task["id"]], 1)
    assert client.delete(task["url"], headers=access).status_code == 204
    assert client.get(task["url"], headers=access).status_code == 404


def test_the_profile(client: Client, access: dict[str, str]) -> None:
    response = client.patch("/api/profile", json={"email": "new@example.org"}, headers=access)
    assert response.json == {"name": "ada", "email": "new@example.org"}


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YWRhOng="}]
)
def test_without_a_token(client: Client, header: dict[str, str]) -> None:
    response = client.get("/api/tasks", headers=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "error" in response.json


def test_a_revoked_token(client: Client, access: dict[str, str]) -> None:
    assert client.delete("/api/tokens/current", headers=access).status_code == 204
    assert client.get("/api/tasks", headers=access).status_code == 401


def test_wrong_credentials(client: Client) -> None:
    for name, password in (("ada", "wrong"), ("nobody", PASSWORD)):
        response = client.post("/api/tokens", json={"name": name, "password": password})
        assert response.status_code == 401
        assert response.json["error"] == "The name or the password is not right."


def test_a_session_works_with_the_token_of_its_forms(ada: Browser) -> None:
    assert ada.get("/api/tasks").json["total"] == 0
    assert ada.client.post("/api/tasks", json={"title": "x"}).status_code == 403
    header = {"X-CSRF-Token": ada.token("/profile")}
    assert ada.client.post("/api/tasks", json={"title": "x"}, headers=header).status_code == 201


def test_nobody_reaches_another_users_task(
    client: Client, access: dict[str, str], ben: Browser
) -> None:
    url = client.post("/api/tasks", json={"title": "secret"}, headers=access).json["url"]
    assert ben.get(url).status_code == 404
    header = {"X-CSRF-Token": ben.token("/profile")}
    assert ben.client.patch(url, json={"title": "x"}, headers=header).status_code == 404
    assert ben.client.delete(url, headers=header).status_code == 404
    assert client.get(url, headers=access).json["title"] == "secret"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": 3}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "x", "due": "2030-13-01"}, "due"),
        ({"title": "x", "due": 20300101}, "due"),
        ({"title": "x", "due": "2030-W01-1"}, "due"),
        ({"title": "x", "colour": "red"}, "colour"),
        ({"title": ["x"]}, "title"),
        ([], ""),
        ("x", ""),
    ],
)
def test_data_that_is_not_acceptable(
    client: Client, access: dict[str, str], body: Any, field: str
) -> None:
    response = client.post("/api/tasks", json=body, headers=access)
    assert response.status_code in (400, 422)
    if response.status_code == 422:
        assert field in response.json["problems"]
    assert client.get("/api/tasks", headers=access).json["total"] == 0


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"title": "x"}', "text/plain", 415),
        (b"\xff", "application/json", 400),
    ],
)
def test_bodies_that_are_no_json(
    client: Client, access: dict[str, str], data: bytes, kind: str, status: int
) -> None:
    response = client.post("/api/tasks", data=data, content_type=kind, headers=access)
    assert response.status_code == status
    assert "error" in response.json


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "٣"])
def test_pages_that_do_not_exist(client: Client, access: dict[str, str], page: str) -> None:
    response = client.get("/api/tasks", query_string={"page": page}, headers=access)
    assert response.status_code == 422
    assert "page" in response.json["problems"]


def test_errors_are_json_below_api(client: Client) -> None:
    assert "error" in client.get("/api/nowhere").json
    response = client.put("/api/tasks")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "error" in response.json
