"""Litestar."""

# NOTE: no `from __future__ import annotations`: Litestar would have to evaluate the annotations.

from hashlib import sha256
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.response import Redirect, Template
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_200_OK, HTTP_302_FOUND
from litestar.template.config import TemplateConfig
from msgspec import Struct

from ..cases import GREETING, ROUTING, ROWS, SECRET, SIMPLE, TEMPLATES, rule_paths, write_files
from . import Builders


class Item(Struct):
    """What the validated body must be."""

    name: str
    price: float
    tags: list[str]
    stock: int


@get("/", media_type=MediaType.TEXT)
async def plain() -> str:
    """Plain text."""
    return GREETING


@get("/users/{number:int}")
async def user(number: int, q: str) -> dict[str, Any]:
    """A parameter and a query."""
    return {"id": number, "q": q}


@post("/json", status_code=HTTP_200_OK)
async def person(data: dict[str, Any]) -> dict[str, Any]:
    """A JSON body."""
    return {"name": data["name"], "tags": len(data["tags"])}


@get("/old", status_code=HTTP_302_FOUND)
async def old() -> Redirect:
    """A redirect."""
    return Redirect("/new")


@post("/upload", status_code=HTTP_200_OK, media_type=MediaType.TEXT)
async def upload(request: Request) -> str:
    """A large body."""
    return str(len(await request.body()))


@post("/items", status_code=HTTP_200_OK)
async def create(data: Item) -> Item:
    """A validated body."""
    return data


class Shelf(Struct):
    """An answer."""

    shelf: int
    limit: int
    full: bool
    tags: list[str]


@get("/shelves/{shelf:int}")
async def show_shelf(shelf: int, limit: int, full: bool, tag: list[str]) -> Shelf:
    """A path and a query of types."""
    return Shelf(shelf=shelf, limit=limit, full=full, tags=tag)


@post("/items/many", status_code=HTTP_200_OK)
async def create_many(data: list[Item]) -> dict[str, int]:
    """A body that must be a list of Items."""
    return {"items": len(data)}


@get("/table")
async def table() -> Template:
    """A template."""
    return Template("table.html", context={"title": "Items", "rows": ROWS})


@get("/visits", media_type=MediaType.TEXT)
async def visits(request: Request) -> str:
    """A session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return str(request.session["visits"])


async def before(request: Request) -> None:
    """A hook before the view."""
    request.state.seen = "seen by before"


async def after(response: Response) -> Response:
    """A hook after the view."""
    response.headers["X-After"] = "seen by after"
    return response


@get("/hooked", media_type=MediaType.TEXT)
async def hooked(request: Request) -> str:
    """What the hook left."""
    return str(request.state.seen)


def application(*handlers: Any, **options: Any) -> Litestar:
    """An application that documents nothing, as the others."""
    return Litestar(list(handlers), openapi_config=None, **options)


def simple() -> Litestar:
    """The simple cases."""
    return application(plain, user, person, old, upload)


def template() -> Litestar:
    """A table."""
    config = TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine)
    return application(table, template_config=config)


def counting() -> Litestar:
    """A counter in a session that is kept, encrypted, in a cookie."""
    config = CookieBackendConfig(secret=sha256(SECRET.encode()).digest())
    return application(visits, middleware=[config.middleware])


def file() -> Litestar:
    """Static files."""
    return application(create_static_files_router("/files", directories=[write_files()]))


def routing(size: int) -> Litestar:
    """Many rules."""
    handlers = []
    for prefix, suffix in rule_paths(size):

        @get(f"{prefix}/{{number:int}}{suffix}", media_type=MediaType.TEXT)
        async def show(number: int) -> str:
            return str(number)

        handlers.append(show)
    return application(*handlers)


ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": lambda: application(create),
    "typed": lambda: application(show_shelf),
    "typed-list": lambda: application(create_many),
    "template": template,
    "session": counting,
    "hooks": lambda: application(hooked, before_request=before, after_request=after),
    # Its static files know neither validators nor ranges.
    "file": file,
    # To add 10,000 rules takes it minutes.
    **dict.fromkeys(ROUTING[:2], routing),
}
