"""Robyn, which is its own server and has no interface to call it by: `python -m` PORT serves it."""

from __future__ import annotations

import sys
from typing import Any

from robyn import Request, Robyn

from ..cases import GREETING
from . import Builders

WSGI: Builders = {}
ASGI: Builders = {}
RSGI: Builders = {}


def simple() -> Robyn:
    """The cases that are served."""
    app = Robyn(__file__)

    @app.get("/")
    async def plain() -> str:
        return GREETING

    @app.get("/users/:number")
    async def user(request: Request) -> dict[str, Any]:
        return {"id": int(request.path_params["number"]), "q": request.query_params.get("q", "")}

    @app.post("/json")
    async def person(request: Request) -> dict[str, Any]:
        value = request.json()
        return {"name": value["name"], "tags": len(value["tags"])}

    return app


if __name__ == "__main__":
    simple().start(host="127.0.0.1", port=int(sys.argv[1]), _check_port=False)
