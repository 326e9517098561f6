"""Bottle."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse, redirect, request, response, static_file, template
from pydantic import BaseModel, ValidationError

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
    """What the validated body must be; Bottle has no validation, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def simple() -> Bottle:
    """The simple cases."""
    app = Bottle()

    @app.get("/")
    def plain() -> str:
        response.content_type = "text/plain; charset=utf-8"
        return GREETING

    @app.get("/users/<number:int>")
    def user(number: int) -> dict[str, Any]:
        return {"id": number, "q": request.query["q"]}

    @app.post("/json")
    def person() -> dict[str, Any]:
        value = request.json
        return {"name": value["name"], "tags": len(value["tags"])}

    @app.get("/old")
    def old() -> Any:
        return redirect("/new", code=302)

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.body.read()))

    return app


def validated() -> Bottle:
    """A body that must be an Item."""
    app = Bottle()

    @app.post("/items")
    def create() -> Any:
        try:
            return Item.model_validate_json(request.body.read()).model_dump()
        except ValidationError as error:
            return HTTPResponse(str(error), 422)

    return app


def table() -> Bottle:
    """A table."""
    app = Bottle()

    @app.get("/table")
    def show() -> Any:
        return template("table", title="Items", rows=ROWS, template_lookup=[str(TEMPLATES)])

    return app


def counting() -> Bottle:
    """A counter in a signed cookie, which is what Bottle has for sessions."""
    app = Bottle()

    @app.get("/visits")
    def visits() -> str:
        count = request.get_cookie("visits", 0, secret=SECRET) + 1
        response.set_cookie("visits", count, secret=SECRET)
        return str(count)

    return app


def hooks() -> Bottle:
    """Something before and after the view."""
    app = Bottle()

    @app.hook("before_request")
    def before() -> None:
        request.environ["seen"] = "seen by before"

    @app.hook("after_request")
    def after() -> None:
        response.set_header("X-After", "seen by after")

    @app.get("/hooked")
    def hooked() -> Any:
        return request.environ["seen"]

    return app


def file() -> Bottle:
    """Static files."""
    app = Bottle()
    folder = str(write_files())

    @app.get("/files/<name:path>")
    def send(name: str) -> Any:
        return static_file(name, root=folder)

    return app


def routing(size: int) -> Bottle:
    """Many rules."""
    app = Bottle()

    def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.get(f"{prefix}/<number:int>{suffix}", callback=show)
    return app


WSGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "template": table,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    # To add 10,000 rules takes it minutes.
    **dict.fromkeys(ROUTING[:2], routing),
}
