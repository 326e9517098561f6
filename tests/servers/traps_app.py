"""What the tests of real servers ask; it runs in the servers' processes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from quaff import Quaff, Response, request, send_file, session

app = Quaff(__name__)
app.secret_key = "for tests"

#: How many bytes the views have read of bodies that seemed whole.
read: list[int] = []


@app.get("/")
def index() -> str:
    return "ready"


@app.get("/async")
async def later() -> str:
    await asyncio.sleep(0)
    return request.environ["QUERY_STRING"]


@app.post("/read")
def read_body() -> str:
    read.append(len(request.get_data()))
    return "read"


@app.get("/read")
def was_read() -> list[int]:
    return read


@app.post("/small")
def small() -> str:
    request.max_content_length = 100
    return str(len(request.get_data()))


@app.post("/json")
def json() -> str:
    request.get_json()
    return "json"


@app.post("/form")
def form() -> str:
    return str(len(request.form))


@app.get("/status/<int:code>")
def status(code: int) -> Any:
    response = Response("body")
    response._status_code, response._status = code, f"{code} MADE UP"
    response.headers["X-Made-Up"] = "yes"
    return response


@app.get("/fails")
def fails() -> Any:
    def pieces() -> Any:
        yield "half of it"
        raise ZeroDivisionError

    return Response(pieces())


@app.get("/field/<kind>")
def field(kind: str) -> Any:
    if kind == "value":
        return "body", {"Content-Security-Policy": "default-src\0 'self'"}
    if kind == "name":
        return "body", {"Set Cookie": "a=b"}
    response = Response("body")
    response.set_cookie("a; Domain=evil.example", "b")
    return response


@app.get("/seen")
def seen() -> dict[str, Any]:
    return {
        "host": request.host,
        "user": request.headers.get("X-Secure-User"),
        "authorization": request.authorization is not None,
        "latin": request.headers.get("X-Latin"),
    }


@app.get("/path/<path:path>")
def path(path: str) -> dict[str, Any]:
    return {"path": path, "root": request.root_path}


@app.get("/file")
def file() -> Response:
    return send_file(Path(__file__))


@app.get("/visits")
async def visits() -> str:
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@app.websocket("/echo")
async def echo(ws: Any) -> None:
    if "chat" in ws.subprotocols:
        await ws.accept("chat")
    async for message in ws:
        if message == "close":
            await ws.close(4001, "as asked")
        await ws.send(message)


@app.before_serving
async def begin() -> None:
    Path("begun").touch()


@app.after_serving
def end() -> None:
    Path("ended").touch()
