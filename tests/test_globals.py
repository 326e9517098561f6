"""The proxies: what they stand for, and what they say where they stand for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quaff import Quaff, Request, current_app, g, globals, request, session
from quaff.context import Context
from quaff.globals import app_ctx, request_ctx
from quaff.testing import QuaffClient


@pytest.mark.parametrize("name", globals.__all__)
def test_outside_of_contexts_a_proxy_is_false_and_says_so(name: str) -> None:
    proxy = getattr(globals, name)
    assert not proxy
    assert repr(proxy) == "<LocalProxy unbound>"
    needs = "the application"
    if name in {"request", "session", "request_ctx"}:
        needs = "a request"
    elif name == "websocket":
        needs = "a connection"
    with pytest.raises(RuntimeError, match=f"this needs (to know )?{needs}"):
        proxy.attribute  # noqa: B018 - reading raises


@pytest.mark.parametrize("name", ["request", "session", "request_ctx"])
def test_without_a_request_there_is_none(app: Quaff, name: str) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="outside of a request context"):
        getattr(globals, name).attribute  # noqa: B018 - reading raises


def test_a_proxy_is_equal_to_what_it_stands_for_and_not_the_same(app: Quaff) -> None:
    with app.test_request_context() as context:
        pairs: list[tuple[Any, Any]] = [
            (current_app, app),
            (request, context.request),
            (g, context.g),
            (app_ctx, context),
            (request_ctx, context),
        ]
        for proxy, thing in pairs:
            assert proxy == thing
            assert proxy is not thing
            assert proxy._get_current_object() is thing
            assert bool(proxy)
        assert isinstance(request, Request)
        assert isinstance(current_app, Quaff)
        assert isinstance(app_ctx, Context)
        assert repr(request) == repr(context.request)


@pytest.mark.parametrize(
    ("look", "varies"),
    [
        (lambda: session.get("a"), True),
        (lambda: "a" in session, True),
        (lambda: len(session), True),
        (lambda: session._get_current_object(), True),
        (lambda: request.path, False),
    ],
)
def test_any_look_at_the_session_is_noticed(
    app: Quaff, client: QuaffClient, look: Callable[[], Any], varies: bool
) -> None:
    app.secret_key = "key"

    @app.route("/")
    def view() -> str:
        look()
        return "body"

    assert client.get("/").vary.as_set() == ({"cookie"} if varies else set())


def test_a_proxy_does_not_take_an_error_of_what_it_stands_for_for_its_own(app: Quaff) -> None:
    class Own(Request):
        @property
        def broken(self) -> str:
            raise KeyError("inner")

    app.request_class = Own
    app.testing = True
    client = app.test_client()
    app.add_url_rule("/", view_func=lambda: request.broken)  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="inner"):
        client.get("/")
