"""Starlette."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

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

templates = Jinja2Templates(TEMPLATES)


class Item(BaseModel):
    """What the validated body must be; Starlette has no validation, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


async def plain(request: Request) -> Response:
    """Plain text."""
    return PlainTextResponse(GREETING)


async def user(request: Request) -> Response:
    """A parameter and a query."""
    return JSONResponse({"id": request.path_params["number"], "q": request.query_params["q"]})


async def person(request: Request) -> Response:
    """A JSON body."""
    value = await request.json()
    return JSONResponse({"name": value["name"], "tags": len(value["tags"])})


async def old(request: Request) -> Response:
    """A redirect."""
    return RedirectResponse("/new", status_code=302)


async def upload(request: Request) -> Response:
    """A large body."""
    return PlainTextResponse(str(len(await request.body())))


async def create(request: Request) -> Response:
    """A validated body."""
    try:
        item = Item.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse(error.errors(include_url=False), status_code=422)
    return JSONResponse(item.model_dump())


async def table(request: Request) -> Response:
    """A template."""
    return templates.TemplateResponse(request, "table.html", {"title": "Items", "rows": ROWS})


async def visits(request: Request) -> Response:
    """A session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return PlainTextResponse(str(request.session["visits"]))


async def hook(request: Request, call_next: Any) -> Response:
    """Starlette's kind of hook: a middleware."""
    request.state.seen = "seen by before"
    response: Response = await call_next(request)
    response.headers["X-After"] = "seen by after"
    return response


async def hooked(request: Request) -> Response:
    """What the middleware left."""
    return PlainTextResponse(request.state.seen)


async def show(request: Request) -> Response:
    """What every one of many rules leads to."""
    return PlainTextResponse(str(request.path_params["number"]))


def simple() -> Starlette:
    """The simple cases."""
    return Starlette(
        routes=[
            Route("/", plain),
            Route("/users/{number:int}", user),
            Route("/json", person, methods=["POST"]),
            Route("/old", old),
            Route("/upload", upload, methods=["POST"]),
        ]
    )


def counting() -> Starlette:
    """A counter in the session."""
    return Starlette(
        routes=[Route("/visits", visits)],
        middleware=[Middleware(SessionMiddleware, secret_key=SECRET)],
    )


def hooks() -> Starlette:
    """Something before and after the view."""
    return Starlette(
        routes=[Route("/hooked", hooked)],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=hook)],
    )


def file() -> Starlette:
    """Static files."""
    return Starlette(routes=[Mount("/files", StaticFiles(directory=write_files()))])


def routing(size: int) -> Starlette:
    """Many rules."""
    return Starlette(
        routes=[
            Route(f"{prefix}/{{number:int}}{suffix}", show) for prefix, suffix in rule_paths(size)
        ]
    )


ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": lambda: Starlette(routes=[Route("/items", create, methods=["POST"])]),
    "template": lambda: Starlette(routes=[Route("/table", table)]),
    "session": counting,
    "hooks": hooks,
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, routing),
}
