"""Functions for views, which work by the application at work."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

import quaff
from quaff import (
    Quaff,
    Response,
    abort,
    make_response,
    redirect,
    request,
    send_file,
    send_from_directory,
)
from quaff.testing import QuaffClient
from tests.each_gateway import Gateway, deliver

# -- redirect and abort --------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_sent_as_it_is_given(app: Quaff, client: QuaffClient, code: int) -> None:
    app.add_url_rule("/", view_func=lambda: redirect("/there?a=1", code), endpoint="view")
    response = client.get("/")
    assert response.status_code == code
    assert response.headers["Location"] == "/there?a=1"


def test_a_redirect_is_302_by_default() -> None:
    assert redirect("/there").status_code == 302


def test_the_application_may_decide_about_redirects() -> None:
    class Own(Quaff):
        response_class = type("OwnResponse", (Response,), {})

        def redirect(self, location: str, code: int = 302) -> Any:
            return super().redirect(f"/prefix{location}", code)

    app = Own("example", static_folder=None)
    with app.app_context():
        response = redirect("/there")
        assert response.location == "/prefix/there"
        assert type(response) is app.response_class
        assert type(redirect("/there", Response=WerkzeugResponse)) is WerkzeugResponse
    assert type(redirect("/there")) is WerkzeugResponse


def test_aborting() -> None:
    with pytest.raises(NotFound, match="nothing here"):
        abort(404, "nothing here")
    with pytest.raises(LookupError, match="no exception for 299"):
        abort(299)


def test_an_application_may_abort_with_more(app: Quaff) -> None:
    class Payment(Forbidden):
        code = 402

    app.aborter.mapping[402] = Payment
    with app.app_context(), pytest.raises(Payment):
        abort(402)


# -- make_response -------------------------------------------------------------------------------


def test_a_response_of_what_a_view_may_return(app: Quaff) -> None:
    with app.test_request_context():
        assert make_response().data == b""
        assert make_response("text").data == b"text"
        response = make_response("text", 201, {"X-A": "1"})
        assert (response.status_code, response.headers["X-A"]) == (201, "1")
        assert make_response({"a": 1}).json == {"a": 1}
        assert make_response("text", {"X-A": "1"}).headers["X-A"] == "1"
        given = Response("given")
        assert make_response(given) is given


# -- files ---------------------------------------------------------------------------------------


@pytest.fixture
def files(app: Quaff, tmp_path: Path) -> Path:
    """A folder with files, which is the root of the application."""
    app.root_path = str(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "page.html").write_text("<p>content</p>")
    (tmp_path / "secret.txt").write_text("secret")
    app.add_url_rule("/file", view_func=lambda: send_file("files/page.html"), endpoint="file")
    app.add_url_rule(
        "/below/<path:name>",
        view_func=lambda name: send_from_directory("files", name, as_attachment=True, max_age=5),
        endpoint="below",
    )
    return tmp_path


def test_a_file_by_its_path_below_the_root(app: Quaff, client: QuaffClient, files: Path) -> None:
    response = client.get("/file")
    assert response.data == b"<p>content</p>"
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["ETag"]
    response.close()


@pytest.mark.usefixtures("files")
def test_what_the_client_has_already_is_not_sent_again(client: QuaffClient) -> None:
    first = client.get("/file")
    first.close()
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        response = client.get("/file", headers=headers)
        assert (response.status_code, response.data) == (304, b"")
        assert "Content-Length" not in response.headers
        assert response.headers["ETag"] == first.headers["ETag"]
        response.close()


@pytest.mark.usefixtures("files")
def test_a_part_of_a_file(client: QuaffClient) -> None:
    response = client.get("/file", headers={"Range": "bytes=3-9"})
    assert (response.status_code, response.data) == (206, b"content")
    assert response.headers["Content-Length"] == "7"
    response.close()


@pytest.mark.usefixtures("files")
def test_the_head_of_a_file(client: QuaffClient) -> None:
    response = client.head("/file")
    assert (response.data, response.headers["Content-Length"]) == (b"", "14")
    response.close()


@pytest.mark.usefixtures("files")
def test_a_file_that_the_client_names(app: Quaff, gateway: Gateway) -> None:
    reply = deliver(app, gateway, target="/below/page.html")
    assert reply.body == b"<p>content</p>"
    assert reply.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert "max-age=5" in reply.headers["Cache-Control"]
    for name in ("../secret.txt", "%2e%2e/secret.txt", "..%5csecret.txt", "none", "%00", ""):
        assert deliver(app, gateway, target=f"/below/{name}").status == 404


def test_a_file_object_needs_a_name_or_a_media_type(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    app.add_url_rule("/bare", view_func=lambda: send_file(io.BytesIO(b"x")), endpoint="bare")
    app.add_url_rule(
        "/named",
        view_func=lambda: send_file(io.BytesIO(b"x"), download_name="été.txt", as_attachment=True),
        endpoint="named",
    )
    assert client.get("/bare").status_code == 500
    assert len(logged.records) == 1
    response = client.get("/named")
    assert (response.data, response.mimetype) == (b"x", "text/plain")
    assert "filename*=UTF-8''%C3%A9t%C3%A9.txt" in response.headers["Content-Disposition"]
    response.close()


def test_a_file_is_closed_when_it_was_sent(app: Quaff, client: QuaffClient) -> None:
    file = io.BytesIO(b"content")
    app.add_url_rule("/", view_func=lambda: send_file(file, mimetype="text/plain"), endpoint="view")
    response = client.get("/")
    assert response.data == b"content"
    response.close()
    assert file.closed


@pytest.mark.usefixtures("files")
def test_the_application_decides_how_long_files_are_kept(app: Quaff, client: QuaffClient) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 10
    response = client.get("/file")
    assert response.cache_control.max_age == 10
    response.close()
    app.get_send_file_max_age = lambda name: 20  # type: ignore[method-assign]
    response = client.get("/file")
    assert response.cache_control.max_age == 20
    response.close()


@pytest.mark.usefixtures("files")
def test_a_web_server_in_front_may_send_files(app: Quaff, client: QuaffClient) -> None:
    app.config["USE_X_SENDFILE"] = True
    response = client.get("/file")
    assert response.headers["X-Sendfile"].endswith("files/page.html")
    assert response.data == b""
    response.close()


# -- without an application ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: make_response("x"),
        lambda: quaff.url_for("x"),
        lambda: send_file("x"),
        lambda: send_from_directory("x", "y"),
        lambda: request.path,
    ],
)
def test_outside_of_contexts_they_say_what_is_missing(call: Any) -> None:
    with pytest.raises(RuntimeError, match="Working outside of"):
        call()
