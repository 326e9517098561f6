"""Quaff: plain views on WSGI, coroutines on ASGI and RSGI."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec

from quaff import Body, Quaff, Response, g, redirect, render_template, request, session

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


class Item(msgspec.Struct):
    """What the validated body must be."""

    name: str
    price: float
    tags: list[str]
    stock: int


def application(**options: Any) -> Quaff:
    """An application without static files, unless they are asked for."""
    return Quaff(__name__, **{"static_folder": None, **options})


# -- plain views ---------------------------------------------------------------------------------


def simple() -> Quaff:
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


def validated() -> Quaff:
    """A body that must be an Item."""
    app = application()

    @app.post("/items")
    def create(item: Item) -> Item:
        return item

    return app


def typed() -> Quaff:
    """A path and a query of types."""
    app = application()

    @app.get("/shelves/<int:shelf>")
    def show(shelf: int, limit: int, full: bool, tag: list[str]) -> dict[str, Any]:
        return {"shelf": shelf, "limit": limit, "full": full, "tags": tag}

    return app


def typed_list() -> Quaff:
    """A body that must be a list of Items."""
    app = application()

    @app.post("/items/many")
    def create(items: Annotated[list[Item], Body()]) -> dict[str, int]:
        return {"items": len(items)}

    return app


def template() -> Quaff:
    """A table."""
    app = application(template_folder=str(TEMPLATES))

    @app.route("/table")
    def table() -> str:
        return render_template("table.html", title="Items", rows=ROWS)

    return app


def counting() -> Quaff:
    """A counter in the session."""
    app = application()
    app.secret_key = SECRET

    @app.route("/visits")
    def visits() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    return app


def hooks() -> Quaff:
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


def file() -> Quaff:
    """Static files."""
    return application(static_folder=str(write_files()), static_url_path="/files")


def routing(size: int) -> Quaff:
    """Many rules."""
    app = application()

    def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.add_url_rule(f"{prefix}/<int:number>{suffix}", prefix, show)
    return app


# -- coroutines ----------------------------------------------------------------------------------


def simple_async() -> Quaff:
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
        value = request.get_json()
        return {"name": value["name"], "tags": len(value["tags"])}

    @app.route("/old")
    async def old() -> Any:
        return redirect("/new")

    @app.post("/upload")
    async def upload() -> str:
        return str(len(request.get_data()))

    return app


def validated_async() -> Quaff:
    """A body that must be an Item."""
    app = application()

    @app.post("/items")
    async def create(item: Item) -> Item:
        return item

    return app


def typed_async() -> Quaff:
    """A path and a query of types."""
    app = application()

    @app.get("/shelves/<int:shelf>")
    async def show(shelf: int, limit: int, full: bool, tag: list[str]) -> dict[str, Any]:
        return {"shelf": shelf, "limit": limit, "full": full, "tags": tag}

    return app


def typed_list_async() -> Quaff:
    """A body that must be a list of Items."""
    app = application()

    @app.post("/items/many")
    async def create(items: Annotated[list[Item], Body()]) -> dict[str, int]:
        return {"items": len(items)}

    return app


def template_async() -> Quaff:
    """A table; templates are rendered in the loop, as the peers do."""
    app = application(template_folder=str(TEMPLATES))

    @app.route("/table")
    async def table() -> str:
        return render_template("table.html", title="Items", rows=ROWS)

    return app


def counting_async() -> Quaff:
    """A counter in the session."""
    app = application()
    app.secret_key = SECRET

    @app.route("/visits")
    async def visits() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    return app


def hooks_async() -> Quaff:
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


def waiting() -> Quaff:
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


def routing_async(size: int) -> Quaff:
    """Many rules."""
    app = application()

    async def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.add_url_rule(f"{prefix}/<int:number>{suffix}", prefix, show)
    return app


WSGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "typed": typed,
    "typed-list": typed_list,
    "template": template,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
    "async": waiting,
    "async-wait": waiting,
}
ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple_async),
    "validated": validated_async,
    "typed": typed_async,
    "typed-list": typed_list_async,
    "template": template_async,
    "session": counting_async,
    "hooks": hooks_async,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing_async),
}
RSGI: Builders = ASGI
