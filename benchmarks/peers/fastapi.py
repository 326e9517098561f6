"""FastAPI."""

# NOTE: no `from __future__ import annotations`: FastAPI would have to evaluate the annotations.

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

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


class User(BaseModel):
    """An answer."""

    id: int
    q: str


class Person(BaseModel):
    """An answer."""

    name: str
    tags: int


class Item(BaseModel):
    """What the validated body must be, and an answer."""

    name: str
    price: float
    tags: list[str]
    stock: int


def simple() -> FastAPI:
    """The simple cases."""
    app = FastAPI()

    @app.get("/", response_class=PlainTextResponse)
    async def plain() -> str:
        return GREETING

    @app.get("/users/{number}")
    async def user(number: int, q: str) -> User:
        return User(id=number, q=q)

    @app.post("/json")
    async def person(value: dict[str, Any]) -> Person:
        return Person(name=value["name"], tags=len(value["tags"]))

    @app.get("/old", response_class=RedirectResponse, status_code=302)
    async def old() -> str:
        return "/new"

    @app.post("/upload", response_class=PlainTextResponse)
    async def upload(request: Request) -> str:
        return str(len(await request.body()))

    return app


def validated() -> FastAPI:
    """A body that must be an Item."""
    app = FastAPI()

    @app.post("/items")
    async def create(item: Item) -> Item:
        return item

    return app


class Shelf(BaseModel):
    """An answer."""

    shelf: int
    limit: int
    full: bool
    tags: list[str]


class Count(BaseModel):
    """An answer."""

    items: int


def typed() -> FastAPI:
    """A path and a query of types."""
    app = FastAPI()

    @app.get("/shelves/{shelf}")
    async def show(shelf: int, limit: int, full: bool, tag: Annotated[list[str], Query()]) -> Shelf:
        return Shelf(shelf=shelf, limit=limit, full=full, tags=tag)

    return app


def typed_list() -> FastAPI:
    """A body that must be a list of Items."""
    app = FastAPI()

    @app.post("/items/many")
    async def create(items: list[Item]) -> Count:
        return Count(items=len(items))

    return app


def template() -> FastAPI:
    """A table."""
    app = FastAPI()
    templates = Jinja2Templates(TEMPLATES)

    @app.get("/table", response_class=HTMLResponse)
    async def table(request: Request) -> Response:
        return templates.TemplateResponse(request, "table.html", {"title": "Items", "rows": ROWS})

    return app


def counting() -> FastAPI:
    """A counter in the session."""
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key=SECRET)

    @app.get("/visits", response_class=PlainTextResponse)
    async def visits(request: Request) -> str:
        request.session["visits"] = request.session.get("visits", 0) + 1
        return str(request.session["visits"])

    return app


def hooks() -> FastAPI:
    """Something before and after the view."""
    app = FastAPI()

    @app.middleware("http")
    async def hook(request: Request, call_next: Any) -> Response:
        request.state.seen = "seen by before"
        response: Response = await call_next(request)
        response.headers["X-After"] = "seen by after"
        return response

    @app.get("/hooked", response_class=PlainTextResponse)
    async def hooked(request: Request) -> str:
        return str(request.state.seen)

    return app


def file() -> FastAPI:
    """Static files."""
    app = FastAPI()
    app.mount("/files", StaticFiles(directory=write_files()))
    return app


def routing(size: int) -> FastAPI:
    """Many rules."""
    app = FastAPI()

    async def show(number: int) -> str:
        return str(number)

    for prefix, suffix in rule_paths(size):
        app.get(f"{prefix}/{{number}}{suffix}", response_class=PlainTextResponse)(show)
    return app


ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "typed": typed,
    "typed-list": typed_list,
    "template": template,
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
}
