"""Quart: Flask's API in coroutines."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from quart import Quart, Response, g, redirect, render_template, request, session

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
    """What the validated body must be; Quart has no validation, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def application(**options: Any) -> Quart:
    """An application without static files, unless they are asked for."""
    return Quart(__name__, **{"static_folder": None, **options})


def simple() -> Quart:
    """The simple cases."""
    app = application()

    @app.route("/")
    async def plain() -> str:
        return GREETING

    @app.route("/users/<int:number>")
    async def user(number: int) -> dict[str, Any]:
        return {"id": number, "q": request.args["q"]}

    @app.post("/json")
    async def person() -> dict[str, Any]:
        value = await request.get_json()
        return {"name": value["name"], "tags": len(value["tags"])}

    @app.route("/old")
    async def old() -> Any:
        return redirect("/new")

    @app.post("/upload")
    async def upload() -> str:
        return str(len(await request.get_data()))

    return app


def validated() -> Quart:
    """A body that must be an Item."""
    app = application()

    @app.errorhandler(ValidationError)
    async def refuse(error: ValidationError) -> Any:
        return error.errors(include_url=False, include_context=False), 422

    @app.post("/items")
    async def create() -> dict[str, Any]:
        return Item.model_validate_json(await request.get_data()).model_dump()

    return app


def template() -> Quart:
    """A table."""
    app = application(template_folder=str(TEMPLATES))

    @app.route("/table")
    async def table() -> str:
        return await render_template("table.html", title="Items", rows=ROWS)

    return app


def counting() -> Quart:
    """A counter in the session."""
    app = application()
    app.secret_key = SECRET

    @app.route("/visits")
    async def visits() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    return app


def hooks() -> Quart:
    """Something before and after the view."""
    app = application()

    @app.before_request
    async def before() -> None:
        g.seen = "seen by before"

    @app.after_request
    async def after(response: Response) -> Response:
        response.headers["X-After"] = "seen by after"
        return response

    @app.route("/hooked")
    async def hooked() -> str:
        return str(g.seen)

    return app


def file() -> Quart:
    """Static files."""
    return application(static_folder=str(write_files()), static_url_path="/files")


def routing(size: int) -> Quart:
    """Many rules."""
    app = application()

    async def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.add_url_rule(f"{prefix}/<int:number>{suffix}", prefix, show)
    return app


ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "template": template,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
}
