"""The request is made when somebody asks for it, and not before."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from quaff import Quaff, Request, after_this_request, copy_current_request_context, request, session
from quaff.context import current
from quaff.testing import QuaffClient


def test_a_view_that_asks_for_no_request_gets_none_made(app: Quaff, client: QuaffClient) -> None:
    made: list[Any] = []

    @app.route("/plain")
    def plain() -> str:
        made.append(current.get().made)
        return "done"

    @app.route("/numbers/<int:number>")
    async def number(number: int) -> str:
        made.append(current.get().made)
        return str(number)

    assert client.get("/plain").text == "done"
    assert client.get("/numbers/3").text == "3"
    assert made == [None, None]


def test_a_view_that_asked_for_its_request_has_the_next_one_made_at_once(
    app: Quaff, client: QuaffClient
) -> None:
    made: list[bool] = []

    @app.route("/page")
    def page() -> str:
        made.append(current.get().made is not None)
        return request.args["name"]

    @app.route("/other")
    def other() -> str:
        made.append(current.get().made is not None)
        return "other"

    assert [client.get(f"/page?name={name}").text for name in "ab"] == ["a", "b"]
    assert client.get("/other").text == "other"
    assert made == [False, True, False]


def test_a_request_that_is_made_late_knows_all_that_an_early_one_does(
    app: Quaff, client: QuaffClient
) -> None:
    @app.route("/items/<name>")
    def item(name: str) -> dict[str, Any]:
        return {
            "url": request.url,
            "method": request.method,
            "endpoint": request.endpoint,
            "rule": str(request.url_rule),
            "values": request.view_args,
            "agent": request.headers["User-Agent"],
            "same": request._get_current_object() is current.get().made,  # type: ignore[attr-defined]
            "limit": request.max_content_length,
        }

    app.config["MAX_CONTENT_LENGTH"] = 77
    assert client.get("/items/tea?cup=1", headers={"User-Agent": "test"}).json == {
        "url": "http://localhost/items/tea?cup=1",
        "method": "GET",
        "endpoint": "item",
        "rule": "/items/<name>",
        "values": {"name": "tea"},
        "agent": "test",
        "same": True,
        "limit": 77,
    }


def test_a_view_that_never_waits_may_fail_as_any_other(app: Quaff, client: QuaffClient) -> None:
    async def loop() -> int:
        return id(asyncio.get_running_loop())

    @app.route("/")
    async def view() -> str:
        raise LookupError(id(asyncio.get_running_loop()))

    @app.errorhandler(LookupError)
    def in_a_thread(error: LookupError) -> list[int]:
        return [*error.args, app.async_to_sync(loop)()]

    ours, others = client.get("/").json
    assert ours == others


def test_a_path_is_not_taken_for_what_its_bytes_spell(app: Quaff, client: QuaffClient) -> None:
    # WSGI gives the bytes of a path as Latin-1, in which those of the first spell the second.
    for path in ("/\u00e9", "/\u00c3\u00a9"):
        app.add_url_rule(path, path, lambda path=path: f"{path} {request.path}")

    assert client.get("/%C3%A9").text == "/\u00e9 /\u00e9"
    assert client.get("/%C3%83%C2%A9").text == "/\u00c3\u00a9 /\u00c3\u00a9"


def test_static_rules_give_each_request_values_of_its_own(app: Quaff, client: QuaffClient) -> None:
    @app.route("/")
    def view() -> dict[str, Any]:
        assert request.view_args is not None
        before = dict(request.view_args)
        request.view_args["left"] = "by this request"
        return before

    assert [client.get("/").json for _ in range(2)] == [{}, {}]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
def test_methods_of_one_path_are_kept_apart(app: Quaff, client: QuaffClient, method: str) -> None:
    app.add_url_rule("/", "read", lambda: "read")
    app.add_url_rule("/", "write", lambda: "written", methods=["POST"])
    expected = {
        "GET": (200, "read"),
        "POST": (200, "written"),
        "HEAD": (200, ""),
        "OPTIONS": (200, ""),
    }
    for _ in range(2):
        response = client.open("/", method=method)
        if method == "DELETE":
            assert response.status_code == 405
            assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "POST"}
        else:
            assert (response.status_code, response.text) == expected[method]
            assert (set(response.allow) == {"GET", "HEAD", "OPTIONS", "POST"}) is (
                method == "OPTIONS"
            )


def test_a_session_is_refreshed_although_nobody_asks_for_it(
    app: Quaff, client: QuaffClient
) -> None:
    app.secret_key = "test"

    @app.route("/login")
    def login() -> str:
        session.permanent = True
        session["user"] = 1
        return "welcome"

    app.add_url_rule("/", "index", lambda: "index")
    assert "Set-Cookie" not in client.get("/").headers
    client.get("/login")
    assert "session=" in client.get("/").headers["Set-Cookie"]


def test_a_request_class_that_changes_the_method_is_matched_by_its_word(
    app: Quaff, client: QuaffClient
) -> None:
    class Overridden(Request):
        def __init__(self, environ: Any, *args: Any, **options: Any) -> None:
            super().__init__(environ, *args, **options)
            self.method = environ.get("HTTP_X_METHOD", self.method)

    app.request_class = Overridden
    app.add_url_rule("/", "delete", lambda: request.method, methods=["DELETE"])
    assert client.post("/", headers={"X-Method": "DELETE"}).text == "DELETE"


def test_a_request_class_with_a_path_of_its_own_is_matched_by_it() -> None:
    class Fixed(Request):
        path = "/fixed"

    app = Quaff("example")
    app.request_class = Fixed
    app.add_url_rule("/fixed", "fixed", lambda: request.path)
    assert app.test_client().get("/anything").text == "/fixed"


def test_what_the_view_begins_may_ask_for_the_request_first(
    app: Quaff, client: QuaffClient
) -> None:
    @app.route("/<name>")
    def view(name: str) -> str:
        @copy_current_request_context
        def path() -> str:
            return request.path

        @after_this_request
        def mark(response: Any) -> Any:
            response.headers["X-Path"] = request.path
            return response

        return path()

    response = client.get("/there")
    assert (response.text, response.headers["X-Path"]) == ("/there", "/there")


def test_an_error_in_a_view_finds_its_request(app: Quaff, client: QuaffClient) -> None:
    @app.errorhandler(ZeroDivisionError)
    def excuse(error: ZeroDivisionError) -> tuple[str, int]:
        return f"{request.method} {request.endpoint}", 500

    @app.route("/")
    def broken() -> str:
        return str(1 / 0)

    assert client.get("/").text == "GET broken"


def test_a_page_that_is_not_there_leaves_nothing_to_the_garbage_collector(app: Quaff) -> None:
    client = app.test_client()

    def environ() -> dict[str, Any]:
        return {"REQUEST_METHOD": "GET", "PATH_INFO": "/nowhere", "wsgi.url_scheme": "http"}

    assert client.get("/nowhere").status_code == 404
    gc.collect()
    gc.disable()
    try:
        b"".join(app.wsgi_app(environ(), lambda *args: None))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_threads_that_ask_at_once_get_one_request(app: Quaff, client: QuaffClient) -> None:
    faster: list[Any] = []

    class Slow(Request):
        def __new__(cls, *args: Any) -> Any:
            if not faster:
                # While one thread makes the request, another asks for it and gets it.
                faster.append(None)
                faster[0] = current.get().request
            return super().__new__(cls)

    app.request_class = Slow

    @app.route("/")
    def view() -> str:
        assert current.get().made is None
        return str(current.get().request is faster[0] is current.get().request)

    assert client.get("/").text == "True"
