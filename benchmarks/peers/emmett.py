"""Emmett (its successor Emmett55), on RSGI, its own interface."""

from __future__ import annotations

from typing import Any

from emmett55 import App, Pipe, redirect, request, response, session
from emmett55.sessions import SessionManager
from emmett55.tools import service
from pydantic import BaseModel, ValidationError

from ..cases import GREETING, ROUTING, SECRET, SIMPLE, rule_paths
from . import Builders


class Item(BaseModel):
    """What the validated body must be; Emmett validates by its database models, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def simple() -> App:
    """The simple cases."""
    app = App(__name__)

    @app.route("/", methods="get", output="str")
    async def plain() -> str:
        return GREETING

    @app.route("/users/<int:number>", methods="get")
    @service.json
    async def user(number: int) -> dict[str, Any]:
        return {"id": number, "q": request.query_params.q}

    @app.route("/json", methods="post")
    @service.json
    async def person() -> dict[str, Any]:
        value = await request.body_params
        return {"name": value.name, "tags": len(value.tags)}

    @app.route("/old", methods="get")
    async def old() -> Any:
        redirect("/new", 302)

    @app.route("/upload", methods="post", output="str")
    async def upload() -> str:
        return str(len(await request.body))

    return app


def validated() -> App:
    """A body that must be an Item."""
    app = App(__name__)

    @app.route("/items", methods="post")
    @service.json
    async def create() -> Any:
        try:
            return Item.model_validate_json(await request.body).model_dump()
        except ValidationError as error:
            response.status = 422
            return {"errors": str(error)}

    return app


def counting() -> App:
    """A counter in the session."""
    app = App(__name__)
    app.pipeline = [SessionManager.cookies(SECRET)]

    @app.route("/visits", methods="get", output="str")
    async def visits() -> str:
        session.visits = (session.visits or 0) + 1
        return str(session.visits)

    return app


class Hook(Pipe):
    """Emmett's kind of hook."""

    async def open_request(self) -> None:
        """Before the view."""
        request.seen = "seen by before"

    async def close_request(self) -> None:
        """After the view."""
        response.headers["x-after"] = "seen by after"


def hooks() -> App:
    """Something before and after the view."""
    app = App(__name__)
    app.pipeline = [Hook()]

    @app.route("/hooked", methods="get", output="str")
    async def hooked() -> Any:
        return request.seen

    return app


def routing(size: int) -> App:
    """Many rules."""
    app = App(__name__)

    async def show(number: int) -> str:
        return str(number)

    for index, (prefix, suffix) in enumerate(rule_paths(size)):
        rule = f"{prefix}/<int:number>{suffix}"
        app.route(rule, name=f"show{index}", methods="get", output="str")(show)
    return app


RSGI: Builders = {
    # A wrong method is answered 404; it has no templates of its own, and files only by the server.
    **{case: simple for case in SIMPLE if case != "not-allowed"},
    "validated": validated,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(ROUTING, routing),
}
