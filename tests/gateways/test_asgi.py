"""ASGI 3: what the application does with a scope, receive and send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import process_time
from typing import Any

import pytest

from quaff import Quaff, Response, request, session
from quaff.gateways import bodies
from tests.each_gateway import Message, scope_of


def serve(app: Any, scope: dict[str, Any], *incoming: dict[str, Any]) -> list[dict[str, Any]]:
    """What the application sends."""
    messages = list(incoming)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def scope(target: str = "/", **changes: Any) -> dict[str, Any]:
    return {**scope_of(Message(target=target)), **changes}


def piece(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.fixture
def app(app: Quaff) -> Quaff:
    @app.route("/", methods=["GET", "POST"])
    def index() -> str:
        return f"{request.root_path}|{request.path}|{request.get_data(as_text=True)}"

    return app


# -- messages ------------------------------------------------------------------------------------


def test_a_whole_response_is_two_messages(app: Quaff) -> None:
    assert serve(app, scope()) == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", b"3"),
            ],
        },
        {"type": "http.response.body", "body": b"|/|"},
    ]


def test_a_stream_is_a_message_a_piece_and_one_for_the_end(app: Quaff) -> None:
    app.add_url_rule("/stream", view_func=lambda: iter(["a", "", b"b"]), endpoint="stream")
    start, *pieces = serve(app, scope("/stream"))
    assert dict(start["headers"]) == {b"content-type": b"text/html; charset=utf-8"}
    assert pieces == [
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.body", "body": b"b", "more_body": True},
        {"type": "http.response.body", "body": b""},
    ]


@pytest.mark.parametrize(
    ("method", "status", "length"), [("HEAD", 200, b"4"), ("GET", 204, None), ("GET", 304, None)]
)
def test_a_response_without_a_body_has_an_empty_one(
    app: Quaff, method: str, status: int, length: bytes | None
) -> None:
    app.add_url_rule("/x", view_func=lambda: ("body", status), endpoint="x")
    start, body = serve(app, scope("/x", method=method))
    assert body == {"type": "http.response.body", "body": b""}
    assert dict(start["headers"]).get(b"content-length") == length


def test_names_are_in_lower_case_and_values_in_latin_1(app: Quaff) -> None:
    app.add_url_rule("/x", view_func=lambda: ("", {"X-Name": "é"}), endpoint="x")
    start, _ = serve(app, scope("/x"))
    assert (b"x-name", b"\xe9") in start["headers"]


def test_the_body_may_come_in_pieces(app: Quaff) -> None:
    given = scope(method="POST")
    given["headers"] = [*given["headers"], (b"content-length", b"6")]
    sent = serve(app, given, piece(b"ab", True), piece(b"", True), piece(b"cd", True), piece(b"ef"))
    assert sent[1]["body"] == b"|/|abcdef"


@pytest.mark.parametrize("pieces", [[b"abcdef"], [b"abc", b"", b"def"]])
def test_a_body_of_which_all_has_come_is_not_waited_for(app: Quaff, pieces: list[bytes]) -> None:
    given = scope(method="POST")
    given["headers"] = [*given["headers"], (b"content-length", b"6")]
    # Granian says so in a message of its own, which is an empty piece.
    sent = serve(app, given, *[piece(body, True) for body in pieces])
    assert sent[1]["body"] == b"|/|abcdef"


def test_http_2_needs_no_field_to_announce_a_body(app: Quaff) -> None:
    given = scope(method="POST", http_version="2")
    assert serve(app, given, piece(b"body"))[1]["body"] == b"|/|body"


def test_a_client_that_goes_away_before_the_end_of_its_body_gets_no_answer(app: Quaff) -> None:
    ran: list[str] = []
    app.before_request(lambda: ran.append("ran"))
    given = scope(method="POST")
    assert serve(app, given, piece(b"half", True), {"type": "http.disconnect"}) == []
    assert ran == []


def test_a_body_over_the_limit_is_not_received_to_its_end(app: Quaff) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    left = [piece(b"123456", True) for _ in range(10)]
    given = scope(method="POST")

    async def receive() -> Any:
        return left.pop()

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(given, receive, send))
    assert sent[0]["status"] == 413
    assert len(left) == 8
    # With a length it is known before.
    given["headers"] = [*given["headers"], (b"content-length", b"60")]
    asyncio.run(app(given, receive, send))
    assert sent[-2]["status"] == 413
    assert len(left) == 8


@pytest.mark.parametrize(
    ("pieces", "hops"),
    [
        ([b"1234567890"], 0),
        ([b"one piece of any size"], 0),
        ([b"12345", b"67890"], 0),
        ([b"12345", b"67890", b"a"], 2),
        # Behind the first ten bytes it goes to disk five at a time.
        ([b"12345", b"67890", b"a", b"bc", b"de"], 2),
        ([b"12345", b"67890", b"a", b"bc", b"def", b"g"], 3),
        ([b"", b"12345678901", b"a", b""], 2),
    ],
)
def test_what_is_too_large_for_memory_is_written_to_disk_by_threads(
    app: Quaff, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], hops: int
) -> None:
    monkeypatch.setattr(bodies, "IN_MEMORY", 10)
    monkeypatch.setattr(bodies, "AT_ONCE", 4)
    made: list[Any] = []
    original = bodies.in_thread

    async def counting(function: Any, *args: Any) -> Any:
        made.append(function)
        return await original(function, *args)

    monkeypatch.setattr(bodies, "in_thread", counting)
    *first, last = pieces
    sent = serve(app, scope(method="POST"), *(piece(part, True) for part in first), piece(last))
    assert sent[1]["body"] == b"|/|" + b"".join(pieces)
    assert len(made) == hops


# -- scopes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root_path", "path", "seen"),
    [
        ("", "/", "|/|"),
        ("/root", "/root/", "/root|/|"),
        ("/root", "/root", "/root|/|"),
        ("/root/", "/root/", "/root|/|"),
        # Servers that follow an earlier version of the specification leave it out.
        ("/root", "/", "/root|/|"),
    ],
)
def test_the_root_path_is_in_front_of_the_path(
    app: Quaff, root_path: str, path: str, seen: str
) -> None:
    assert serve(app, scope(path=path, root_path=root_path))[1]["body"].decode() == seen


def test_a_path_that_only_begins_like_the_root_path_keeps_it(app: Quaff) -> None:
    app.add_url_rule("/rooted", view_func=lambda: request.path, endpoint="rooted")
    assert serve(app, scope(path="/rooted", root_path="/root"))[1]["body"] == b"/rooted"


def test_a_scope_may_lack_what_is_optional(app: Quaff) -> None:
    app.add_url_rule("/who", view_func=lambda: f"{request.remote_addr} {request.url}", endpoint="w")
    given = scope("/who", client=None, server=("/run/socket", None))
    assert serve(app, given)[1]["body"] == b"None http://localhost/who"
    least = {"type": "http", "method": "GET", "path": "/who", "headers": given["headers"]}
    assert serve(app, least)[1]["body"] == b"None http://localhost/who"
    assert serve(app, {**least, "headers": []})[0]["status"] == 200


def test_two_hosts_are_refused_before_anything_runs(app: Quaff) -> None:
    ran: list[str] = []
    app.before_request(lambda: ran.append("ran"))
    given = scope()
    given["headers"] = [(b"host", b"a.example"), (b"host", b"b.example")]
    start, body = serve(app, given)
    assert start["status"] == 400
    assert b"more than one Host" in body["body"]
    assert ran == []


def test_cookies_may_come_in_several_fields(app: Quaff) -> None:
    """As HTTP/2 sends them (RFC 9113, section 8.2.3)."""
    app.secret_key = "key"
    app.add_url_rule("/read", view_func=lambda: str(session.get("name")), endpoint="read")
    with app.test_request_context():
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = serializer.dumps({"name": "Ada", "_permanent": True})
    given = scope("/read")
    given["headers"] = [(b"cookie", b"a=1"), (b"cookie", f"session={cookie}".encode())]
    assert serve(app, given)[1]["body"] == b"Ada"
    # A permanent session is renewed by a request that does not look at it, too.
    given["path"] = "/"
    start, _ = serve(app, given)
    assert b"set-cookie" in dict(start["headers"])


@pytest.mark.parametrize(("name", "value"), [(b"cookie", b"a=" + b"b" * 8), (b"x-a", b"b" * 200)])
def test_fields_with_one_name_are_joined_once(app: Quaff, name: bytes, value: bytes) -> None:
    app.add_url_rule("/environ", view_func=lambda: str(len(request.environ)), endpoint="environ")

    def time_of(count: int) -> float:
        headers = [(b"host", b"localhost"), *[(name, value)] * count]
        began = process_time()
        start, _ = serve(app, scope("/environ", headers=headers))
        assert start["status"] == 200
        return process_time() - began

    time_of(1_000)
    # Ten times as many take about ten times as long; joined one by one, more than fifty times.
    assert time_of(60_000) < 30 * max(time_of(6_000), 0.005)


# -- other conversations -------------------------------------------------------------------------


def test_the_lifespan_is_answered(app: Quaff) -> None:
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert serve(app, {"type": "lifespan"}, *messages) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]


def test_what_is_none_of_these_is_an_error(app: Quaff) -> None:
    with pytest.raises(ValueError, match="'telnet'"):
        serve(app, {"type": "telnet"})


def test_a_server_may_take_it_for_asgi_2(app: Quaff) -> None:
    """Where `__call__` is no coroutine function, some servers pass the scope alone first."""

    async def twice(given: Any, receive: Any, send: Any) -> None:
        await app(given)(receive, send)

    assert serve(twice, scope())[1]["body"] == b"|/|"


def test_a_server_may_ask_whether_it_is_a_factory(app: Quaff) -> None:
    with pytest.raises(TypeError):
        app()


def test_an_error_of_a_propagating_application_is_the_servers(app: Quaff) -> None:
    app.testing = True

    @app.route("/fail")
    async def fail() -> str:
        raise LookupError("propagated")

    with pytest.raises(LookupError, match="propagated"):
        serve(app, scope("/fail"))


def test_what_middleware_answers_is_checked_too(app: Quaff) -> None:
    inner = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Name", "\x00")], *rest)

        return inner(environ, start)

    app.wsgi_app = middleware  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="X-Name"):
        serve(app, scope())


def test_files_are_closed_when_they_were_sent(app: Quaff, tmp_path: Any) -> None:
    closed: list[str] = []

    class Body:
        def __iter__(self) -> Any:
            yield b"a"

        def close(self) -> None:
            closed.append("closed")

    app.add_url_rule("/body", view_func=lambda: Response(Body()), endpoint="body")
    for method in ("GET", "HEAD"):
        serve(app, scope("/body", method=method))
    assert closed == ["closed"] * 2


def test_what_the_server_says_of_the_request_is_there(app: Quaff) -> None:
    seen: list[Any] = []

    @app.get("/state")
    def view() -> str:
        seen.append(request.scope["state"])
        return ""

    state = {"pool": object()}
    serve(app.asgi, scope("/state", state=state))
    assert seen == [state]


def test_a_websocket_has_the_scope_too(app: Quaff) -> None:
    @app.websocket("/scope")
    async def view(ws: Any) -> None:
        await ws.send(ws.scope["type"])

    with app.test_client(gateway="asgi").websocket("/scope") as ws:
        assert ws.receive() == "websocket"


def test_the_subprotocols_may_be_in_the_scope_only(app: Quaff) -> None:
    @app.websocket("/scope")
    async def view(ws: Any) -> None:
        await ws.accept(ws.subprotocols[1])

    connection = scope("/scope", type="websocket", subprotocols=["a", "b"])
    sent = serve(app.asgi, connection, {"type": "websocket.connect"})
    assert sent[0]["subprotocol"] == "b"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.timeout(10)
def test_a_server_that_waits_for_nobody_lets_others_go_on(app: Quaff, kind: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"piece"

    app.add_url_rule("/flood", view_func=lambda: Response(pieces()))

    @app.websocket("/flood")
    async def flood(ws: Any) -> None:
        while True:
            await ws.send(b"piece")

    async def request() -> None:
        gone = asyncio.Event()
        asyncio.get_running_loop().call_later(0.2, gone.set)
        messages = [{"type": "websocket.connect"}] if kind == "websocket" else []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": f"{kind}.disconnect"}

        async def send(message: Any) -> None:
            """Wait for nobody."""

        await app.asgi(scope("/flood", type=kind), receive, send)

    asyncio.run(request())
