"""WebSockets through the gateways that have them, by the test client."""

from __future__ import annotations

import asyncio
import threading
from functools import wraps
from typing import Annotated, Any, get_args

import pytest

from quaff import (
    Blueprint,
    Depends,
    Header,
    Quaff,
    Response,
    WebSocketDisconnect,
    abort,
    after_response,
    after_this_request,
    copy_current_request_context,
    current_app,
    g,
    request,
    session,
    websocket,
)
from quaff.gateways.line import Line
from quaff.testing import QuaffClient, WebSocketRefused
from quaff.testing.client import Gateway


@pytest.fixture(params=[name for name in get_args(Gateway) if name != "wsgi"])
def gateway(request: pytest.FixtureRequest) -> Gateway:
    """The gateways that carry WebSockets."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def echo(app: Quaff) -> Quaff:
    """An application that sends back what it receives."""

    @app.websocket("/echo")
    async def echo(ws: Any) -> None:
        async for message in ws:
            await ws.send(message)

    return app


def refusal(client: QuaffClient, path: str, **options: Any) -> Any:
    """The response to a WebSocket that is refused."""
    with pytest.raises(WebSocketRefused) as caught:
        client.websocket(path, **options)
    return caught.value.response


def test_messages_go_both_ways(echo: Quaff, client: QuaffClient) -> None:
    with client.websocket("/echo") as ws:
        for message in ("text", "Grüße", "", b"bytes", b""):
            ws.send(message)
            assert ws.receive() == message


def test_a_plain_view_waits_in_a_thread_of_its_own(app: Quaff, client: QuaffClient) -> None:
    threads = []

    @app.websocket("/add/<int:number>")
    def add(number: int, ws: Any) -> None:
        threads.append(threading.current_thread())
        for message in ws:
            ws.send_json(number + int(message))

    with client.websocket("/add/2") as ws:
        ws.send("3")
        assert ws.receive_json() == 5
    assert threads[0].name.startswith("quaff-sync")


def test_the_proxy_is_awaited_on_a_loop_and_waits_elsewhere(
    app: Quaff, client: QuaffClient
) -> None:
    @app.before_websocket
    def greet() -> None:
        websocket.send("hello")

    @app.websocket("/")
    async def view() -> None:
        await websocket.send(await websocket.receive())

    with client.websocket("/") as ws:
        ws.send("more")
        assert [*ws] == ["hello", "more"]


@pytest.mark.parametrize("function", [after_response, after_this_request])
def test_what_needs_a_response_is_refused(app: Quaff, client: QuaffClient, function: Any) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        with pytest.raises(RuntimeError, match=rf"{function.__name__}\(\) needs a response"):
            function(print)
        await ws.send("refused")

    with client.websocket("/") as ws:
        assert ws.receive() == "refused"


def test_a_task_works_with_a_copy_of_the_context(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/path")
    async def view() -> None:
        @copy_current_request_context
        async def work() -> None:
            await websocket.send(request.path)

        await asyncio.create_task(work())

    with client.websocket("/path") as ws:
        assert ws.receive() == "/path"


def test_an_async_view_may_have_a_plain_decorator(app: Quaff, client: QuaffClient) -> None:
    def decorated(view: Any) -> Any:
        @wraps(view)
        def around(*args: Any, **values: Any) -> Any:
            return view(*args, **values)

        return around

    @app.websocket("/taken")
    @decorated
    async def taken(ws: Any) -> None:
        await ws.send(await ws.receive())

    @app.websocket("/imported")
    @decorated
    async def imported() -> None:
        await websocket.send(await websocket.receive())

    for path in ("/taken", "/imported"):
        with client.websocket(path) as ws:
            ws.send("hello")
            assert ws.receive() == "hello"


def test_json(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        while True:
            await ws.send_json({"got": await ws.receive_json()})

    with client.websocket("/") as ws:
        ws.send_json([1, "ü"])
        assert ws.receive_json() == {"got": [1, "ü"]}
        ws.send("{not json")
        with pytest.raises(WebSocketDisconnect) as end:
            ws.receive()
    if client.gateway == "asgi":
        assert (end.value.code, end.value.reason) == (1007, "Bad Request")


def test_only_text_and_bytes_are_sent(app: Quaff, client: QuaffClient) -> None:
    app.testing = True

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.send({"a": 1})

    with pytest.raises(TypeError, match=r"not dict\. Use send_json"):
        client.websocket("/")


def test_the_fields_of_the_request(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/room/<name>")
    async def view(name: str) -> None:
        assert websocket == request
        await websocket.send_json(
            [name, websocket.args["a"], websocket.headers["X-Field"], websocket.scheme]
        )
        await websocket.send(websocket.url)

    with client.websocket("/room/x", query_string={"a": "b"}, headers={"X-Field": "c"}) as ws:
        assert ws.receive_json() == ["x", "b", "c", "ws"]
        assert ws.receive() == "ws://localhost/room/x?a=b"


def test_the_end_of_the_view_closes_the_connection(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.send("bye")

    with client.websocket("/") as ws:
        assert ws.receive() == "bye"
        with pytest.raises(WebSocketDisconnect) as end:
            ws.receive()
    assert end.value.code == (1000 if client.gateway == "asgi" else 1005)


@pytest.mark.parametrize("gateway", ["asgi"], indirect=True)
def test_closing_with_a_code_and_a_reason(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        await ws.close(4001, "later")
        await ws.close(4002)
        with pytest.raises(WebSocketDisconnect):
            await ws.send("too late")
        with pytest.raises(WebSocketDisconnect):
            await ws.receive()

    with client.websocket("/") as ws, pytest.raises(WebSocketDisconnect) as end:
        ws.receive()
    assert (end.value.code, end.value.reason) == (4001, "later")


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000])
def test_codes_that_may_not_be_sent(app: Quaff, client: QuaffClient, code: int) -> None:
    errors: list[ValueError] = []

    @app.websocket("/")
    async def view(ws: Any) -> None:
        with pytest.raises(ValueError, match=r"3000 to 4999") as caught:
            await ws.close(code)
        errors.append(caught.value)
        await ws.accept()

    with client.websocket("/"):
        pass
    assert str(code) in str(errors[0])


def test_the_client_closes(app: Quaff, client: QuaffClient) -> None:
    ends = []

    @app.websocket("/")
    async def view(ws: Any) -> None:
        try:
            await ws.receive()
        except WebSocketDisconnect as end:
            ends.append(end.code)
            raise
        finally:
            assert ws.closed

    with client.websocket("/") as ws:
        ws.close(3001, "enough")
    assert ends == [3001 if client.gateway == "asgi" else 1005]


def test_a_client_that_went_away_cannot_be_sent_to(app: Quaff, client: QuaffClient) -> None:
    gone = threading.Event()
    ends: list[BaseException] = []

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        await asyncio.to_thread(gone.wait, 10)
        try:
            while True:
                await ws.send("?")
                await asyncio.sleep(0.01)
        except WebSocketDisconnect as end:
            ends.append(end)

    with client.websocket("/") as ws:
        gone.set()
        ws.close()
    assert len(ends) == 1


def test_a_view_that_waits_for_something_else_is_cancelled_when_its_client_has_gone(
    app: Quaff, client: QuaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quaff.gateways.line.DELAY", 0.01)
    app.config["WEBSOCKET_DISCONNECT_TIMEOUT"] = 0.01
    ends: list[BaseException | None] = []
    app.teardown_websocket(ends.append)

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        await asyncio.Event().wait()

    with client.websocket("/") as ws:
        ws.close()
    assert [type(end) for end in ends] == [asyncio.CancelledError]


def test_a_test_need_not_wait_for_that(app: Quaff, client: QuaffClient) -> None:
    ends: list[BaseException | None] = []
    app.teardown_websocket(ends.append)

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.send("hello")
        await asyncio.Event().wait()

    with client.websocket("/") as ws:
        assert ws.receive() == "hello"
    assert [type(end) for end in ends] == [asyncio.CancelledError]


def test_messages_that_were_read_ahead_are_not_lost(
    app: Quaff, client: QuaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quaff.gateways.line.DELAY", 0.001)
    read = threading.Event()

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        await asyncio.to_thread(read.wait, 10)
        await asyncio.sleep(0.05)
        async for message in ws:
            await ws.send(message)

    with client.websocket("/") as ws:
        for number in range(30):
            ws.send(str(number))
        read.set()
        assert [ws.receive() for _ in range(30)] == [str(number) for number in range(30)]


def test_a_wait_for_a_message_is_cancelled_only_once(
    app: Quaff, client: QuaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled = []
    connect = Line.__init__

    def watched(self: Line, receive: Any, patience: float | None = None) -> None:
        async def receive_or_tell() -> Any:
            try:
                return await receive()
            except asyncio.CancelledError:
                cancelled.append(receive)
                raise

        connect(self, receive_or_tell, patience)

    monkeypatch.setattr(Line, "__init__", watched)

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ws.receive(), 0.001)
        await ws.send(str(len(cancelled)))
        await ws.send(await ws.receive())

    with client.websocket("/") as ws:
        assert ws.receive() == "1"
        ws.send("hello")
        assert ws.receive() == "hello"


# -- accepting and refusing ----------------------------------------------------------------------


@pytest.mark.parametrize("gateway", ["asgi"], indirect=True)
def test_accepting_with_a_subprotocol_and_fields(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept(ws.subprotocols[1], {"X-Field": "value"})

    with client.websocket("/", subprotocols=["a", "b"]) as ws:
        assert ws.subprotocol == "b"
        assert ws.headers["X-Field"] == "value"


def test_a_subprotocol_that_was_not_offered(app: Quaff, client: QuaffClient) -> None:
    app.testing = True

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept("c")

    with pytest.raises(ValueError, match=r"'c'\. It offers: a, b\."):
        client.websocket("/", subprotocols=["a", "b"])


@pytest.mark.parametrize("field", [("X\r\nY", "1"), ("X", "1\r\nY: 2"), ("X Y", "1"), ("X", "\0")])
def test_fields_that_cannot_be_sent(
    app: Quaff, client: QuaffClient, field: tuple[str, str]
) -> None:
    app.testing = True

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept(headers=[field])

    with pytest.raises(ValueError, match=r"(?i)header"):
        client.websocket("/")


def test_the_response_of_a_refusal_is_closed(app: Quaff, client: QuaffClient) -> None:
    closed = threading.Event()

    @app.websocket("/")
    async def view() -> Response:
        response = Response(iter(["no"]), 403)
        response.call_on_close(closed.set)
        return response

    assert refusal(client, "/").status_code == 403
    assert closed.wait(10)


@pytest.mark.parametrize("gateway", ["rsgi"], indirect=True)
def test_rsgi_says_that_it_has_no_subprotocols(app: Quaff, client: QuaffClient) -> None:
    app.testing = True

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept("a")

    with pytest.raises(RuntimeError, match="--interface asgi"):
        client.websocket("/", subprotocols=["a"])


def test_accepting_twice_is_a_mistake(app: Quaff, client: QuaffClient) -> None:
    app.testing = True

    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        await ws.accept()

    with (
        pytest.raises(RuntimeError, match="accepted already"),
        client.websocket("/") as ws,
    ):
        ws.receive()


def test_what_is_not_there(echo: Quaff, client: QuaffClient) -> None:
    @echo.route("/page")
    def page() -> str:
        return "page"

    assert refusal(client, "/nowhere").status_code == 404
    assert refusal(client, "/page").status_code == 400


def test_a_view_can_refuse(app: Quaff, client: QuaffClient) -> None:
    @app.websocket("/abort")
    async def first() -> None:
        abort(401)

    @app.websocket("/return")
    async def second() -> Any:
        return "no", 418

    @app.websocket("/nothing")
    async def third() -> None:
        pass

    @app.websocket("/close")
    async def fourth() -> None:
        await websocket.close()

    assert refusal(client, "/abort").status_code == 401
    response = refusal(client, "/return")
    assert response.status_code == 418
    assert response.text == ("no" if client.gateway == "asgi" else "")
    assert refusal(client, "/nothing").status_code == 403
    assert refusal(client, "/close").status_code == 403


@pytest.mark.parametrize(
    ("origin", "allowed", "status"),
    [
        ("http://localhost", None, None),
        ("http://localhost:80", None, None),
        ("https://localhost", None, None),
        ("http://LOCALHOST", None, None),
        ("http://localhost:8080", None, 403),
        ("http://evil.example", None, 403),
        ("http://localhost.evil.example", None, 403),
        ("null", None, 403),
        ("http://[evil", None, 403),
        ("http://friend.example", ["http://friend.example"], None),
        ("https://friend.example", ["http://friend.example"], 403),
        ("http://evil.example", ["*"], None),
    ],
)
def test_pages_of_other_sites_are_refused(
    echo: Quaff, client: QuaffClient, origin: str, allowed: Any, status: int | None
) -> None:
    echo.config["WEBSOCKET_ALLOWED_ORIGINS"] = allowed
    if status is None:
        with client.websocket("/echo", headers={"Origin": origin}) as ws:
            ws.send("hello")
            assert ws.receive() == "hello"
    else:
        assert refusal(client, "/echo", headers={"Origin": origin}).status_code == status


def test_without_websockets_a_client_is_told_so(echo: Quaff) -> None:
    response = refusal(echo.test_client(gateway="wsgi"), "/echo")
    assert response.status_code == 426
    assert "is a WebSocket" in response.text


# -- limits and errors ---------------------------------------------------------------------------


def test_long_messages_end_the_conversation(echo: Quaff, client: QuaffClient) -> None:
    echo.config["WEBSOCKET_MAX_SIZE"] = 3
    with client.websocket("/echo") as ws:
        ws.send("123")
        assert ws.receive() == "123"
        ws.send(b"1234")
        with pytest.raises(WebSocketDisconnect) as end:
            ws.receive()
    assert end.value.code == (1009 if client.gateway == "asgi" else 1005)


def test_errors_are_logged_and_close_the_connection(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    @app.websocket("/")
    async def view(ws: Any) -> None:
        await ws.accept()
        raise ZeroDivisionError

    with client.websocket("/") as ws, pytest.raises(WebSocketDisconnect) as end:
        ws.receive()
    assert end.value.code == (1011 if client.gateway == "asgi" else 1005)
    assert "Exception on / [GET]" in logged.text


def test_error_handlers_answer_what_is_not_accepted_yet(app: Quaff, client: QuaffClient) -> None:
    @app.errorhandler(LookupError)
    def handle(error: LookupError) -> Any:
        return "handled", 410

    @app.websocket("/")
    async def view() -> None:
        raise LookupError

    assert refusal(client, "/").status_code == 410


def test_an_unhandled_error_refuses_with_500(
    app: Quaff, client: QuaffClient, logged: pytest.LogCaptureFixture
) -> None:
    @app.websocket("/")
    async def view() -> None:
        raise LookupError

    assert refusal(client, "/").status_code == 500
    assert "LookupError" in logged.text


# -- hooks, sessions, blueprints -----------------------------------------------------------------


@pytest.mark.parametrize("waits", [False, True])
def test_the_handler_of_500_answers_what_nobody_handles(
    app: Quaff, client: QuaffClient, waits: bool
) -> None:
    app.testing = False
    errors = []

    @app.websocket("/")
    async def view(ws: Any) -> None:
        raise LookupError

    def plain(error: Any) -> tuple[str, int]:
        errors.append(error.original_exception)
        return "excuse", 503

    async def waiting(error: Any) -> tuple[str, int]:
        await asyncio.sleep(0)
        return plain(error)

    app.register_error_handler(500, waiting if waits else plain)
    assert refusal(client, "/").status_code == 503
    assert [type(error) for error in errors] == [LookupError]


def test_a_client_that_leaves_several_tasks_is_no_error(app: Quaff, client: QuaffClient) -> None:
    app.testing = True
    ends: list[BaseException | None] = []
    app.teardown_websocket(ends.append)

    @app.websocket("/")
    async def view(ws: Any) -> None:
        async def receive() -> None:
            while True:
                await ws.receive()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(receive())
            tasks.create_task(asyncio.Event().wait())

    with client.websocket("/") as ws:
        ws.send("hello")
    assert ends == [None]


def test_hooks_run_in_order_and_teardown_once(app: Quaff, client: QuaffClient) -> None:
    calls: list[Any] = []
    blueprint = Blueprint("part", "example", url_prefix="/part")

    @app.url_value_preprocessor
    def values(endpoint: str, values: Any) -> None:
        calls.append(("values", endpoint))

    @app.before_websocket
    def before() -> None:
        g.name = "set in a plain hook"
        calls.append("before")

    @blueprint.before_websocket
    async def inner() -> None:
        calls.append(("inner", g.name))
        g.name = "set in a coroutine"

    @blueprint.websocket("/<int:number>")
    def view(number: int, ws: Any) -> None:
        ws.accept()
        calls.append(("view", number, g.name, current_app.name))

    @blueprint.after_websocket
    def after(response: Any) -> None:
        calls.append(("after", response))

    app.teardown_websocket(lambda error: calls.append(("teardown", error)))
    app.teardown_appcontext(lambda error: calls.append(("appcontext", error)))
    app.before_request(lambda: calls.append("a request"))
    app.register_blueprint(blueprint)
    with client.websocket("/part/7") as ws, pytest.raises(WebSocketDisconnect):
        ws.receive()
    assert calls == [
        ("values", "part.view"),
        "before",
        ("inner", "set in a plain hook"),
        ("view", 7, "set in a coroutine", "example"),
        ("after", None),
        ("teardown", None),
        ("appcontext", None),
    ]


def test_a_before_hook_can_refuse_and_an_after_hook_sees_it(
    app: Quaff, client: QuaffClient
) -> None:
    blueprint = Blueprint("part", "example")
    statuses = []

    @blueprint.before_app_websocket
    def before() -> Any:
        return "not you", 403

    @blueprint.after_app_websocket
    async def after(response: Any) -> Any:
        statuses.append(response.status_code)
        return response

    ends: list[Any] = []
    blueprint.teardown_app_websocket(ends.append)
    app.register_blueprint(blueprint)
    app.add_websocket("/", "view", lambda: pytest.fail("it is not called"))
    assert refusal(client, "/").status_code == 403
    assert (statuses, ends) == ([403], [None])


def test_the_session_is_read_and_what_is_written_before_accepting_is_saved(
    app: Quaff, client: QuaffClient
) -> None:
    app.secret_key = "key"

    @app.route("/login")
    def login() -> str:
        session["name"] = "me"
        return ""

    @app.websocket("/")
    async def view(ws: Any) -> None:
        session["visits"] = session.get("visits", 0) + 1
        await ws.send_json([session.get("name"), session["visits"]])

    client.get("/login")
    for visits in (1, 2):
        with client.websocket("/") as ws:
            assert ws.receive_json() == ["me", visits if client.gateway == "asgi" else 1]


@pytest.mark.parametrize("gateway", ["asgi"], indirect=True)
def test_what_is_written_to_the_session_before_a_refusal_is_saved(
    app: Quaff, client: QuaffClient
) -> None:
    app.secret_key = "for the test"

    @app.websocket("/")
    async def view() -> None:
        session["refused"] = True
        abort(401)

    fields = refusal(client, "/").headers
    assert fields["Set-Cookie"].startswith("session=")
    assert fields["Vary"] == "Cookie"


def test_too_many_plain_views_are_refused(app: Quaff, client: QuaffClient) -> None:
    app.config["WEBSOCKET_THREADS"] = 1
    has_thread = threading.Event()

    @app.websocket("/")
    def view(ws: Any) -> None:
        has_thread.set()
        ws.send(ws.receive())

    app.before_websocket(lambda: websocket.accept() if "X-First" in request.headers else None)
    with client.websocket("/", headers={"X-First": "1"}) as ws:
        assert has_thread.wait(10)
        assert refusal(client, "/").status_code == 503
        ws.send("still there")
        assert ws.receive() == "still there"


def test_outside_of_a_websocket_there_is_none(app: Quaff) -> None:
    with (
        app.test_request_context(),
        pytest.raises(RuntimeError, match="outside of a WebSocket"),
    ):
        websocket.send("hello")


def test_values_and_dependencies_are_bound(app: Quaff, client: QuaffClient) -> None:
    events = []

    def plain(page: int = 1) -> Any:
        yield f"page {page}"
        events.append("ends")

    async def name(plain: str) -> str:
        return f"{plain} of ada"

    name.__annotations__["plain"] = Annotated[str, Depends(plain)]

    async def view(ws: Any, number: int, name: str, token: str = "none") -> None:
        await ws.send(f"{number} {name} {token}")
        events.append("view")

    view.__annotations__["name"] = Annotated[str, Depends(name)]
    view.__annotations__["token"] = Annotated[str, Header()]
    app.websocket("/<int:number>")(view)
    with client.websocket("/3?page=2", headers={"Token": "t"}) as ws:
        assert ws.receive() == "3 page 2 of ada t"
    assert events == ["view", "ends"]
    response = refusal(client, "/3?page=x")
    assert response.status_code == 422
    if client.gateway == "asgi":  # RSGI refuses without a body.
        assert response.json["errors"] == [{"loc": ["query", "page"], "msg": "Expected `int`"}]
