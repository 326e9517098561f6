"""What stands around an application, `wsgi_app` replaced or `__call__` patched, on each gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

import quaff
from quaff import Quaff, Response, g, request
from quaff.testing.client import Gateway


@pytest.fixture(params=get_args(Gateway))
def gateway(request: pytest.FixtureRequest) -> Any:
    return request.param


def watched(app: Quaff, events: list[Any]) -> None:
    """Put middleware around `app` that looks at the request when the response begins."""
    inner = app.wsgi_app

    def outer(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            events.append((status, request.path, g.get("seen")))
            return start_response(status, headers, *rest)

        return inner(environ, start)

    app.wsgi_app = outer  # type: ignore[method-assign]


@pytest.fixture
def events() -> list[Any]:
    return []


@pytest.fixture
def app(events: list[Any]) -> Quaff:
    app = Quaff(__name__)

    @app.get("/sync")
    def sync() -> str:
        g.seen = "sync"
        return "sync"

    @app.get("/async")
    async def later() -> str:
        g.seen = "async"
        return "async"

    @app.get("/stream")
    def stream() -> Response:
        return Response(piece for piece in ("a", "b"))

    @app.get("/fail")
    def fail() -> str:
        raise LookupError("failed")

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        events.append(("end", type(error).__name__))

    watched(app, events)
    return app


@pytest.mark.parametrize("path", ["/sync", "/async"])
def test_the_request_is_at_work_when_the_response_begins(
    app: Quaff, events: list[Any], gateway: Gateway, path: str
) -> None:
    client = app.test_client(gateway=gateway)
    assert client.get(path).text == path[1:]
    assert events == [("200 OK", path, path[1:]), ("end", "NoneType")]


def test_a_stream_ends_its_context_when_it_has_begun(
    app: Quaff, events: list[Any], gateway: Gateway
) -> None:
    assert app.test_client(gateway=gateway).get("/stream").text == "ab"
    assert events == [("200 OK", "/stream", None), ("end", "NoneType")]


def test_a_failed_view_is_told_to_teardown_functions(
    app: Quaff, events: list[Any], gateway: Gateway
) -> None:
    assert app.test_client(gateway=gateway).get("/fail").status_code == 500
    assert events == [
        ("500 INTERNAL SERVER ERROR", "/fail", None),
        ("end", "LookupError"),
    ]


def test_a_propagated_error_ends_the_context_too(
    app: Quaff, events: list[Any], gateway: Gateway
) -> None:
    app.testing = True
    with pytest.raises(LookupError):
        app.test_client(gateway=gateway).get("/fail")
    assert events == [("end", "LookupError")]


def test_an_error_of_start_response_is_told_to_teardown_functions(
    app: Quaff, events: list[Any]
) -> None:
    def broken(*args: Any) -> Callable[..., Any]:
        raise OSError("the server is gone")

    environ = app.test_request_context("/sync").request.environ
    with pytest.raises(OSError, match="the server is gone"):
        app(environ, broken)
    assert events[-1] == ("end", "OSError")
    assert not quaff.has_request_context()


def test_a_test_client_keeps_the_context_as_well(app: Quaff, events: list[Any]) -> None:
    with app.test_client() as client:
        client.get("/sync")
        assert g.seen == "sync"
        assert events == [("200 OK", "/sync", "sync")]
    assert events[1:] == [("end", "NoneType")]


def test_a_proxy_is_believed_where_the_application_says_so(gateway: Gateway) -> None:
    app = Quaff(__name__)
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.url}", endpoint="url")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    headers = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "site.example",
        "X-Forwarded-Prefix": "/at",
    }
    response = app.test_client(gateway=gateway).get("/", headers=headers)
    assert response.text == "10.0.0.1 https://site.example/at/"


def test_a_patched_call_stands_around_every_gateway(gateway: Gateway) -> None:
    """Instrumentation replaces `Quaff.__call__` by a plain WSGI function."""

    class Application(Quaff):
        pass

    seen = []

    def patched(self: Quaff, environ: Any, start_response: Any) -> Any:
        seen.append(environ["PATH_INFO"])
        return Quaff.__call__(self, environ, start_response)

    app = Application(__name__)
    app.add_url_rule("/", view_func=lambda: "answer", endpoint="index")
    Application.__call__ = patched  # type: ignore[method-assign, assignment]
    assert app.test_client(gateway=gateway).get("/").text == "answer"
    assert seen == ["/"]
