"""Views that may take only so long."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import pytest

from quaff import Blueprint, Quaff, request
from quaff.bridge import run
from quaff.testing import QuaffClient


@pytest.fixture(autouse=True)
def loop_that_runs() -> None:
    """Starting the loop of WSGI takes time, which is not the view's."""
    run(asyncio.sleep(0))


async def endless() -> str:
    await asyncio.Event().wait()
    return "never"


def test_a_coroutine_function_is_cancelled(app: Quaff, client: QuaffClient) -> None:
    ends: list[str] = []
    torn: list[Any] = []
    app.teardown_request(torn.append)

    @app.route("/", timeout=0.1)
    async def view() -> str:
        try:
            return await endless()
        finally:
            ends.append(request.path)

    response = client.get("/", buffered=True)
    assert response.status_code == 504
    assert "took longer than 0.1 seconds" in response.text
    assert (ends, len(torn)) == (["/"], 1)


def test_an_error_handler_may_answer_instead(app: Quaff, client: QuaffClient) -> None:
    app.register_error_handler(504, lambda error: ("later", 504))
    app.add_url_rule("/", view_func=endless, timeout=0.1)
    assert client.get("/").text == "later"


def test_a_timeout_of_the_views_own_is_its_own(app: Quaff, client: QuaffClient) -> None:
    app.testing = True

    @app.route("/", timeout=10)
    async def view() -> str:
        raise TimeoutError("of the database")

    with pytest.raises(TimeoutError, match="of the database"):
        client.get("/")


def test_an_async_view_whose_time_is_over_is_not_begun(app: Quaff, client: QuaffClient) -> None:
    begun: list[str] = []

    @app.before_request
    async def slow() -> None:
        request.deadline = monotonic() - 1

    @app.route("/", timeout=10)
    async def view() -> str:
        begun.append("view")
        return "never"

    response = client.get("/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert begun == []


def test_a_view_that_is_quick_enough(app: Quaff, client: QuaffClient) -> None:
    @app.route("/", timeout=10)
    async def view() -> str:
        await asyncio.sleep(0)
        return "done"

    assert client.get("/").text == "done"


def test_a_plain_function_can_look_at_the_time_it_has(app: Quaff, client: QuaffClient) -> None:
    left: list[Any] = []

    def look() -> None:
        left.append(None if request.deadline is None else request.deadline - monotonic())

    app.before_request(look)
    app.add_url_rule("/", view_func=lambda: "", endpoint="limited", timeout=10)
    app.add_url_rule("/free", view_func=lambda: "", endpoint="free")
    client.get("/")
    client.get("/free")
    assert 9 < left[0] <= 10
    assert left[1] is None


@pytest.mark.parametrize(
    ("of_app", "of_outer", "of_inner", "of_route", "seconds"),
    [
        (None, None, None, None, None),
        (1, None, None, None, 1),
        (1, 2, None, None, 2),
        (1, 2, 3, None, 3),
        (1, 2, 3, 4, 4),
        (1, None, None, 4, 4),
    ],
)
def test_the_innermost_timeout_counts(
    of_app: Any, of_outer: Any, of_inner: Any, of_route: Any, seconds: Any
) -> None:
    app = Quaff("example", static_folder=None, timeout=of_app)
    outer = Blueprint("outer", "example", timeout=of_outer)
    inner = Blueprint("inner", "example", timeout=of_inner)
    inner.add_url_rule("/", "view", lambda: "", timeout=of_route)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert app.plan.finder.routes["outer.inner.view"].timeout == seconds
