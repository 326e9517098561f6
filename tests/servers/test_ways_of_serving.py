"""One application in every way in which servers take it, asked by httpx and by sockets."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import PATIENCE, Server
from .test_other_servers import need, need_program

GRANIAN = "-m granian --port {port} --interface"
GUNICORN = "-m gunicorn --bind 127.0.0.1:{port}"
UVICORN = "-m uvicorn --port {port}"
HYPERCORN = "-m hypercorn --bind 127.0.0.1:{port}"
UWSGI = (
    "uwsgi --http-socket 127.0.0.1:{port} --master --enable-threads --threads 2 --die-on-term"
    f" --virtualenv {sys.prefix} --module ways_app:app"
)
#: Name -> command.
WAYS = {
    "granian-wsgi": f"{GRANIAN} wsgi ways_app:app",
    "granian-asgi": f"{GRANIAN} asgi ways_app:app",
    "granian-rsgi": f"{GRANIAN} rsgi ways_app:app",
    "uvicorn-auto": f"{UVICORN} ways_app:app",
    "uvicorn-asgi3": f"{UVICORN} --interface asgi3 ways_app:app",
    "uvicorn-a2wsgi": f"{UVICORN} ways_app:wsgi_as_asgi",
    "hypercorn-auto": f"{HYPERCORN} ways_app:app",
    "hypercorn-asgi": f"{HYPERCORN} ways_app:app.asgi",
    "gunicorn-sync": f"{GUNICORN} ways_app:app",
    "gunicorn-threads": f"{GUNICORN} --threads 2 ways_app:app",
    "waitress": "-m waitress --listen 127.0.0.1:{port} ways_app:app",
    "waitress-a2wsgi": "-m waitress --listen 127.0.0.1:{port} ways_app:asgi_as_wsgi",
    "uwsgi": UWSGI,
}
#: Ways in which nobody says where a body in chunks ends.
WITHOUT_CHUNKS = {"uwsgi", "uvicorn-a2wsgi"}
#: Ways in which the application itself is called by WSGI.
OF_WSGI = {"granian-wsgi", "gunicorn-sync", "gunicorn-threads", "waitress", *WITHOUT_CHUNKS}
#: Servers whose slow clients hold nobody up.
PATIENT = {
    "granian-asgi",
    "granian-rsgi",
    "uvicorn-auto",
    "hypercorn-auto",
    "waitress",
}


class Program(Server):
    """A server whose program stands beside this Python."""

    def __init__(self, directory: Path, python: str, *command: str, **environment: str) -> None:
        program = Path(python).with_name(command[0])
        super().__init__(directory, str(program), *command[1:], **environment)


def serve(name: str, command: str, directory: Path) -> Server:
    """Start a server with the application in a directory, and wait for it."""
    if command.startswith("uwsgi"):
        need_program(Path(sys.executable).with_name("uwsgi"))
    else:
        need(name.partition("-")[0])
    shutil.copy(Path(__file__).with_name("ways_app.py"), directory)
    kind = Server if command.startswith("-m") else Program
    server = kind(directory, sys.executable, *command.split())
    try:
        server.wait_for("ready")
    except BaseException:
        server.stop()
        raise
    return server


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The name of a way, and a server that runs in it; the tests run for each."""
    name = request.param
    server = serve(name, WAYS[name], tmp_path_factory.mktemp(name))
    yield name, server
    server.stop()


@pytest.fixture
def client(way: tuple[str, Server]) -> Iterator[httpx.Client]:
    address = f"http://127.0.0.1:{way[1].port}"
    # uWSGI ends each connection without a word.
    limits = httpx.Limits(max_keepalive_connections=0 if way[0] == "uwsgi" else 1)
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False, limits=limits) as client:
        yield client


def test_views_and_errors(client: httpx.Client) -> None:
    assert client.get("/async/w%C3%B6rd").text == "wörd"
    answer = client.get("/missing")
    assert (answer.status_code, answer.text) == (404, "nothing here")
    answer = client.get("/broken")
    assert (answer.status_code, answer.headers["X-After"]) == (500, "yes")
    answer = client.head("/")
    assert (answer.headers["Content-Length"], answer.content) == ("5", b"")
    assert client.post("/").status_code == 405


@pytest.mark.parametrize("path", ["/stream", "/async-stream"])
def test_streams(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.text, answer.headers["X-After"]) == ("0 1 2 ", "yes")
    assert "Content-Length" not in answer.headers


def test_uploads(client: httpx.Client) -> None:
    content = b"\r\n--" * 250_000
    answer = client.post("/upload", files={"file": ("a.bin", content)}, data={"field": "wörd"})
    assert answer.json() == {"name": "a.bin", "size": len(content), "field": "wörd"}


def test_bodies_of_unknown_length(way: tuple[str, Server], client: httpx.Client) -> None:
    pieces = [b"x" * 70_000, b"y", b"z" * 70_000]
    answer = client.post("/echo", content=iter(pieces))
    if way[0] in WITHOUT_CHUNKS:
        assert answer.status_code == 411
    else:
        assert (answer.status_code, answer.content) == (200, b"".join(pieces))


def test_trailers_are_no_part_of_the_body(way: tuple[str, Server]) -> None:
    if way[0] in WITHOUT_CHUNKS:
        pytest.skip("it has no bodies in chunks")
    message = (
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        b"Trailer: X-Sum\r\nConnection: close\r\n\r\n"
        b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    head, _, body = exchange(way[1], message).partition(b"\r\n\r\n")
    assert (head.split()[1], body) == (b"200", b"hello")


def exchange(server: Server, message: bytes) -> bytes:
    """What the server sends for some bytes, until it ends the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        client.sendall(message)
        while piece := client.recv(65_536):
            received += piece
    return received


def test_files_and_conditions(client: httpx.Client) -> None:
    content = Path(__file__).with_name("ways_app.py").read_bytes()
    answer = client.get("/file")
    assert (answer.content, answer.headers["X-After"]) == (content, "yes")
    assert int(answer.headers["Content-Length"]) == len(content)
    condition = {"If-None-Match": answer.headers["ETag"]}
    answer = client.get("/file", headers=condition)
    assert (answer.status_code, answer.content) == (304, b"")
    answer = client.get("/file", headers={"Range": f"bytes={len(content)}-"})
    assert answer.status_code == 416
    answer = client.get("/file", headers={"Range": "bytes=-7"})
    assert (answer.status_code, answer.content) == (206, content[-7:])


def test_the_environ_is_there_in_every_way(way: tuple[str, Server], client: httpx.Client) -> None:
    answer = client.get("/where/a%20b?c=%64", headers={"X-Field": "value"})
    assert answer.json() == {
        "url": "/where/a%20b",
        "root": "",
        "names": ["", "/where/a b", "c=%64"],
        "types": ["str", "str"],
        "field": "value",
        "scheme": "http",
        "scope": way[0] not in OF_WSGI,
    }


def test_15_slow_clients_hold_nobody_up(way: tuple[str, Server], client: httpx.Client) -> None:
    name, server = way
    if name not in PATIENT:
        pytest.skip("it gives each slow client a thread or a process, and expects a proxy")
    body = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf "
    with ExitStack() as stack:
        slow = []
        for _ in range(60):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            slow.append(stack.enter_context(connection))
            connection.sendall(body.encode())
        assert client.get("/").text == "ready"
        # What came slowly is complete in the end.
        slow[0].sendall(b"fully")
        assert slow[0].recv(65_536).startswith(b"HTTP/1.1 200")


#: Name -> command and what is asked for, of servers below a path. Uvicorn expects a proxy that
#: takes the path away.
BELOW = {
    "granian-wsgi": (f"{GRANIAN} wsgi --url-path-prefix /below ways_app:app", "/below/where/x"),
    "granian-asgi": (f"{GRANIAN} asgi --url-path-prefix /below ways_app:app", "/below/where/x"),
    "uvicorn": (f"{UVICORN} --root-path /below ways_app:app", "/where/x"),
    "hypercorn": (f"{HYPERCORN} --root-path /below ways_app:app", "/below/where/x"),
}


@pytest.mark.parametrize("name", BELOW)
def test_an_application_below_a_path(name: str, tmp_path: Path) -> None:
    command, path = BELOW[name]
    server = serve(name, command, tmp_path)
    try:
        url = f"http://127.0.0.1:{server.port}{path}"
        answer = httpx.get(url, headers={"X-Field": "z"}, trust_env=False).json()
        assert (answer["url"], answer["root"]) == ("/below/where/x", "/below")
        assert answer["names"] == ["/below", "/where/x", ""]
    finally:
        server.stop()


#: Name -> command, of servers that speak HTTP/2 without TLS.
H2 = {
    "granian-wsgi": f"{GRANIAN} wsgi --http auto ways_app:app",
    "granian-asgi": f"{GRANIAN} asgi --http auto ways_app:app",
    "granian-rsgi": f"{GRANIAN} rsgi --http auto ways_app:app",
    "hypercorn": f"{HYPERCORN} ways_app:app",
}


@pytest.mark.parametrize("name", H2)
def test_http_2(name: str, tmp_path: Path) -> None:
    need("h2")
    server = serve(name, H2[name], tmp_path)
    try:
        address = f"http://127.0.0.1:{server.port}"
        with httpx.Client(http1=False, http2=True, base_url=address, trust_env=False) as client:
            answer = client.get("/version")
            assert (answer.http_version, answer.text[:6]) == ("HTTP/2", "HTTP/2")
            assert client.get("/async-stream").text == "0 1 2 "
            # Without a length and without chunks, which HTTP/2 does not have.
            answer = client.post("/echo", content=iter([b"one ", b"two"]))
            assert (answer.status_code, answer.content) == (200, b"one two")
            answer = client.get("/file", headers={"Range": "bytes=0-2"})
            assert (answer.status_code, answer.content) == (206, b'"""')
            assert client.get("/where/x", headers={"X-Field": "v"}).json()["field"] == "v"
    finally:
        server.stop()
