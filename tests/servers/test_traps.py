"""What real servers do to a request, and what becomes of it: see docs/servers.md.

Each server is started once, with `traps_app`, and asked over sockets.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from .conftest import PATIENCE, Server, wait_until
from .test_other_servers import need, need_program

GRANIAN = "-m granian --port {port} --interface"
UWSGI = (
    "uwsgi --http-socket 127.0.0.1:{port} --master --enable-threads --threads 4 --die-on-term"
    f" --virtualenv {sys.prefix} --module traps_app:app"
)
#: Name -> command; "auto" leaves it to the server what it takes the application for.
SERVERS = {
    "granian-wsgi": f"{GRANIAN} wsgi traps_app:app",
    "granian-asgi": f"{GRANIAN} asgi traps_app:app",
    "granian-rsgi": f"{GRANIAN} rsgi traps_app:app",
    "uvicorn-auto": "-m uvicorn --port {port} traps_app:app",
    "hypercorn-auto": "-m hypercorn --bind 127.0.0.1:{port} traps_app:app",
    "gunicorn": "-m gunicorn --bind 127.0.0.1:{port} --threads 4 traps_app:app",
    "waitress": "-m waitress --listen 127.0.0.1:{port} traps_app:app",
    "uwsgi": UWSGI,
}
ASGI = {"granian-asgi", "uvicorn-auto", "hypercorn-auto"}
ASYNC = ASGI | {"granian-rsgi"}


class Uwsgi(Server):
    """Its program stands beside this Python."""

    def __init__(self, directory: Path, python: str, *command: str, **environment: str) -> None:
        program = Path(python).with_name(command[0])
        super().__init__(directory, str(program), *command[1:], **environment)


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A running server; the tests run for each."""
    name = request.param
    if name == "uwsgi":
        need_program(Path(sys.executable).with_name(name))
    else:
        need(name.partition("-")[0])
    folder = tmp_path_factory.mktemp(name)
    shutil.copy(Path(__file__).with_name("traps_app.py"), folder)
    kind = Uwsgi if name == "uwsgi" else Server
    server = kind(folder, sys.executable, *SERVERS[name].split())
    server.name = name  # type: ignore[attr-defined]
    try:
        server.wait_for("ready")
        yield server
    finally:
        server.stop()


def raw(server: Any, message: bytes, cut: bool = False) -> tuple[int, bytes]:
    """The status and what follows the header fields; 0 if the server just hung up.

    Args:
        server: the server.
        message: the bytes of the request.
        cut: the client ends its side behind them.
    """
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        try:
            client.sendall(message)
            if cut:
                client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server has answered already and hung up.
        try:
            while piece := client.recv(65_536):
                received += piece
        except ConnectionError:
            pass
    if not received:
        return 0, b""
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def ask(server: Any, target: str, *fields: str, method: str = "GET", body: bytes = b"") -> Any:
    """The answer to a request that has a host and ends the connection."""
    if body:
        fields = (*fields, f"Content-Length: {len(body)}")
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *fields, "", ""]
    return raw(server, "\r\n".join(lines).encode("latin1") + body)


def chunked(target: str, body: bytes) -> bytes:
    return (
        f"POST {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body


def test_plain_and_async_views_and_the_environ(server: Any) -> None:
    assert ask(server, "/") == (200, b"ready")
    assert ask(server, "/async?a=b") == (200, b"a=b")
    assert server.get("/visits") == (200, "1")


@pytest.mark.parametrize("code", [0, 99, 600, 1000])
def test_1_a_status_that_http_does_not_know_is_500_and_ends_no_worker(
    server: Any, code: int
) -> None:
    status, _ = ask(server, f"/status/{code}")
    assert status == 500
    assert ask(server, "/") == (200, b"ready")


def test_2_a_body_that_stops_early_is_never_taken_for_whole(server: Any) -> None:
    before = json.loads(server.get("/read")[1])
    message = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nnine byte"
    status, _ = raw(server, message, cut=True)
    # Some servers see for themselves that nobody waits for an answer.
    assert status in (0, 400, 500)
    assert status != 500 or server.name == "granian-asgi"
    assert json.loads(server.get("/read")[1]) == before


@pytest.mark.parametrize("rest", [b"", b"zz\r\n"])
def test_3_a_broken_chunked_body_is_never_taken_for_whole(server: Any, rest: bytes) -> None:
    before = json.loads(server.get("/read")[1])
    status, _ = raw(server, chunked("/read", b"5\r\nhello\r\n" + rest), cut=True)
    after = json.loads(server.get("/read")[1])
    if server.name == "granian-wsgi":
        # The server says that the body ended. Nobody behind it can know better.
        assert (status, after) == (200, [*before, 5])
        return
    assert status in (0, 400, 411, 500)
    assert status != 500 or server.name == "granian-asgi"
    assert after == before


def test_a_chunked_body_that_is_whole_arrives_or_is_refused(server: Any) -> None:
    before = json.loads(server.get("/read")[1])
    status, _ = raw(server, chunked("/read", b"7\r\nhello12\r\n0\r\n\r\n"))
    after = json.loads(server.get("/read")[1])
    if server.name == "uwsgi":
        # It does not put chunks together, so a length is required.
        assert (status, after) == (411, before)
    else:
        assert (status, after) == (200, [*before, 7])


def test_4_where_a_stream_fails_the_client_is_told_if_the_server_can(server: Any) -> None:
    message = b"GET /fails HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status, body = raw(server, message)
    assert (status, b"half of it" in body) == (200, True)
    looks_whole = body.endswith(b"0\r\n\r\n")
    if server.name == "uwsgi":
        # Its answers without a length end with the connection, whatever the reason.
        assert not looks_whole
    else:
        assert looks_whole == (server.name in ("granian-wsgi", "granian-rsgi"))


def test_5_a_limit_refuses_chunked_bodies_and_cuts_none(server: Any) -> None:
    body = b"c8\r\n" + b"x" * 200 + b"\r\n0\r\n\r\n"
    status, _ = raw(server, chunked("/small", body))
    assert status == (411 if server.name == "uwsgi" else 413)


def test_6_names_with_underscores_pose_as_no_others(server: Any) -> None:
    status, body = ask(server, "/seen", "X_Secure_User: evil")
    if server.name == "waitress" and status == 400:
        return
    seen = json.loads(body)["user"]
    # Over WSGI nobody can tell the names apart, so it is up to the server.
    assert seen == ("evil" if server.name in ("granian-wsgi", "uwsgi") else None)


def test_7_two_hosts_are_refused(server: Any) -> None:
    message = b"GET /seen HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n"
    status, _ = raw(server, message.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert status == 400


@pytest.mark.parametrize("kind", ["value", "name", "cookie"])
def test_8_and_11_fields_that_servers_would_drop_are_errors(server: Any, kind: str) -> None:
    status, body = ask(server, f"/field/{kind}")
    assert status == 500
    assert b"evil.example" not in body


def test_a_client_of_http_1_0_may_name_no_host(server: Any) -> None:
    status, body = raw(server, b"GET /seen HTTP/1.0\r\n\r\n")
    host, _, port = json.loads(body)["host"].rpartition(":")
    # What servers call themselves differs.
    assert (status, port) == (200, str(server.port))
    assert host


def test_9_faults_of_clients_are_no_errors_of_the_server(server: Any) -> None:
    deep = b"[" * 100_000
    assert (
        ask(server, "/json", "Content-Type: application/json", method="POST", body=deep)[0] == 400
    )
    message = b"GET /seen HTTP/1.1\r\nHost: xn--a.example\r\nConnection: close\r\n\r\n"
    assert raw(server, message)[0] == 400
    status, body = ask(server, "/seen", "Authorization: Basic \xe9\xe9")
    assert status == 400 or (status == 200 and json.loads(body)["authorization"] is False)


def test_10_huge_forms_are_refused(server: Any) -> None:
    body = b"a=1&" * 1_000_000
    kind = "Content-Type: application/x-www-form-urlencoded"
    assert ask(server, "/form", kind, method="POST", body=body)[0] == 413


def test_12_paths_are_decoded_and_other_fields_are_text(server: Any) -> None:
    status, body = ask(server, "/path/a%2Fb%20c%C3%A9")
    assert json.loads(body) == {"path": "a/b cé", "root": ""}
    status, body = ask(server, "/path/%ff")
    assert status == 400 or json.loads(body)["path"] == "\N{REPLACEMENT CHARACTER}"
    status, body = ask(server, "/seen", "X-Latin: \xe9")
    missing = {"granian-wsgi": "", "granian-rsgi": None}
    assert json.loads(body)["latin"] == missing.get(server.name, "é")


def test_files_ranges_and_head(server: Any) -> None:
    content = Path(__file__).with_name("traps_app.py").read_bytes()
    assert ask(server, "/file") == (200, content)
    assert ask(server, "/file", "Range: bytes=4-8") == (206, content[4:9])
    assert ask(server, "/file", method="HEAD") == (200, b"")


def test_13_websockets_are_there_or_refused_with_a_sentence(server: Any) -> None:
    url = f"ws://127.0.0.1:{server.port}/echo"
    if server.name not in ASYNC:
        with pytest.raises(InvalidStatus) as refused:
            connect(url)
        assert refused.value.response.status_code == 426
        return
    offered: Any = None if server.name == "granian-rsgi" else ["chat"]
    with connect(url, subprotocols=offered, origin=f"http://127.0.0.1:{server.port}") as ws:  # type: ignore[arg-type]
        assert ws.subprotocol == ("chat" if offered else None)
        for message in ("text", b"bytes", "long " * 10_000):
            ws.send(message)
            assert ws.recv() == message
        ws.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == (4001 if server.name in ASGI else 1005)
    with pytest.raises(InvalidStatus) as refused:
        connect(url, origin="http://evil.example")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    with connect(url) as ws:
        ws.send("x" * 1_048_577)
        with pytest.raises(ConnectionClosed):
            ws.recv()


def test_the_application_starts_and_stops(server: Any) -> None:
    """The last test of each server."""
    assert (server.directory / "begun").exists()
    server.signal(signal.SIGTERM)
    ended = server.directory / "ended"
    if server.name == "waitress":
        # It is killed by the signal, and says goodbye to nobody.
        assert not ended.exists()
    elif server.name != "uwsgi":
        # With threads, uWSGI ends its worker sometimes with a goodbye and sometimes without.
        wait_until(ended.exists, lambda: "the application's end")
