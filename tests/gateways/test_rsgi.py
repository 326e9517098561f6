"""RSGI: what the application does with a scope and a protocol."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from quaff import Quaff, request
from quaff.gateways.bodies import IN_MEMORY
from tests.each_gateway import Message, RSGIProtocol, RSGIScope


class Recorder(RSGIProtocol):
    """A protocol that notes which of its methods answered."""

    def __init__(self, body: bytes = b"") -> None:
        super().__init__(body)
        self.calls: list[Any] = []
        self.read: list[str] = []

    async def __call__(self) -> bytes:
        self.read.append("whole")
        return await super().__call__()

    async def __aiter__(self) -> Any:
        self.read.append("pieces")
        yield self._body[:2]
        yield self._body[2:]

    def response_empty(self, status: int, headers: Any) -> None:
        self.calls.append(("empty", status, headers))

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.calls.append(("bytes", status, headers, body))

    def response_stream(self, status: int, headers: Any) -> Any:
        self.calls.append(("stream", status, headers))
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.calls.append(data)


def serve(app: Quaff, protocol: Recorder, **parts: Any) -> list[Any]:
    asyncio.run(app.__rsgi__(RSGIScope(Message(**parts)), protocol))
    return protocol.calls


@pytest.fixture
def app(app: Quaff) -> Quaff:
    @app.route("/", methods=["GET", "POST"])
    def index() -> str:
        return f"{request.path} {request.get_data(as_text=True)}"

    app.add_url_rule("/stream", view_func=lambda: iter(["a", "", "b"]), endpoint="stream")
    app.add_url_rule("/blank", view_func=lambda: "", endpoint="blank")
    app.add_url_rule("/none", view_func=lambda: ("", 204), endpoint="none")
    return app


HTML = ("Content-Type", "text/html; charset=utf-8")


def test_each_kind_of_response_has_its_method(app: Quaff) -> None:
    # The server adds the length of what it sends.
    assert serve(app, Recorder()) == [("bytes", 200, [HTML], b"/ ")]
    assert serve(app, Recorder(), target="/stream") == [("stream", 200, [HTML]), b"a", b"b"]
    assert serve(app, Recorder(), target="/none") == [("empty", 204, [HTML])]
    blank = serve(app, Recorder(), target="/blank")
    assert blank == [("empty", 200, [HTML, ("Content-Length", "0")])]
    head = serve(app, Recorder(), method="HEAD")
    assert head == [("empty", 200, [HTML, ("Content-Length", "2")])]


@pytest.mark.parametrize(("size", "read"), [(IN_MEMORY, "whole"), (IN_MEMORY + 1, "pieces")])
def test_a_body_too_long_for_memory_is_taken_in_pieces(app: Quaff, size: int, read: str) -> None:
    content = b"x" * size
    protocol = Recorder(content)
    fields = [("Host", "localhost"), ("Content-Length", str(size))]
    [(_, _, _, body)] = serve(app, protocol, method="POST", headers=fields)
    assert (body, protocol.read) == (b"/ " + content, [read])


def test_a_body_of_unknown_length_is_asked_for_whole_since_that_tells_its_end(app: Quaff) -> None:
    protocol = Recorder(b"body")
    [(_, _, _, body)] = serve(app, protocol, method="POST", chunked=True)
    assert (body, protocol.read) == (b"/ body", ["whole"])


def test_http_2_needs_no_field_to_announce_a_body(app: Quaff) -> None:
    protocol = Recorder(b"body")
    [(_, _, _, body)] = serve(app, protocol, method="POST")
    assert (body, protocol.read) == (b"/ body", ["whole"])


def test_what_is_not_there_is_not_read(app: Quaff) -> None:
    protocol = Recorder(b"")
    serve(app, protocol, method="GET")
    assert protocol.read == []


def test_a_body_over_the_limit_is_not_received(app: Quaff) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 3
    protocol = Recorder(b"body")
    fields = [("Host", "localhost"), ("Content-Length", "4")]
    [(_, status, _, _)] = serve(app, protocol, method="POST", headers=fields)
    assert (status, protocol.read) == (413, [])


def test_a_body_that_breaks_off_is_the_servers_error(app: Quaff) -> None:
    class Broken(Recorder):
        async def __call__(self) -> bytes:
            raise ConnectionError("cut")

    protocol = Broken()
    with pytest.raises(ConnectionError, match="cut"):
        serve(app, protocol, method="POST", chunked=True)
    assert protocol.calls == []


def test_the_authority_of_http_2_is_the_host(app: Quaff) -> None:
    app.add_url_rule("/url", view_func=lambda: request.url, endpoint="url")
    scope = RSGIScope(Message(target="/url", headers=[]))
    scope.authority = "site.example:5000"  # type: ignore[assignment]
    protocol = Recorder()
    asyncio.run(app.__rsgi__(scope, protocol))
    assert protocol.calls[0][3] == b"http://site.example:5000/url"


@pytest.mark.parametrize(
    ("client", "address"),
    [("10.0.0.1:5000", "10.0.0.1"), ("::1:5000", "::1"), ("", "None")],
)
def test_addresses(app: Quaff, client: str, address: str) -> None:
    app.add_url_rule("/who", view_func=lambda: str(request.remote_addr), endpoint="who")
    scope = RSGIScope(Message(target="/who"))
    scope.client = client
    protocol = Recorder()
    asyncio.run(app.__rsgi__(scope, protocol))
    assert protocol.calls[0][3].decode() == address


@pytest.mark.parametrize(
    ("server", "seen"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("/run/socket", ("/run/socket", None))],
)
def test_where_the_server_listens(app: Quaff, server: str, seen: Any) -> None:
    servers: list[Any] = []
    app.before_request(lambda: servers.append(request.server))
    scope = RSGIScope(Message())
    scope.server = server
    asyncio.run(app.__rsgi__(scope, Recorder()))
    assert servers == [seen]
