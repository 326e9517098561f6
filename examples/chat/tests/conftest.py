"""Fixtures: the chat on each backend of channels, and visitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args
from uuid import uuid4

import pytest

from examples.chat import create_app
from quaff import Quaff
from quaff.testing import QuaffClient
from quaff.testing.client import Gateway


@pytest.fixture(params=["memory", "redis"])
def app(request: pytest.FixtureRequest) -> Any:
    """The application while it serves, with rooms of its own."""
    url = "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")
    app = create_app(
        {
            "CHANNELS_URL": url,
            "CHANNELS_PREFIX": f"chat-{uuid4().hex}",
            "SECRET_KEY": "x",
            "TESTING": True,
        }
    )
    with app.test_app():
        yield app


@pytest.fixture(params=get_args(Gateway))
def gateway(request: pytest.FixtureRequest) -> Gateway:
    """The name of a gateway; the test runs once for each."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def visitor(app: Quaff, gateway: Gateway) -> Callable[[str], QuaffClient]:
    """A function: name -> the client of somebody who has said it."""

    def visitor(name: str) -> QuaffClient:
        client: Any = app.test_client(gateway=gateway)
        answer = client.post("/", data={"name": name, "room": "lobby"})
        assert (answer.status_code, answer.location) == (303, "/rooms/lobby")
        return client  # type: ignore[no-any-return]

    return visitor
