"""Falcon, on WSGI and on ASGI."""

from __future__ import annotations

from typing import Any

import falcon
import falcon.asgi
import jinja2
import msgspec

from ..cases import FILE, GREETING, ROUTING, ROWS, SIMPLE, TEMPLATES, rule_paths, write_files
from . import Builders

environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)


class Item(msgspec.Struct):
    """What the validated body must be; by msgspec, as a recipe of Falcon's does it."""

    name: str
    price: float
    tags: list[str]
    stock: int


# -- WSGI ----------------------------------------------------------------------------------------


class Plain:
    """Plain text."""

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = GREETING


class User:
    """A parameter and a query."""

    def on_get(self, request: falcon.Request, response: falcon.Response, number: int) -> None:
        response.media = {"id": number, "q": request.get_param("q", required=True)}


class Person:
    """A JSON body."""

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        value = request.get_media()
        response.media = {"name": value["name"], "tags": len(value["tags"])}


class Old:
    """A redirect."""

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        raise falcon.HTTPFound("/new")


class Upload:
    """A large body."""

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = str(len(request.bounded_stream.read()))


class Items:
    """A validated body."""

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        item = msgspec.json.decode(request.bounded_stream.read(), type=Item)
        response.media = msgspec.to_builtins(item)


class Table:
    """A template."""

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = environment.get_template("table.html").render(title="Items", rows=ROWS)


class Hooking:
    """Falcon's kind of hook for all routes: a middleware."""

    def process_request(self, request: falcon.Request, response: falcon.Response) -> None:
        request.context.seen = "seen by before"

    def process_response(
        self, request: falcon.Request, response: falcon.Response, resource: Any, succeeded: bool
    ) -> None:
        response.set_header("X-After", "seen by after")


class Hooked:
    """What the middleware left."""

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = request.context.seen


class Show:
    """What every one of many rules leads to."""

    def on_get(self, request: falcon.Request, response: falcon.Response, number: int) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = str(number)


def refuse(
    request: falcon.Request,
    response: falcon.Response,
    error: msgspec.ValidationError,
    params: dict[str, Any],
) -> None:
    """Answer an invalid body."""
    raise falcon.HTTPUnprocessableEntity(description=str(error))


def application(*routes: tuple[str, Any], **options: Any) -> Any:
    """A WSGI program."""
    app = falcon.App(**options)
    for rule, resource in routes:
        app.add_route(rule, resource)
    return app


def validated() -> Any:
    """A body that must be an Item."""
    app = application(("/items", Items()))
    app.add_error_handler(msgspec.ValidationError, refuse)
    return app


def file() -> Any:
    """Static files."""
    app = application()
    app.add_static_route("/files", write_files())
    return app


# -- ASGI ----------------------------------------------------------------------------------------


class PlainAsync:
    """Plain text."""

    async def on_get(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = GREETING


class UserAsync:
    """A parameter and a query."""

    async def on_get(self, request: Any, response: Any, number: int) -> None:
        response.media = {"id": number, "q": request.get_param("q", required=True)}


class PersonAsync:
    """A JSON body."""

    async def on_post(self, request: Any, response: Any) -> None:
        value = await request.get_media()
        response.media = {"name": value["name"], "tags": len(value["tags"])}


class OldAsync:
    """A redirect."""

    async def on_get(self, request: Any, response: Any) -> None:
        raise falcon.HTTPFound("/new")


class UploadAsync:
    """A large body."""

    async def on_post(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = str(len(await request.stream.read()))


class ItemsAsync:
    """A validated body."""

    async def on_post(self, request: Any, response: Any) -> None:
        item = msgspec.json.decode(await request.stream.read(), type=Item)
        response.media = msgspec.to_builtins(item)


class TableAsync:
    """A template."""

    async def on_get(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = environment.get_template("table.html").render(title="Items", rows=ROWS)


class HookingAsync:
    """Falcon's kind of hook for all routes: a middleware."""

    async def process_request(self, request: Any, response: Any) -> None:
        request.context.seen = "seen by before"

    async def process_response(
        self, request: Any, response: Any, resource: Any, succeeded: bool
    ) -> None:
        response.set_header("X-After", "seen by after")


class HookedAsync:
    """What the middleware left."""

    async def on_get(self, request: Any, response: Any) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = request.context.seen


class ShowAsync:
    """What every one of many rules leads to."""

    async def on_get(self, request: Any, response: Any, number: int) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = str(number)


async def refuse_async(request: Any, response: Any, error: Any, params: dict[str, Any]) -> None:
    """Answer an invalid body."""
    raise falcon.HTTPUnprocessableEntity(description=str(error))


def application_async(*routes: tuple[str, Any], **options: Any) -> Any:
    """An ASGI program."""
    app = falcon.asgi.App(**options)
    for rule, resource in routes:
        app.add_route(rule, resource)
    return app


def validated_async() -> Any:
    """A body that must be an Item."""
    app = application_async(("/items", ItemsAsync()))
    app.add_error_handler(msgspec.ValidationError, refuse_async)
    return app


def file_async() -> Any:
    """Static files."""
    app = application_async()
    app.add_static_route("/files", write_files())
    return app


# -- programs ------------------------------------------------------------------------------------


def simple() -> Any:
    """The simple cases."""
    return application(
        ("/", Plain()),
        ("/users/{number:int}", User()),
        ("/json", Person()),
        ("/old", Old()),
        ("/upload", Upload()),
    )


def simple_async() -> Any:
    """The simple cases, with coroutines."""
    return application_async(
        ("/", PlainAsync()),
        ("/users/{number:int}", UserAsync()),
        ("/json", PersonAsync()),
        ("/old", OldAsync()),
        ("/upload", UploadAsync()),
    )


def _rules(size: int, resource: Any) -> list[tuple[str, Any]]:
    return [(f"{prefix}/{{number:int}}{suffix}", resource) for prefix, suffix in rule_paths(size)]


# Falcon has no sessions.
WSGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": validated,
    "template": lambda: application(("/table", Table())),
    "hooks": lambda: application(("/hooked", Hooked()), middleware=[Hooking()]),
    **dict.fromkeys(FILE, file),
    **dict.fromkeys(ROUTING, lambda size: application(*_rules(size, Show()))),
}
ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple_async),
    "validated": validated_async,
    "template": lambda: application_async(("/table", TableAsync())),
    "hooks": lambda: application_async(("/hooked", HookedAsync()), middleware=[HookingAsync()]),
    **dict.fromkeys(FILE, file_async),
    **dict.fromkeys(ROUTING, lambda size: application_async(*_rules(size, ShowAsync()))),
}
