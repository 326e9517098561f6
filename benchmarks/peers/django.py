"""Django, with the few settings that each case needs and no database."""

from __future__ import annotations

import json
import sys
import types
from typing import Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, ValidationError

from ..cases import (
    FILE_NAME,
    GREETING,
    MEGABYTE,
    ROUTING,
    ROWS,
    SECRET,
    SIMPLE,
    TEMPLATES,
    rule_paths,
    write_files,
)
from . import Builders

#: Where Django looks for URL patterns: a module, made for each program.
URLS = f"{__name__}_urls"


class Item(BaseModel):
    """What the validated body must be; Django validates forms, not JSON, so by hand."""

    name: str
    price: float
    tags: list[str]
    stock: int


def configure(patterns: list[Any], *middleware: str, **options: Any) -> None:
    """Set Django up, which can be done once in a process."""
    urls = types.ModuleType(URLS)
    urls.urlpatterns = patterns  # type: ignore[attr-defined]
    sys.modules[URLS] = urls
    values: dict[str, Any] = {
        "ROOT_URLCONF": URLS,
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": ["*"],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * len(MEGABYTE),
        "MIDDLEWARE": list(middleware),
        **options,
    }
    settings.configure(**values)
    django.setup()


def wsgi(patterns: list[Any], *middleware: str, **options: Any) -> Any:
    """A WSGI program."""
    configure(patterns, *middleware, **options)
    return get_wsgi_application()


def asgi(patterns: list[Any], *middleware: str, **options: Any) -> Any:
    """An ASGI program."""
    configure(patterns, *middleware, **options)
    return get_asgi_application()


# -- views ---------------------------------------------------------------------------------------


@require_GET
def plain(request: HttpRequest) -> HttpResponse:
    """Plain text."""
    return HttpResponse(GREETING, content_type="text/plain; charset=utf-8")


@require_GET
def user(request: HttpRequest, number: int) -> HttpResponse:
    """A parameter and a query."""
    return JsonResponse({"id": number, "q": request.GET["q"]})


@require_POST
def person(request: HttpRequest) -> HttpResponse:
    """A JSON body."""
    value = json.loads(request.body)
    return JsonResponse({"name": value["name"], "tags": len(value["tags"])})


@require_GET
def old(request: HttpRequest) -> HttpResponse:
    """A redirect."""
    return HttpResponseRedirect("/new")


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A large body."""
    return HttpResponse(str(len(request.body)))


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A validated body."""
    try:
        item = Item.model_validate_json(request.body)
    except ValidationError as error:
        return JsonResponse({"errors": error.errors(include_url=False)}, status=422)
    return JsonResponse(item.model_dump())


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """A template."""
    return render(request, "table.html", {"title": "Items", "rows": ROWS})


@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """A session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(str(request.session["visits"]))


@require_GET
def hooked(request: HttpRequest) -> HttpResponse:
    """What the middleware left."""
    return HttpResponse(request.seen)  # type: ignore[attr-defined]


def hooking(get_response: Any) -> Any:
    """Django's kind of hook: a middleware."""

    def middleware(request: Any) -> Any:
        request.seen = "seen by before"
        response = get_response(request)
        response["X-After"] = "seen by after"
        return response

    return middleware


@require_GET
def send(request: HttpRequest) -> HttpResponse:
    """A file; Django knows neither ranges nor validators of files by itself."""
    return FileResponse((write_files() / FILE_NAME).open("rb"))


def show(request: HttpRequest, number: int) -> HttpResponse:
    """What every one of many rules leads to."""
    return HttpResponse(str(number))


# -- the same, as coroutines ---------------------------------------------------------------------


@require_GET
async def plain_async(request: HttpRequest) -> HttpResponse:
    """Plain text."""
    return HttpResponse(GREETING, content_type="text/plain; charset=utf-8")


@require_GET
async def user_async(request: HttpRequest, number: int) -> HttpResponse:
    """A parameter and a query."""
    return JsonResponse({"id": number, "q": request.GET["q"]})


@require_POST
async def person_async(request: HttpRequest) -> HttpResponse:
    """A JSON body."""
    value = json.loads(request.body)
    return JsonResponse({"name": value["name"], "tags": len(value["tags"])})


@require_GET
async def old_async(request: HttpRequest) -> HttpResponse:
    """A redirect."""
    return HttpResponseRedirect("/new")


@require_POST
async def upload_async(request: HttpRequest) -> HttpResponse:
    """A large body."""
    return HttpResponse(str(len(request.body)))


@require_POST
async def create_async(request: HttpRequest) -> HttpResponse:
    """A validated body."""
    try:
        item = Item.model_validate_json(request.body)
    except ValidationError as error:
        return JsonResponse({"errors": error.errors(include_url=False)}, status=422)
    return JsonResponse(item.model_dump())


@require_GET
async def table_async(request: HttpRequest) -> HttpResponse:
    """A template."""
    return render(request, "table.html", {"title": "Items", "rows": ROWS})


async def show_async(request: HttpRequest, number: int) -> HttpResponse:
    """What every one of many rules leads to."""
    return HttpResponse(str(number))


# -- programs ------------------------------------------------------------------------------------

TEMPLATE_OPTIONS = {
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [str(TEMPLATES)],
            "OPTIONS": {},
        }
    ]
}
SESSION_MIDDLEWARE = "django.contrib.sessions.middleware.SessionMiddleware"
SESSION_OPTIONS = {
    "INSTALLED_APPS": ["django.contrib.sessions"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
}


def simple() -> Any:
    """The simple cases."""
    return wsgi(
        [
            path("", plain),
            path("users/<int:number>", user),
            path("json", person),
            path("old", old),
            path("upload", upload),
        ]
    )


def simple_async() -> Any:
    """The simple cases, with coroutines."""
    return asgi(
        [
            path("", plain_async),
            path("users/<int:number>", user_async),
            path("json", person_async),
            path("old", old_async),
            path("upload", upload_async),
        ]
    )


def routing(size: int) -> Any:
    """Many rules."""
    return wsgi(
        [path(f"{prefix[1:]}/<int:number>{suffix}", show) for prefix, suffix in rule_paths(size)]
    )


def routing_async(size: int) -> Any:
    """Many rules, with coroutines."""
    return asgi(
        [
            path(f"{prefix[1:]}/<int:number>{suffix}", show_async)
            for prefix, suffix in rule_paths(size)
        ]
    )


# Sessions, hooks and files on ASGI are left out: Django runs them in threads, as on WSGI.
WSGI: Builders = {
    **dict.fromkeys(SIMPLE, simple),
    "validated": lambda: wsgi([path("items", create)]),
    "template": lambda: wsgi([path("table", table)], **TEMPLATE_OPTIONS),
    "session": lambda: wsgi([path("visits", visits)], SESSION_MIDDLEWARE, **SESSION_OPTIONS),
    "hooks": lambda: wsgi([path("hooked", hooked)], f"{__name__}.hooking"),
    # Django has no ranges, and validators of files only by middleware that reads them whole.
    "file": lambda: wsgi([path(f"files/{FILE_NAME}", send)]),
    **dict.fromkeys(ROUTING, routing),
}
ASGI: Builders = {
    **dict.fromkeys(SIMPLE, simple_async),
    "validated": lambda: asgi([path("items", create_async)]),
    "template": lambda: asgi([path("table", table_async)], **TEMPLATE_OPTIONS),
    **dict.fromkeys(ROUTING, routing_async),
}
