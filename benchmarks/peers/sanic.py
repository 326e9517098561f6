"""Sanic, through its ASGI callable; its own server is used where it is served."""

from __future__ import annotations

import sys
from itertools import count

import jinja2
from pydantic import BaseModel, ValidationError
from sanic import HTTPResponse, Request, Sanic, html, json, redirect, text

from ..cases import FILE, GREETING, ROUTING, ROWS, SIMPLE, TEMPLATES, rule_paths, write_files
from . import Builders

environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
_numbers = count()


class Item(BaseModel):
    """What the validated body must be; Sanic has no validation, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def application() -> Sanic:
    """An application with a name that no other has, as Sanic demands."""
    return Sanic(f"benchmark{next(_numbers)}", configure_logging=False)


def simple() -> Sanic:
    """The simple cases."""
    app = application()

    @app.get("/")
    async def plain(request: Request) -> HTTPResponse:
        return text(GREETING)

    @app.get("/users/<number:int>")
    async def user(request: Request, number: int) -> HTTPResponse:
        return json({"id": number, "q": request.args.get("q")})

    @app.post("/json")
    async def person(request: Request) -> HTTPResponse:
        value = request.json
        return json({"name": value["name"], "tags": len(value["tags"])})

    @app.get("/old")
    async def old(request: Request) -> HTTPResponse:
        return redirect("/new")

    @app.post("/upload")
    async def upload(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    return app


def validated() -> Sanic:
    """A body that must be an Item."""
    app = application()

    @app.post("/items")
    async def create(request: Request) -> HTTPResponse:
        try:
            item = Item.model_validate_json(request.body)
        except ValidationError as error:
            return json({"errors": error.errors(include_url=False)}, status=422)
        return json(item.model_dump())

    return app


def template() -> Sanic:
    """A table."""
    app = application()

    @app.get("/table")
    async def table(request: Request) -> HTTPResponse:
        return html(environment.get_template("table.html").render(title="Items", rows=ROWS))

    return app


def hooks() -> Sanic:
    """Something before and after the view."""
    app = application()

    @app.on_request
    async def before(request: Request) -> None:
        request.ctx.seen = "seen by before"

    @app.on_response
    async def after(request: Request, response: HTTPResponse) -> None:
        response.headers["X-After"] = "seen by after"

    @app.get("/hooked")
    async def hooked(request: Request) -> HTTPResponse:
        return text(request.ctx.seen)

    return app


def file() -> Sanic:
    """Static files."""
    app = application()
    app.static("/files", write_files(), use_content_range=True)
    return app


def routing(size: int) -> Sanic:
    """Many rules."""
    app = application()

    async def show(request: Request, number: int) -> HTTPResponse:
        return text(str(number))

    for index, (prefix, suffix) in enumerate(rule_paths(size)):
        app.add_route(show, f"{prefix}/<number:int>{suffix}", name=f"show{index}")
    return app


# Sanic has no sessions.
ASGI: Builders = {
    # On ASGI its 405 comes without the Allow field.
    **{case: simple for case in SIMPLE if case != "not-allowed"},
    "validated": validated,
    "template": template,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    # With 1,000 rules it does not start: its matcher is a program nested too deep.
    **dict.fromkeys(ROUTING[:1], routing),
}


if __name__ == "__main__":
    simple().run("127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False)
