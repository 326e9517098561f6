"""Flask."""

from __future__ import annotations

import asyncio
from typing import Any

from flask import Flask, Response, g, redirect, render_template, request, session
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
    """What the validated body must be; Flask has no validation, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def application(**options: Any) -> Flask:
    """An application without static files, unless they are asked for."""
    return Flask(__name__, **{"static_folder": None, **options})


def simple() -> Flask:
    """The simple cases."""
    app = application()

    @app.route("/")
    def plain() -> str:
        return GREETING

    @app.route("/users/<int:number>")
    def user(number: int) -> dict[str, Any]:
        return {"id": number, "q": request.args["q"]}

    @app.post("/json")
    def person() -> dict[str, Any]:
        value = request.get_json()
        return {"name": value["name"], "tags": len(value["tags"])}

    @app.route("/old")
    def old() -> Any:
        return redirect("/new")

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.get_data()))

    return app


def validated() -> Flask:
    """A body that must be an Item."""
    app = application()

    @app.errorhandler(ValidationError)
    def refuse(error: ValidationError) -> Any:
        return error.errors(include_url=False, include_context=False), 422

    @app.post("/items")
    def create() -> dict[str, Any]:
        return Item.model_validate_json(request.get_data()).model_dump()

    return app


def template() -> Flask:
    """A table."""
    app = application(template_folder=str(TEMPLATES))

    @app.route("/table")
    def table() -> str:
        return render_template("table.html", title="Items", rows=ROWS)

    return app


def counting() -> Flask:
    """A counter in the session."""
    app = application()
    app.secret_key = SECRET

    @app.route("/visits")
    def visits() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    return app


def hooks() -> Flask:
    """Something before and after the view."""
    app = application()

    @app.before_request
    def before() -> None:
        g.seen = "seen by before"

    @app.after_request
    def after(response: Response) -> Response:
        response.headers["X-After"] = "seen by after"
        return response

    @app.route("/hooked")
    def hooked() -> str:
        return str(g.seen)

    return app


def file() -> Flask:
    """Static files."""
    return application(static_folder=str(write_files()), static_url_path="/files")


def routing(size: int) -> Flask:
    """Many rules."""
    app = application()

    def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.add_url_rule(f"{prefix}/<int:number>{suffix}", prefix, show)
    return app


def waiting() -> Flask:
    """Coroutines under WSGI, one that only returns and one that lets the loop go on."""
    app = application()

    @app.route("/async")
    async def immediate() -> str:
        return GREETING

    @app.route("/wait")
    async def wait() -> str:
        await asyncio.sleep(0)
        return GREETING

    return app


WSGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "template": template,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
    "async": waiting,
    "async-wait": waiting,
}
