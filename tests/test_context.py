"""Contexts: what belongs to one request or command, and when it ends."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from quaff import (
    Quaff,
    after_this_request,
    copy_current_request_context,
    current_app,
    flash,
    g,
    get_flashed_messages,
    has_app_context,
    has_request_context,
    request,
    request_started,
    session,
    url_for,
)
from quaff.context import AppGlobals, Context, current
from quaff.flask import Flask
from quaff.globals import app_ctx
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway


@pytest.fixture
def ended(app: Quaff) -> list[Any]:
    """What the teardown functions were told."""
    ended: list[Any] = []
    app.teardown_request(lambda error: ended.append(("request", error)))
    app.teardown_appcontext(lambda error: ended.append(("context", error)))
    return ended


# -- pushing and popping -------------------------------------------------------------------------


def test_a_context_without_a_request(app: Quaff, ended: list[Any]) -> None:
    assert not has_app_context()
    with app.app_context() as context:
        assert has_app_context()
        assert not has_request_context()
        assert current_app == app
        assert not context.has_request
        g.value = 1
        assert not ended
    assert not has_app_context()
    assert ended == [("context", None)]


def test_a_context_with_a_request(app: Quaff, ended: list[Any]) -> None:
    app.add_url_rule("/<int:n>", view_func=lambda n: "", endpoint="view")
    with app.test_request_context("/3?a=1", method="POST") as context:
        assert has_app_context()
        assert has_request_context()
        assert (request.args["a"], context.request.path) == ("1", "/3")
        # There is no such method, which is found out and not raised.
        assert request.url_rule is None
        assert request.routing_exception is not None
        assert request.routing_exception.code == 405
    assert ended == [("request", None), ("context", None)]
    with app.test_request_context("/3"):
        assert (request.endpoint, request.view_args) == ("view", {"n": 3})


def test_an_error_in_the_block_is_told_to_teardown_functions(app: Quaff, ended: list[Any]) -> None:
    error = LookupError()
    with pytest.raises(LookupError), app.test_request_context():
        raise error
    assert ended == [("request", error), ("context", error)]
    assert not has_app_context()


def test_an_error_that_was_handled_before_is_not_told(app: Quaff, ended: list[Any]) -> None:
    try:
        raise LookupError
    except LookupError:
        with app.app_context():
            pass
    assert ended == [("context", None)]


def test_contexts_are_a_stack(app: Quaff) -> None:
    other = Quaff("other")
    with app.app_context():
        g.value = "outer"
        with other.test_request_context("/other"):
            assert current_app == other
            assert request.path == "/other"
            assert "value" not in g
        assert current_app == app
        assert not has_request_context()
        assert g.value == "outer"
        with app.app_context():
            assert "value" not in g
        assert g.value == "outer"


def test_a_context_may_be_pushed_again_and_ends_with_the_last_pop(
    app: Quaff, ended: list[Any]
) -> None:
    context = app.test_request_context()
    with context:
        g.value = 1
        with context:
            assert g.value == 1
        assert not ended
        assert request.path == "/"
    assert len(ended) == 2


def test_contexts_are_popped_in_order(app: Quaff) -> None:
    outer, inner = app.app_context(), app.test_request_context()
    outer.push()
    inner.push()
    with pytest.raises(RuntimeError, match="popped in the reverse order"):
        outer.pop()
    inner.pop()
    outer.pop()
    with pytest.raises(RuntimeError, match="not the context at work"):
        outer.pop()


def test_a_held_context_ends_when_it_is_released(app: Quaff, ended: list[Any]) -> None:
    seen: list[Any] = []
    app.teardown_request(lambda error: seen.append(request.path))
    context = app.test_request_context()
    with context:
        context.hold()
    assert not has_app_context()
    assert not ended
    context.release()
    assert seen == ["/"]
    assert len(ended) == 2
    assert not has_app_context()


def test_teardown_functions_may_look_at_the_request(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"
    seen: list[Any] = []

    @app.teardown_appcontext
    def end(error: Any) -> None:
        seen.append((request.path, g.value, session["value"], current_app.name))

    @app.route("/path")
    def view() -> str:
        g.value = session["value"] = 1
        return ""

    client.get("/path")
    assert seen == [("/path", 1, 1, "example")]


def test_the_context_says_what_it_is(app: Quaff) -> None:
    assert repr(app.app_context()) == "<Context of 'example', no request>"
    text = repr(app.test_request_context("/x?a=1", method="POST"))
    assert text == "<Context of 'example', POST 'http://localhost/x?a=1'>"


# -- requests inside of other contexts -----------------------------------------------------------


def inside(app: Quaff, gateway: Gateway, ended: list[Any]) -> str | None:
    """What a request finds in `g` that is made while another context is open."""
    app.add_url_rule("/", view_func=lambda: str(g.get("value")), endpoint="view")
    app.teardown_appcontext(lambda error: ended.append(g.get("value")))
    client = app.test_client(gateway=gateway)
    with app.app_context():
        g.value = "outer"
        answer = client.get("/").text
        g.after = True
        assert current_app == app
    return answer


def test_a_request_inside_another_context_has_its_own_g(gateway: Gateway) -> None:
    ended: list[Any] = []
    assert inside(Quaff("example", static_folder=None), gateway, ended) == "None"
    assert ended == [None, "outer"]


def test_under_flasks_name_it_shares_g_and_leaves_its_end_to_the_other(gateway: Gateway) -> None:
    ended: list[Any] = []
    assert inside(Flask("example", static_folder=None), gateway, ended) == "outer"
    assert ended == ["outer"]


def test_under_flasks_name_a_context_inside_a_request_shows_the_request(gateway: Gateway) -> None:
    app = Flask("example", static_folder=None)
    app.secret_key = "key"
    ended: list[Any] = []
    app.teardown_request(lambda error: ended.append("request"))
    app.teardown_appcontext(lambda error: ended.append("context"))

    @app.route("/<name>")
    def show(name: str) -> Any:
        g.value = "outer"
        with current_app.app_context() as inner:
            session["seen"] = name
            after_this_request(lambda response: response)
            shown = [request.path, url_for("show", name="b"), "value" in g, has_request_context()]
        assert not inner.has_request
        return [*shown, list(ended), session["seen"], g.value]

    client = app.test_client(gateway=gateway)
    answer = client.get("/a")
    assert answer.json == ["/a", "/b", False, True, ["context"], "a", "outer"]
    assert "session=" in answer.headers["Set-Cookie"]
    assert ended == ["context", "request", "context"]


def test_what_is_kept_by_the_identity_of_app_ctx_lives_as_long_as_g(gateway: Gateway) -> None:
    app = Flask("example", static_folder=None)
    seen: list[object] = []

    def keep() -> str:
        seen.append(app_ctx._get_current_object())  # type: ignore[attr-defined]
        return "kept"

    app.add_url_rule("/", view_func=keep)
    client = app.test_client(gateway=gateway)
    with app.app_context() as outer:
        client.get("/")
        with app.test_request_context("/other"):
            client.get("/")
            keep()
        assert seen == [outer, outer, outer]
    client.get("/")
    assert seen[3] is not outer


# -- copies --------------------------------------------------------------------------------------


def test_a_copied_context_has_request_and_session_and_its_own_g(
    app: Quaff, client: QuaffClient
) -> None:
    app.secret_key = "key"

    @app.route("/path")
    def view() -> Any:
        g.value = 1

        @copy_current_request_context
        def work(argument: str) -> list[Any]:
            session["written"] = argument
            return [request.path, request == original, g.get("value")]

        original = request._get_current_object()
        with ThreadPoolExecutor(1) as pool:
            seen = pool.submit(work, "by the copy").result()
        return [*seen, session["written"], g.value]

    assert client.get("/path").json == ["/path", True, None, "by the copy", 1]
    with client.session_transaction() as saved:
        assert saved == {"written": "by the copy"}


def test_a_copied_context_may_outlive_its_request(app: Quaff, client: QuaffClient) -> None:
    works: list[Any] = []

    @app.post("/path")
    def view() -> str:
        works.append(copy_current_request_context(lambda: f"{request.path} {request.form['a']}"))
        return str(request.form["a"])

    assert client.post("/path", data={"a": "1"}).text == "1"
    [work] = works
    assert work() == "/path 1"
    assert not has_app_context()


def test_an_async_function_can_be_called_with_a_copy(app: Quaff, client: QuaffClient) -> None:
    @app.route("/path")
    def view() -> str:
        @copy_current_request_context
        async def work() -> str:
            await asyncio.sleep(0)
            return request.path

        results: list[str] = []
        thread = threading.Thread(target=lambda: results.append(work()))
        thread.start()
        thread.join()
        return results[0]

    assert client.get("/path").text == "/path"


def test_a_task_works_with_a_copy(app: Quaff, client: QuaffClient) -> None:
    @app.route("/path")
    async def view() -> str:
        @copy_current_request_context
        async def work() -> str:
            await asyncio.sleep(0)
            return request.path

        return await asyncio.create_task(work())

    assert client.get("/path").text == "/path"


def test_a_copy_keeps_the_messages_that_were_read(app: Quaff) -> None:
    app.secret_key = "key"
    with app.test_request_context() as context:
        flash("message")
        assert get_flashed_messages() == ["message"]
        with context.copy():
            assert get_flashed_messages() == ["message"]


# -- g -------------------------------------------------------------------------------------------


def test_g_is_a_namespace(app: Quaff) -> None:
    with app.app_context():
        assert "a" not in g
        assert g.get("a") is None
        assert g.get("a", 1) == 1
        assert g.setdefault("a", 2) == 2
        assert g.setdefault("a", 3) == 2
        g.b = 4
        assert sorted(g) == ["a", "b"]
        assert g.pop("a") == 2
        assert g.pop("a", 5) == 5
        with pytest.raises(KeyError):
            g.pop("a")
        del g.b
        with pytest.raises(AttributeError):
            g.b  # noqa: B018 - reading raises
        assert repr(g._get_current_object()) == "<quaff.g of 'example'>"
    assert repr(AppGlobals()) == "<quaff.g>"


# -- functions of views --------------------------------------------------------------------------


@pytest.mark.parametrize("is_async", [False, True])
def test_functions_after_this_request_may_be_async(
    app: Quaff, client: QuaffClient, is_async: bool
) -> None:
    def add(response: Any) -> Any:
        response.headers.add("X-After", g.value)
        return response

    async def add_later(response: Any) -> Any:
        await asyncio.sleep(0)
        return add(response)

    @app.before_request
    def before() -> None:
        after_this_request(add_later if is_async else add)

    @app.route("/")
    def view() -> str:
        g.value = "view"
        after_this_request(add)
        return "body"

    assert client.get("/").headers.getlist("X-After") == ["view", "view"]


def test_nothing_is_made_before_it_is_asked_for(app: Quaff, client: QuaffClient) -> None:
    app.secret_key = "key"
    made: list[str] = []
    contexts: list[Context] = []
    app.app_ctx_globals_class = type("Own", (), {"__init__": lambda self: made.append("g")})
    app.add_url_rule("/", view_func=lambda: "body", endpoint="view")

    def note(sender: Quaff) -> None:
        contexts.append(current.get())

    with request_started.connected_to(note, app):
        assert client.get("/").text == "body"
    [context] = contexts
    assert made == []
    assert context._open_session is None
    assert "url_adapter" not in context.__dict__


def test_concurrent_requests_do_not_see_each_other(app: Quaff, gateway: Gateway) -> None:
    barrier = threading.Barrier(4, timeout=10)

    @app.route("/<int:n>")
    def view(n: int) -> str:
        g.n = n
        barrier.wait()
        return f"{g.n} {request.path}"

    def ask(n: int) -> str:
        return app.test_client(gateway=gateway).get(f"/{n}").text

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [f"{n} /{n}" for n in range(4)]


def test_concurrent_async_requests_do_not_see_each_other(app: Quaff, gateway: Gateway) -> None:
    arrived: list[asyncio.Event] = []

    @app.route("/<int:n>")
    async def view(n: int) -> str:
        g.n = n
        if not arrived:
            arrived.append(asyncio.Event())
            await asyncio.wait_for(arrived[0].wait(), 10)
        else:
            arrived[0].set()
        return f"{g.n} {request.path}"

    def ask(n: int) -> str:
        return app.test_client(gateway=gateway).get(f"/{n}").text

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, range(2))) == ["0 /0", "1 /1"]
