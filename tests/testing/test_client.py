from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request

from quaff import (
    Quaff,
    after_this_request,
    current_app,
    g,
    make_response,
    redirect,
    request,
    request_started,
    session,
    stream_with_context,
)
from quaff.testing import EnvironBuilder, QuaffClient


@pytest.fixture(params=["wsgi", "asgi", "rsgi"])
def client(request: pytest.FixtureRequest, app: Quaff) -> QuaffClient:
    client = app.test_client(gateway=request.param)
    assert isinstance(client, QuaffClient)
    return client


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture
def app(log: list[Any]) -> Quaff:
    app = Quaff("example")
    app.testing = True
    app.secret_key = "key"
    app.teardown_request(lambda error: log.append(error))

    @app.route("/echo", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def echo() -> Any:
        return {
            "method": request.method,
            "url": request.url,
            "headers": {name.title(): value for name, value in request.headers},
            "address": request.remote_addr,
            "form": request.form.to_dict(),
            "files": {name: file.read().decode() for name, file in request.files.items()},
            "text": request.get_data(as_text=True),
        }

    @app.route("/async")
    async def asynchronous() -> str:
        await asyncio.sleep(0)
        return request.path

    @app.route("/write/<value>")
    def write(value: str) -> str:
        session["value"] = value
        g.value = value
        return value

    @app.route("/read")
    def read() -> str:
        return str(session.get("value"))

    @app.route("/there")
    def there() -> Any:
        session["way"] = 1
        return redirect("/read")

    @app.route("/cookies")
    def cookies() -> Any:
        response = make_response(str(sorted(request.cookies.items())))
        response.set_cookie("here", "1", path=None)
        response.set_cookie("a", "2")
        response.set_cookie("a", "3")
        return response

    @app.route("/fail")
    def fail() -> str:
        raise ZeroDivisionError

    return app


# -- requests ------------------------------------------------------------------------------------


def test_a_response_is_the_applications_with_comforts(app: Quaff, client: QuaffClient) -> None:
    response = client.get("/echo?x=%20y")
    assert isinstance(response, app.response_class)
    assert response.status == "200 OK"
    assert response.json["url"] == "http://localhost/echo?x=%20y"
    assert response.text.startswith("{")
    assert response.request.path == "/echo"
    assert response.history == ()


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "trace"])
def test_every_method(client: QuaffClient, method: str) -> None:
    assert getattr(client, method)("/echo").json["method"] == method.upper()


def test_head_has_no_body(client: QuaffClient) -> None:
    response = client.head("/async")
    assert response.status_code == 200
    assert response.data == b""
    assert response.headers["Content-Length"] == "6"


def test_headers_and_addresses(client: QuaffClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "10.0.0.1"
    echoed = client.get("/echo", headers=[("X-One", "1"), ("X-One", "2")]).json
    assert echoed["address"] == "10.0.0.1"
    assert echoed["headers"]["Host"] == "localhost"
    assert echoed["headers"]["X-One"] in ("2", "1,2", "1, 2")
    assert echoed["headers"]["User-Agent"].startswith("Werkzeug/")
    assert client.get("/echo", environ_base={"REMOTE_ADDR": "10.0.0.2"}).json["address"] == (
        "10.0.0.2"
    )


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"base_url": "https://host:81/"}, "https://host:81/echo"),
        ({"subdomain": "s"}, "http://s.localhost/echo"),
        ({"url_scheme": "https"}, "https://localhost/echo"),
        ({"query_string": {"a": ["1", "2"]}}, "http://localhost/echo?a=1&a=2"),
        ({"path": "http://other/echo?x"}, "http://other/echo?x"),
    ],
)
def test_urls(client: QuaffClient, options: dict[str, Any], url: str) -> None:
    assert client.get(**{"path": "/echo", **options}).json["url"] == url


def test_bodies(client: QuaffClient) -> None:
    assert client.post("/echo", data="text", content_type="text/plain").json["text"] == "text"
    assert client.post("/echo", json={"a": [1]}).json["text"].replace(" ", "") == '{"a":[1]}'
    assert client.post("/echo", data={"a": "1"}).json["form"] == {"a": "1"}
    echoed = client.post("/echo", data={"a": "1", "f": (io.BytesIO(b"content"), "name.txt")}).json
    assert echoed["form"] == {"a": "1"}
    assert echoed["files"] == {"f": "content"}
    long = "x" * 300_000
    assert client.post("/echo", data=long, content_type="text/plain").json["text"] == long


def test_a_body_of_unknown_length(client: QuaffClient) -> None:
    builder = EnvironBuilder(client.application, "/echo", method="POST")
    environ = builder.get_environ()
    environ["wsgi.input"] = io.BytesIO(b"chunks")
    environ["wsgi.input_terminated"] = True
    environ.pop("CONTENT_LENGTH", None)
    assert client.open(environ).json["text"] == "chunks"


def test_a_body_that_is_cut_short_is_not_answered_as_whole(client: QuaffClient) -> None:
    builder = EnvironBuilder(client.application, "/echo", method="POST", data=b"nine byte")
    environ = builder.get_environ()
    environ["CONTENT_LENGTH"] = "100"
    try:
        status = client.open(Request(environ)).status_code
    except RuntimeError:
        # A server's connection just ends.
        status = 400
    assert status == 400


def test_builders_environs_and_requests_are_opened(client: QuaffClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "10.0.0.1"

    def builder() -> EnvironBuilder:
        return EnvironBuilder(client.application, "/echo", method="POST", data=b"body")

    for source in (builder(), builder().get_environ(), Request(builder().get_environ())):
        echoed = client.open(source).json
        assert (echoed["method"], echoed["text"], echoed["address"]) == ("POST", "body", "10.0.0.1")


def test_async_views(client: QuaffClient) -> None:
    assert client.get("/async").text == "/async"


def test_inside_a_running_loop(client: QuaffClient) -> None:
    async def test() -> str:
        return client.get("/async").text

    assert asyncio.run(test()) == "/async"


def test_errors_propagate(client: QuaffClient) -> None:
    with pytest.raises(ZeroDivisionError):
        client.get("/fail")
    client.application.testing = False
    assert client.get("/fail").status == "500 INTERNAL SERVER ERROR"


def test_an_unknown_gateway_is_refused(app: Quaff) -> None:
    with pytest.raises(ImportError):
        app.test_client(gateway="cgi").get("/echo")


# -- redirects and cookies -----------------------------------------------------------------------


def test_redirects_are_followed_when_asked(client: QuaffClient) -> None:
    assert client.get("/there").headers["Location"] == "/read"
    response = client.get("/there", follow_redirects=True)
    assert response.request.path == "/read"
    assert [step.status for step in response.history] == ["302 FOUND"]


def test_a_redirect_may_keep_method_and_body(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/keep", "keep", lambda: redirect("/echo", 307), methods=["POST"])
    echoed = client.post("/keep", data={"a": "1"}, follow_redirects=True).json
    assert (echoed["method"], echoed["form"]) == ("POST", {"a": "1"})


def test_cookies_are_kept_and_sent(client: QuaffClient) -> None:
    client.get("/cookies")
    assert client.get("/cookies").text == "[('a', '3'), ('here', '1')]"
    client.set_cookie("mine", "x")
    client.delete_cookie("a")
    assert client.get("/cookies").text == "[('here', '1'), ('mine', 'x')]"
    cookie = client.get_cookie("here")
    assert cookie is not None
    assert cookie.value == "1"


def test_a_client_may_do_without_cookies(app: Quaff, client: QuaffClient) -> None:
    other = app.test_client(use_cookies=False, gateway=client.gateway)
    other.get("/cookies")
    assert other.get("/cookies").text == "[]"


# -- streams -------------------------------------------------------------------------------------


@pytest.fixture
def stream(app: Quaff, log: list[Any]) -> None:
    @app.route("/stream")
    def stream() -> Iterator[str]:
        try:
            for number in range(1000):
                log.append(number)
                yield str(number)
        finally:
            log.append("closed")


@pytest.mark.usefixtures("stream")
class TestStreams:
    def test_a_stream_is_read_as_it_is_made(self, client: QuaffClient, log: list[Any]) -> None:
        response = client.get("/stream")
        assert len(log) < 10
        pieces = response.iter_encoded()
        assert [next(pieces), next(pieces)] == [b"0", b"1"]
        assert len(log) < 10
        response.close()
        assert log[-1] == "closed"
        assert len(log) < 10

    def test_a_buffered_stream_is_complete(self, client: QuaffClient, log: list[Any]) -> None:
        response = client.get("/stream", buffered=True)
        assert log[-1] == "closed"
        assert response.text == "".join(map(str, range(1000)))

    def test_an_error_in_a_stream_is_raised(self, app: Quaff, client: QuaffClient) -> None:
        @app.route("/broken")
        def broken() -> Iterator[str]:
            yield "begun"
            raise ZeroDivisionError

        response = client.get("/broken")
        with pytest.raises(ZeroDivisionError):
            response.get_data()


# -- contexts ------------------------------------------------------------------------------------


def test_the_context_ends_with_the_request(client: QuaffClient, log: list[Any]) -> None:
    client.get("/write/1")
    assert log == [None]
    assert not request


def test_a_block_keeps_the_last_context(client: QuaffClient, log: list[Any]) -> None:
    with client:
        client.get("/write/1")
        assert log == []
        assert (request.path, session["value"], g.value) == ("/write/1", "1", "1")
        assert current_app._get_current_object() is client.application  # type: ignore[attr-defined]
        client.get("/read")
        assert log == [None]
        assert request.path == "/read"
        assert "value" not in g
    assert log == [None, None]
    assert not request


def test_a_block_keeps_the_context_inside_another(app: Quaff, client: QuaffClient) -> None:
    with app.app_context(), client:
        client.get("/there", follow_redirects=True)
        assert request.path == "/read"


def test_a_block_keeps_the_context_of_an_async_view(client: QuaffClient) -> None:
    with client:
        client.get("/async")
        assert request.path == "/async"
    assert not request


def test_a_block_keeps_the_last_context_of_redirects(client: QuaffClient, log: list[Any]) -> None:
    with client:
        client.get("/there", follow_redirects=True)
        assert request.path == "/read"
        assert session["way"] == 1
        assert len(log) == 1
    assert len(log) == 2


def test_a_block_keeps_the_context_of_a_handled_error(client: QuaffClient, log: list[Any]) -> None:
    client.application.testing = False
    with client:
        assert client.get("/fail").status_code == 500
        assert request.path == "/fail"
        assert log == []
    assert len(log) == 1


def test_a_propagated_error_ends_its_context(client: QuaffClient, log: list[Any]) -> None:
    with client:
        with pytest.raises(ZeroDivisionError):
            client.get("/fail")
        assert isinstance(log[0], ZeroDivisionError)
        assert not request
        client.get("/read")
        assert request.path == "/read"


def test_a_block_ends_its_context_when_the_test_fails(client: QuaffClient, log: list[Any]) -> None:
    def test() -> None:
        with client:
            client.get("/read")
            raise LookupError

    with pytest.raises(LookupError):
        test()
    assert log == [None]
    assert not request


def test_blocks_are_entered_one_at_a_time(client: QuaffClient) -> None:
    with client:
        client.get("/read")
        with pytest.raises(RuntimeError, match="Cannot nest client invocations"):
            client.__enter__()
        assert request.path == "/read"
    with client:
        client.get("/async")
        assert request.path == "/async"


def test_a_context_ends_with_the_one_around_its_request(
    app: Quaff, client: QuaffClient, log: list[Any]
) -> None:
    with client:
        with app.app_context():
            client.get("/read")
            assert request.path == "/read"
            log.append("inside")
        assert log[:2] == ["inside", None]
        assert not request
        client.get("/read")
        assert request.path == "/read"
    assert not current_app


def test_clients_of_other_blocks_keep_their_own(app: Quaff, client: QuaffClient) -> None:
    other = app.test_client(gateway=client.gateway)
    with client:
        client.get("/write/1")
        with other:
            other.get("/write/2")
            assert g.value == "2"
        assert g.value == "1"


def test_requests_that_are_not_the_clients_are_not_kept(
    app: Quaff, client: QuaffClient, log: list[Any]
) -> None:
    @app.route("/nested")
    def nested() -> str:
        thread = threading.Thread(target=app.test_client().get, args=["/read"])
        thread.start()
        thread.join()
        log.append("after nested")
        return ""

    with client:
        client.get("/nested")
        assert log == [None, "after nested"]


def test_a_stream_outlives_the_block(app: Quaff, client: QuaffClient, log: list[Any]) -> None:
    app.add_url_rule("/", "stream", lambda: stream_with_context(iter(["a", "b"])))
    with client:
        response = client.get("/")
        assert request.path == "/"
    assert response.text == "ab"
    response.close()
    assert log == [None]


def test_after_functions_run_before_the_block_goes_on(client: QuaffClient) -> None:
    def later() -> str:
        @after_this_request
        def mark(response: Any) -> Any:
            g.marked = True
            return response

        return ""

    client.application.add_url_rule("/later", view_func=later)
    with client:
        client.get("/later")
        assert g.marked


def test_no_signal_receiver_is_left_behind(app: Quaff, client: QuaffClient) -> None:
    with client:
        client.get("/read")
        assert not request_started.has_receivers_for(app)


# -- sessions ------------------------------------------------------------------------------------


def test_a_session_is_written_and_read_from_outside(client: QuaffClient) -> None:
    with client.session_transaction() as data:
        assert data.get("value") is None
        data["value"] = "outside"
    assert client.get("/read").text == "outside"
    client.get("/write/inside")
    with client.session_transaction() as data:
        assert data["value"] == "inside"


def test_a_transaction_leaves_the_kept_context_alone(client: QuaffClient) -> None:
    with client:
        client.get("/write/1")
        with client.session_transaction() as data:
            assert data["value"] == "1"
            assert request.path == "/write/1"
        assert request.path == "/write/1"


def test_a_failed_transaction_saves_nothing(client: QuaffClient) -> None:
    def test() -> None:
        with client.session_transaction() as data:
            data["value"] = "lost"
            raise LookupError

    with pytest.raises(LookupError):
        test()
    assert client.get("/read").text == "None"


def test_a_transaction_needs_cookies_and_a_key(app: Quaff) -> None:
    with (
        pytest.raises(TypeError, match="Cookies are disabled"),
        app.test_client(use_cookies=False).session_transaction(),
    ):
        pass
    app.secret_key = None
    with (
        pytest.raises(RuntimeError, match="Session backend did not open a session"),
        app.test_client().session_transaction(),
    ):
        pass


def test_a_transaction_takes_the_arguments_of_a_request(app: Quaff) -> None:
    client = app.test_client()
    with client.session_transaction(base_url="http://other/") as data:
        data["value"] = "x"
    assert client.get("/read").text == "None"
    assert client.get("/read", base_url="http://other/").text == "x"
