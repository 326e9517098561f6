"""What each way of serving is asked; it runs in the servers' processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from a2wsgi import ASGIMiddleware, WSGIMiddleware

from quaff import Quaff, Response, abort, request, send_file, url_for

app = Quaff(__name__)

#: The application around which somebody put an adapter.
asgi_as_wsgi = ASGIMiddleware(app.asgi)  # type: ignore[arg-type]
wsgi_as_asgi = WSGIMiddleware(app.wsgi)


@app.get("/")
def index() -> str:
    return "ready"


@app.get("/async/<word>")
async def later(word: str) -> str:
    await asyncio.sleep(0)
    return word


@app.get("/stream")
def stream() -> Iterator[str]:
    for number in range(3):
        yield f"{number} "


@app.get("/async-stream")
async def async_stream() -> AsyncIterator[str]:
    for number in range(3):
        await asyncio.sleep(0)
        yield f"{number} "


@app.post("/upload")
def upload() -> dict[str, Any]:
    file = request.files["file"]
    return {"name": file.filename, "size": len(file.read()), "field": request.form["field"]}


@app.post("/echo")
async def echo() -> bytes:
    return request.get_data()


@app.get("/broken")
def broken() -> str:
    raise ValueError("a mistake in a view")


@app.get("/missing")
async def missing() -> str:
    abort(404)


@app.errorhandler(404)
async def not_found(error: Any) -> Any:
    return "nothing here", 404


@app.get("/file")
def file() -> Response:
    return send_file(Path(__file__), conditional=True)


@app.get("/where/<name>")
def where(name: str) -> dict[str, Any]:
    environ = request.environ
    return {
        "url": url_for("where", name=name),
        "root": request.root_path,
        "names": [environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["QUERY_STRING"]],
        "types": [type(environ[key]).__name__ for key in ("SERVER_NAME", "SERVER_PORT")],
        "field": environ["HTTP_X_FIELD"],
        "scheme": environ["wsgi.url_scheme"],
        "scope": request.scope is not None,
    }


@app.get("/version")
def version() -> str:
    return str(request.environ["SERVER_PROTOCOL"])


@app.after_request
def say_so(response: Response) -> Response:
    response.headers["X-After"] = "yes"
    return response
