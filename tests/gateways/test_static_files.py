"""Static files that clients have already: async gateways say so without a thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quaff import Blueprint, Quaff, request_started, session
from quaff.http import file_source
from quaff.testing.client import Gateway
from tests.each_gateway import Reply, deliver

Get = Callable[..., Reply]

#: What an application may have that must run in a thread, or is none of ours.
DISTURBANCES: dict[str, Callable[[Quaff], Any]] = {
    "before": lambda app: app.before_request(lambda: None),
    "after": lambda app: app.after_request(lambda response: response),
    "teardown": lambda app: app.teardown_request(lambda error: None),
    "app teardown": lambda app: app.teardown_appcontext(lambda error: None),
    "url values": lambda app: app.url_value_preprocessor(lambda endpoint, values: None),
    "max age": lambda app: setattr(app, "get_send_file_max_age", lambda name: 5),
    "static files": lambda app: setattr(app, "send_static_file", lambda filename: "my own"),
    "middleware": lambda app: setattr(app, "wsgi_app", lambda *wsgi: Quaff.wsgi_app(app, *wsgi)),
}


@pytest.fixture
def app(tmp_path: Path) -> Quaff:
    (tmp_path / "static" / "sub").mkdir(parents=True)
    (tmp_path / "static" / "page.css").write_text("a {}")
    (tmp_path / "static" / "sub" / "deep.css").write_text("b {}")
    (tmp_path / "secret.css").write_text("c {}")
    return Quaff("example", root_path=str(tmp_path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "static" / "page.css"


@pytest.fixture
def threads(app: Quaff, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was run in threads."""
    ran: list[Any] = []
    run = app.threads.run

    async def noting(function: Any, *args: Any, **options: Any) -> Any:
        ran.append(function)
        return await run(function, *args, **options)

    monkeypatch.setattr(app.threads, "run", noting)
    return ran


@pytest.fixture
def get(app: Quaff, gateway: Gateway) -> Get:
    """The reply to a GET for a target with some header fields."""

    def get(target: str, *fields: tuple[str, str], **parts: Any) -> Reply:
        headers = [("Host", "localhost"), *fields]
        return deliver(app, gateway, target=target, headers=headers, **parts)

    return get


def tag_of(reply: Reply) -> tuple[str, str]:
    return ("If-None-Match", reply.headers["ETag"])


@pytest.mark.parametrize("name", ["page.css", "sub/deep.css"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_that_was_looked_at_just_now_needs_no_thread_to_be_unmodified(
    get: Get, threads: list[Any], gateway: Gateway, name: str, method: str
) -> None:
    whole = get(f"/static/{name}")
    known = ("If-Modified-Since", whole.headers["Last-Modified"])
    for condition in (tag_of(whole), known):
        reply = get(f"/static/{name}", condition, method=method)
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["ETag"] == whole.headers["ETag"]
        assert reply.headers["Cache-Control"] == "no-cache"
    assert len(threads) == (0 if gateway == "wsgi" else 1)


def test_the_answer_is_that_of_the_view(
    app: Quaff, get: Get, threads: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60
    monkeypatch.setattr("quaff.http.files.time", lambda: 1e9)
    condition = tag_of(get("/static/page.css"))
    quick = get("/static/page.css", condition)
    ran = len(threads)
    monkeypatch.setattr(file_source, "AT_HAND", 0)
    slow = get("/static/page.css", condition)
    assert quick.status == slow.status == 304
    assert sorted(quick.headers) == sorted(slow.headers)
    assert "max-age=60" in quick.headers["Cache-Control"]
    assert len(threads) >= ran


def test_a_file_that_has_changed_is_sent(get: Get, path: Path, threads: list[Any]) -> None:
    condition = tag_of(get("/static/page.css"))
    path.write_text("new {}")
    reply = get("/static/page.css", condition)
    assert (reply.status, reply.body) == (200, b"new {}")
    os.remove(path)
    assert get("/static/page.css", condition).status == 404


def test_a_file_that_became_a_folder_is_not_found(get: Get, path: Path) -> None:
    condition = tag_of(get("/static/page.css"))
    path.unlink()
    path.mkdir()
    assert get("/static/page.css", condition).status == 404


def test_a_while_later_a_thread_looks_again(
    get: Get, threads: list[Any], gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(file_source, "monotonic", lambda: now)
    condition = tag_of(get("/static/page.css"))
    threads.clear()
    ran = []
    for moment in (1000.9, 1001.1, 1001.9, 1002.0, 1002.2):
        now = moment
        assert get("/static/page.css", condition).status == 304
        ran.append(len(threads))
    assert ran == ([0] * 5 if gateway == "wsgi" else [0, 1, 1, 1, 2])


@pytest.mark.parametrize("name", ["../secret.css", "..%2Fsecret.css", "C:%5Cpage.css", "page%00"])
def test_names_that_lead_elsewhere_are_not_found(get: Get, name: str) -> None:
    get("/static/page.css")
    assert get(f"/static/{name}", ("If-None-Match", "*")).status == 404


def test_other_conditions_are_obeyed(get: Get) -> None:
    condition = tag_of(get("/static/page.css"))
    assert get("/static/page.css", condition, ("If-Match", '"other"')).status == 412
    assert get("/static/page.css", condition, method="POST").status == 405


def test_blueprints_have_it_too(
    app: Quaff, get: Get, tmp_path: Path, threads: list[Any], gateway: Gateway
) -> None:
    app.register_blueprint(
        Blueprint("part", __name__, root_path=str(tmp_path), static_folder="static"),
        url_prefix="/part",
    )
    condition = tag_of(get("/part/static/page.css"))
    assert get("/part/static/page.css", condition).status == 304
    assert len(threads) == (0 if gateway == "wsgi" else 1)


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_whatever_else_takes_part_does_so_in_a_thread(
    app: Quaff, get: Get, threads: list[Any], gateway: Gateway, disturbance: str
) -> None:
    DISTURBANCES[disturbance](app)
    for _ in range(2):
        reply = get("/static/page.css", ("If-None-Match", "*"))
        assert reply.status == (200 if disturbance == "static files" else 304)
    assert len(threads) == (0 if gateway == "wsgi" else 2)


def test_receivers_of_signals_run_in_a_thread(
    app: Quaff, get: Get, threads: list[Any], gateway: Gateway
) -> None:
    with request_started.connected_to(lambda sender: None, app):
        for _ in range(2):
            assert get("/static/page.css", ("If-None-Match", "*")).status == 304
    assert len(threads) == (0 if gateway == "wsgi" else 2)


def test_sessions_that_may_have_to_be_sent_again_are(app: Quaff, get: Get) -> None:
    app.secret_key = "a secret"

    @app.route("/")
    def log_in() -> str:
        session.permanent = True
        session["name"] = "Ada"
        return ""

    cookie = ("Cookie", get("/").headers["Set-Cookie"].partition(";")[0])
    for _ in range(2):
        reply = get("/static/page.css", ("If-None-Match", "*"), cookie)
        assert reply.status == 304
        assert reply.headers["Set-Cookie"].startswith("session=")
