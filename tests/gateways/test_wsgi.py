"""WSGI (PEP 3333): what the server is handed."""

from __future__ import annotations

import io
import sys
import warnings
from typing import Any
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wsgi import wrap_file

from quaff import Quaff, Response, has_request_context, request
from tests.each_gateway import deliver


@pytest.fixture
def app(app: Quaff) -> Quaff:
    app.add_url_rule("/text", view_func=lambda: "text", endpoint="text", methods=["GET", "POST"])
    app.add_url_rule("/stream", view_func=lambda: iter(["a", b"b"]), endpoint="stream")
    app.add_url_rule("/status", view_func=lambda: ("x", "299 Own"), endpoint="status")

    async def later() -> Any:
        yield "a"
        yield "b"

    app.add_url_rule("/later", view_func=lambda: later(), endpoint="later")
    return app


@pytest.mark.parametrize("path", ["/text", "/stream", "/later", "/status", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_protocol_is_kept(app: Quaff, path: str, method: str) -> None:
    """As the standard library's checker sees it."""
    environ = create_environ(path, method=method)
    environ["QUERY_STRING"] = ""
    environ.pop("CONTENT_TYPE", None)
    for key in [key for key in environ if key.startswith("werkzeug.")]:
        del environ[key]
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        started.append((status, headers))
        return lambda data: None

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        body = validator(app)(environ, start_response)
        content = b"".join(body)
        body.close()
    [(status, headers)] = started
    assert type(status) is str
    assert all(type(name) is type(value) is str for name, value in headers)
    assert (content == b"") is (method == "HEAD")


def test_the_reason_is_the_views_own(app: Quaff) -> None:
    _, status, _ = run_wsgi_app(app, create_environ("/status"))
    assert status == "299 Own"


def test_a_plain_body_is_a_list_of_bytes(app: Quaff) -> None:
    """Servers send a single piece in one go, with its length known."""
    sent: list[Any] = []
    body = app(create_environ("/text"), lambda status, headers: sent.append(headers))
    assert body == [b"text"]
    assert ("Content-Length", "4") in sent[0]


def test_a_file_goes_to_the_servers_own_wrapper(app: Quaff) -> None:
    file = io.BytesIO(b"content")

    @app.route("/file")
    def view() -> Response:
        body = wrap_file(request.environ, file)
        return Response(body, direct_passthrough=True, mimetype="text/plain")

    environ = create_environ("/file")
    environ["wsgi.file_wrapper"] = FileWrapper
    body = app(environ, lambda status, headers: None)
    assert isinstance(body, FileWrapper)
    assert b"".join(body) == b"content"
    body.close()
    assert file.closed


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("is_own", [True, False])
def test_who_waits_for_the_end_of_a_file_is_called_once(
    app: Quaff, is_own: bool, method: str
) -> None:
    class Own(Response):
        def get_wsgi_headers(self, environ: Any) -> Any:
            return super().get_wsgi_headers(environ)

    ends: list[str] = []

    @app.route("/file")
    def view() -> Response:
        body = wrap_file(request.environ, io.BytesIO(b"content"))
        response = (Own if is_own else Response)(body, direct_passthrough=True)
        response.call_on_close(lambda: ends.append("closed"))
        return response

    body, _, _ = run_wsgi_app(app, create_environ("/file", method=method))
    assert b"".join(body) == (b"content" if method == "GET" else b"")
    body.close()  # type: ignore[attr-defined]
    assert ends == ["closed"]


def test_nothing_is_left_in_the_thread(app: Quaff) -> None:
    for path in ("/text", "/stream", "/later", "/nowhere"):
        body, _, _ = run_wsgi_app(app, create_environ(path))
        assert not has_request_context()
        assert b"".join(body)
        assert not has_request_context()


def test_a_body_that_was_not_read_is_the_servers_to_deal_with(app: Quaff) -> None:
    environ = create_environ("/text", method="POST", data=b"unread")
    run_wsgi_app(app, environ)
    assert environ["wsgi.input"].read() == b"unread"


def test_an_error_of_a_propagating_application_is_the_servers(app: Quaff) -> None:
    app.testing = True

    @app.route("/fail")
    def fail() -> str:
        raise LookupError("propagated")

    with pytest.raises(LookupError, match="propagated") as caught:
        deliver(app, "wsgi", target="/fail")
    assert caught.traceback[-1].name == "fail"


@pytest.mark.parametrize("missing", ["PATH_INFO", "QUERY_STRING", "SCRIPT_NAME", "HTTP_HOST"])
def test_an_environ_may_lack_what_is_empty(app: Quaff, missing: str) -> None:
    environ = create_environ("/text")
    environ.pop(missing)
    _, status, _ = run_wsgi_app(app, environ)
    assert status == ("404 NOT FOUND" if missing == "PATH_INFO" else "200 OK")


def test_the_mount_point_is_kept_apart_from_the_path(app: Quaff) -> None:
    app.add_url_rule(
        "/where",
        view_func=lambda: f"{request.root_path} {request.path} {request.url}",
        endpoint="w",
    )
    environ = create_environ("/where", "http://localhost/mounted/at")
    body, _, _ = run_wsgi_app(app, environ)
    assert b"".join(body) == b"/mounted/at /where http://localhost/mounted/at/where"


@pytest.mark.parametrize("strict", [True, False])
def test_the_mount_point_without_its_slash_is_another_url(app: Quaff, strict: bool) -> None:
    """As with any path that ends in a slash, since links on its page are relative to that."""
    app.url_map.strict_slashes = strict
    app.add_url_rule("/", view_func=lambda: "root", endpoint="root")
    environ = create_environ("/?a=1", "http://localhost/mounted")
    environ["PATH_INFO"] = ""
    for _ in range(2):
        body, status, headers = run_wsgi_app(app, dict(environ))
        if strict:
            assert status == "308 PERMANENT REDIRECT"
            assert headers["Location"] == "http://localhost/mounted/?a=1"
        else:
            assert (status, b"".join(body)) == ("200 OK", b"root")


def test_errors_are_logged_to_the_servers_stream(app: Quaff) -> None:
    stream = io.StringIO()

    @app.route("/fail")
    def fail() -> str:
        raise LookupError("to be logged")

    from quaff.logging import default_handler

    app.logger.addHandler(default_handler)
    try:
        run_wsgi_app(app, create_environ("/fail", errors_stream=stream))  # type: ignore[arg-type]
    finally:
        app.logger.removeHandler(default_handler)
    assert "to be logged" in stream.getvalue()
    assert "Exception on /fail [GET]" in stream.getvalue()
    assert sys.stderr is not stream
