"""The API under /api."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from examples.todo.database import engine_of
from quaff import Quaff

from .conftest import PASSWORD, Browser


def problem(response: TestResponse) -> Any:
    """The details of an error."""
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == response.status_code
    return response.json


def wrong(response: TestResponse) -> dict[str, str]:
    """What does not fit: where, with dots between -> what is expected there."""
    assert response.status_code == 422
    return {".".join(map(str, one["loc"])): one["msg"] for one in problem(response)["errors"]}


def test_the_life_of_a_task(client: Client, access: dict[str, str]) -> None:
    new = {"title": "milk", "due": "2030-01-02", "priority": "high", "note": "two litres"}
    response = client.post("/api/tasks", json=new, headers=access)
    assert response.status_code == 201
    task = response.json
    assert task == {**task, **new, "done": False, "finished": None}
    assert response.location == task["url"]
    assert client.get(task["url"], headers=access).json == task

    changed = client.patch(task["url"], json={"done": True, "due": None}, headers=access).json
    assert changed == {**task, "done": True, "due": None, "finished": changed["finished"]}
    assert re.fullmatch(r"20..-..-..T..:..:..Z", changed["finished"])
    assert client.patch(task["url"], json={}, headers=access).json == changed
    listed = client.get("/api/tasks?state=done", headers=access).json
    assert listed == {"tasks": [changed], "page": 1, "pages": 1, "total": 1}
    reopened = client.patch(task["url"], json={"done": False}, headers=access).json
    assert (reopened["done"], reopened["finished"]) == (False, None)

    assert client.delete(task["url"], headers=access).status_code == 204
    assert client.get(task["url"], headers=access).status_code == 404


def test_lists_are_those_of_the_pages(ada: Browser, client: Client, access: dict[str, str]) -> None:
    for number in range(21):
        client.post("/api/tasks", json={"title": f"task {number:02}"}, headers=access)
    client.post("/api/tasks", json={"title": "now", "priority": "high"}, headers=access)
    for query in ("", "page=2", "priority=high", "search=task 1", "state=all", "due=late"):
        listed = client.get(f"/api/tasks?{query}", headers=access).json
        assert [task["title"] for task in listed["tasks"]] == ada.titles(query)
    listed = client.get("/api/tasks?page=3", headers=access).json
    assert listed == {"tasks": [], "page": 3, "pages": 2, "total": 22}


def test_the_profile(client: Client, access: dict[str, str]) -> None:
    response = client.patch("/api/profile", json={"email": "new@example.org"}, headers=access)
    profile = {"name": "ada", "email": "new@example.org", "theme": "auto"}
    assert response.json == profile
    assert client.get("/api/profile", headers=access).json == profile


def test_a_profile_that_is_not_acceptable(
    ben: Browser, client: Client, access: dict[str, str]
) -> None:
    response = client.patch("/api/profile", json={"name": "ben"}, headers=access)
    assert (problem(response)["detail"], response.status_code) == ("Name is taken.", 409)
    for field, value, place in (
        *(("name", "a b", "body.name"), ("email", 3, "body.email")),
        *(("theme", "pink", "body.theme"), ("password", "x", "body")),
    ):
        response = client.patch("/api/profile", json={field: value}, headers=access)
        assert list(wrong(response)) == [place]
    assert client.get("/api/profile", headers=access).json["name"] == "ada"


# -- who is asking -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Bearer é", "Basic YWRhOng=", "Bearer " * 1000],
)
@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/1", "/api/profile"])
def test_without_a_token(client: Client, header: str, path: str) -> None:
    response = client.get(path, headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert problem(response)["detail"] == "Log in, or send a token as 'Authorization: Bearer ...'."


def test_a_revoked_token(
    client: Client, access: dict[str, str], access_of: Callable[[str], dict[str, str]]
) -> None:
    other = access_of("ada")
    assert client.delete("/api/tokens/current", headers=access).status_code == 204
    assert client.get("/api/tasks", headers=access).status_code == 401
    assert client.get("/api/tasks", headers=other).status_code == 200


def test_tokens_are_not_kept_as_they_are(app: Quaff, access: dict[str, str]) -> None:
    token = access["Authorization"].removeprefix("Bearer ")
    with engine_of(app).connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM tokens").all()
    assert len(rows) == 1
    assert token not in str(rows)


def test_wrong_credentials(ada: Browser, client: Client) -> None:
    for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("ada", "")):
        response = client.post("/api/tokens", json={"name": name, "password": password})
        assert response.status_code == 401
        assert problem(response)["detail"] == "The name or the password is not right."


@pytest.mark.parametrize(
    ("credentials", "places"),
    [
        ({}, ["body.name", "body.password"]),
        ({"name": "ada", "password": "x" * 129}, ["body.password"]),
        ({"name": "a\0", "password": "x"}, ["body.name"]),
        ({"name": "ada", "password": ["x"]}, ["body.password"]),
        ({"name": "ada", "password": "x", "otp": 1}, ["body"]),
    ],
)
def test_credentials_that_are_not_acceptable(
    client: Client, credentials: Any, places: list[str]
) -> None:
    assert list(wrong(client.post("/api/tokens", json=credentials))) == places


def test_a_session_works_with_the_token_of_its_forms(ada: Browser, ben: Browser) -> None:
    assert ada.get("/api/tasks").json["total"] == 0
    for token in ("", "nonsense", ben.token()):
        header = {"X-CSRF-Token": token, "Accept": "application/json"}
        response = ada.client.post("/api/tasks", json={"title": "x"}, headers=header)
        assert response.status_code == 403
        assert "X-CSRF-Token" in problem(response)["detail"]
    header = {"X-CSRF-Token": ada.token()}
    assert ada.client.post("/api/tasks", json={"title": "x"}, headers=header).status_code == 201
    assert ada.client.delete("/api/tokens/current", headers=header).status_code == 400


def test_a_wrong_token_is_not_made_up_for_by_a_session(ada: Browser) -> None:
    header = {"Authorization": "Bearer nonsense"}
    assert ada.get("/api/tasks", headers=header).status_code == 401


def test_nobody_reaches_another_users_task(
    client: Client, access: dict[str, str], ben: Browser, access_of: Any
) -> None:
    url = client.post("/api/tasks", json={"title": "secret"}, headers=access).json["url"]
    bens = access_of("ben")
    for path in (url, "/api/tasks/999999"):
        for response in (
            client.get(path, headers=bens),
            client.patch(path, json={"title": "x"}, headers=bens),
            client.delete(path, headers=bens),
        ):
            assert response.status_code == 404
            assert problem(response)["detail"] == "You have no such task."
    assert client.get("/api/tasks?state=all", headers=bens).json["total"] == 0
    assert client.get(url, headers=access).json["title"] == "secret"


# -- what is not acceptable --------------------------------------------------------------------


TITLE = "body.title"


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, [TITLE]),
        ({"title": None}, [TITLE]),
        ({"title": 3}, [TITLE]),
        ({"title": ["x"]}, [TITLE]),
        ({"title": ""}, [TITLE]),
        ({"title": "\u3000\u200b"}, [TITLE]),
        ({"title": "x" * 201}, [TITLE]),
        ({"title": "a\0b"}, [TITLE]),
        ({"title": "a\nb"}, [TITLE]),
        ({"title": "x", "note": {}}, ["body.note"]),
        ({"title": "x", "due": "2030-13-01"}, ["body.due"]),
        ({"title": "x", "due": 20300101}, ["body.due"]),
        ({"title": "x", "due": 10**18}, ["body.due"]),
        ({"title": "x", "due": "2030-W01-1"}, ["body.due"]),
        ({"title": "x", "due": "٢٠٣٠-01-01"}, ["body.due"]),
        ({"title": "x", "priority": 1}, ["body.priority"]),
        ({"title": "", "note": 1, "priority": "x"}, [TITLE, "body.note", "body.priority"]),
        ({"title": "x", "colour": "red"}, ["body"]),
        ({"title": "x", "owner_id": 1}, ["body"]),
        ({"x" * 100: 1}, [TITLE]),
        ([], ["body"]),
        ("x", ["body"]),
        (10**18, ["body"]),
    ],
)
def test_data_that_is_not_acceptable(
    client: Client, access: dict[str, str], body: Any, places: list[str]
) -> None:
    assert list(wrong(client.post("/api/tasks", json=body, headers=access))) == places
    assert client.get("/api/tasks", headers=access).json["total"] == 0


def test_spaces_around_a_title_are_not_kept(client: Client, access: dict[str, str]) -> None:
    task = client.post("/api/tasks", json={"title": " x\n"}, headers=access).json
    assert task["title"] == "x"
    assert client.patch(task["url"], json={"title": "y "}, headers=access).json["title"] == "y"


@pytest.mark.parametrize("done", ["on", "true", "", 1, 0, None])
def test_done_is_true_or_false(client: Client, access: dict[str, str], done: Any) -> None:
    task = client.post("/api/tasks", json={"title": "x"}, headers=access).json
    response = client.patch(task["url"], json={"done": done}, headers=access)
    assert list(wrong(response)) == ["body.done"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b'{"title": ' + b"9" * 5000 + b"}", "application/json", 422),
        (b'{"title": 1e999}', "application/json", 422),
        (b'{"title": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"null", "application/json", 422),
        ('{"title": "x"}'.encode("utf-16"), "application/json", 400),
        (b'{"title": "x"}', "text/plain", 415),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b'{"title": "x"}', "", 415),
        (b'{"title": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
)
def test_bodies_that_do_not_fit(
    client: Client, access: dict[str, str], data: bytes, kind: str, status: int
) -> None:
    response = client.post("/api/tasks", data=data, content_type=kind, headers=access)
    assert problem(response)["status"] == status
    assert client.get("/api/tasks", headers=access).json["total"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        (f"page={'9' * 30}", "page"),
        ("page=٣", "page"),
        ("page=", "page"),
        ("state=other", "state"),
        ("due=2030-01-01", "due"),
        ("priority=1", "priority"),
        (f"search={'x' * 101}", "search"),
        ("search=%00", "search"),
    ],
)
def test_lists_that_do_not_exist(
    client: Client, access: dict[str, str], query: str, field: str
) -> None:
    response = client.get(f"/api/tasks?{query}", headers=access)
    assert list(wrong(response)) == [f"query.{field}"]


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30, "9" * 5000, "x", "-1"])
def test_numbers_that_no_task_has(client: Client, access: dict[str, str], number: str) -> None:
    response = client.get(f"/api/tasks/{number}", headers=access)
    assert problem(response)["status"] == 404


def test_errors_are_problems_below_api(client: Client) -> None:
    for path in ("/api", "/api/", "/api/nowhere"):
        response = client.get(path)
        assert problem(response)["status"] == 404
    response = client.put("/api/tasks")
    assert problem(response)["status"] == 405
    assert "POST" in response.headers["Allow"]
