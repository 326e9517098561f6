"""The pages, and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quaff import Quaff
from quaff.testing import QuaffClient, WebSocketRefused
from quaff.testing.client import Gateway

Visitor = Callable[[str], QuaffClient]


def test_the_door(visitor: Visitor) -> None:
    page = visitor("  Ada   <Lovelace> ").get("/rooms/lobby")
    assert "Ada &lt;Lovelace&gt;:" in page.text
    assert 'data-base="/rooms/lobby"' in page.text


@pytest.mark.parametrize(
    ("name", "room", "problem"),
    [
        ("", "lobby", "A name has 1 to 30 letters."),
        ("a" * 31, "lobby", "A name has 1 to 30 letters."),
        ("\u202eada", "lobby", "A name has 1 to 30 letters."),
        ("ada", "", "A room has 1 to 30"),
        ("ada", "../x", "A room has 1 to 30"),
        ("ada", "-", "A room has 1 to 30"),
    ],
)
def test_names_that_are_not_taken(app: Quaff, name: str, room: str, problem: str) -> None:
    client: Any = app.test_client()
    answer = client.post("/", data={"name": name, "room": room})
    assert answer.status_code == 422
    assert problem in answer.text
    assert client.get("/rooms/lobby").location == "/?room=lobby"


def test_strangers(app: Quaff, gateway: Gateway) -> None:
    client: Any = app.test_client(gateway=gateway)
    assert client.get("/rooms/lobby").location == "/?room=lobby"
    assert client.get("/rooms/lobby/events").status_code == 401
    assert client.post("/rooms/lobby/messages", json={"text": "x"}).status_code == 401
    with pytest.raises(WebSocketRefused) as refused:
        client.websocket("/rooms/lobby/socket")
    assert refused.value.response.status_code == (426 if gateway == "wsgi" else 401)


def test_rooms_that_there_are_not(visitor: Visitor, gateway: Gateway) -> None:
    ada = visitor("ada")
    for path in ("", "/events"):
        assert ada.get(f"/rooms/No_Room{path}").status_code == 404
    assert ada.post("/rooms/No_Room/messages", json={"text": "x"}).status_code == 404
    if gateway != "wsgi":
        with pytest.raises(WebSocketRefused) as refused:
            ada.websocket("/rooms/No_Room/socket")
        assert refused.value.response.status_code == 404


def test_what_every_answer_tells_the_browser(visitor: Visitor) -> None:
    ada = visitor("ada")
    for path in ("/", "/rooms/lobby", "/static/chat.js", "/nowhere"):
        headers = ada.get(path, buffered=True).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
