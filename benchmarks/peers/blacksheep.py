"""BlackSheep."""

# NOTE: no `from __future__ import annotations`: BlackSheep would have to evaluate the annotations.

from typing import Any

from blacksheep import Application, FromJSON, Request, Response, Router, redirect, text
from blacksheep.server.rendering.jinja2 import JinjaRenderer
from blacksheep.server.responses import json, view
from blacksheep.settings.html import html_settings
from jinja2 import FileSystemLoader
from pydantic import BaseModel

from ..cases import (
    FILE,
    GREETING,
    ROUTING,
    ROWS,
    SECRET,
    SIMPLE,
    TEMPLATES,
    rule_paths,
    write_files,
)
from . import Builders


class Item(BaseModel):
    """What the validated body must be."""

    name: str
    price: float
    tags: list[str]
    stock: int


def application() -> Application:
    """An application with routes of its own: those of the library's default router are shared."""
    return Application(router=Router())


def simple() -> Application:
    """The simple cases."""
    app = application()

    @app.router.get("/")
    async def plain() -> Response:
        return text(GREETING)

    @app.router.get("/users/{number}")
    async def user(number: int, q: str) -> Response:
        return json({"id": number, "q": q})

    @app.router.post("/json")
    async def person(request: Request) -> Response:
        value = await request.json()
        return json({"name": value["name"], "tags": len(value["tags"])})

    @app.router.get("/old")
    async def old() -> Response:
        return redirect("/new")

    @app.router.post("/upload")
    async def upload(request: Request) -> Response:
        return text(str(len(await request.read())))

    return app


def validated() -> Application:
    """A body that must be an Item."""
    app = application()

    @app.router.post("/items")
    async def create(data: FromJSON[Item]) -> Response:
        return json(data.value.model_dump())

    return app


def typed() -> Application:
    """A path and a query of types."""
    app = application()

    @app.router.get("/shelves/{shelf}")
    async def show(shelf: int, limit: int, full: bool, tag: list[str]) -> Response:
        return json({"shelf": shelf, "limit": limit, "full": full, "tags": tag})

    return app


def typed_list() -> Application:
    """A body that must be a list of Items."""
    app = application()

    @app.router.post("/items/many")
    async def create(data: FromJSON[list[Item]]) -> Response:
        return json({"items": len(data.value)})

    return app


def template() -> Application:
    """A table."""
    html_settings.use(JinjaRenderer(FileSystemLoader(TEMPLATES)))
    app = application()

    @app.router.get("/table")
    async def table() -> Response:
        return view("table", {"title": "Items", "rows": ROWS})

    return app


def counting() -> Application:
    """A counter in the session."""
    app = application()
    app.use_sessions(SECRET)

    @app.router.get("/visits")
    async def visits(request: Request) -> Response:
        visits = int(request.session.get("visits", 0)) + 1
        request.session["visits"] = visits
        return text(str(visits))

    return app


def hooks() -> Application:
    """Something before and after the view."""
    app = application()

    async def hook(request: Request, handler: Any) -> Response:
        request.seen = "seen by before"
        response = await handler(request)
        response.add_header(b"X-After", b"seen by after")
        return response

    app.middlewares.append(hook)

    @app.router.get("/hooked")
    async def hooked(request: Request) -> Response:
        return text(request.seen)

    return app


def file() -> Application:
    """Static files."""
    app = application()
    app.serve_files(write_files(), root_path="/files", extensions={".bin"})
    return app


def routing(size: int) -> Application:
    """Many rules."""
    app = application()

    async def show(number: int) -> Response:
        return text(str(number))

    for prefix, suffix in rule_paths(size):
        app.router.add_get(f"{prefix}/{{number}}{suffix}", show)
    return app


ASGI: Builders = {
    # A wrong method is answered 404.
    **{case: simple for case in SIMPLE if case != "not-allowed"},
    "validated": validated,
    "typed": typed,
    "typed-list": typed_list,
    "template": template,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
}
