"""A large typed application: seconds until it answers, and until it has described itself.

python -m benchmarks.typed {quaff|fastapi|litestar} prints JSON. The application has 1,000 routes,
every other one with a body; ten models take turns, as large applications share theirs.
"""

# NOTE: no `from __future__ import annotations`: FastAPI and Litestar would evaluate annotations in
# a module that does not have the models, which are made here.

import json
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from . import ROOT
from .drivers import ASGIDriver
from .messages import Message

ROUTES = 1000
MODELS = 10
PEERS = ("quaff", "litestar", "fastapi")


def quaff_program() -> tuple[Any, Callable[[], Any]]:
    """Quaff with msgspec, and what makes the document."""
    import msgspec

    from quaff import Quaff

    app = Quaff(__name__, static_folder=None)
    models = [
        msgspec.defstruct(f"Item{number}", [("name", str), ("price", float), ("tags", list[str])])
        for number in range(MODELS)
    ]
    for number in range(ROUTES):
        model = models[number % MODELS]

        async def show(key: int, limit: int = 10) -> dict[str, int]:
            return {"key": key, "limit": limit}

        async def store(key: int, item: model) -> model:  # type: ignore[valid-type]
            return item

        view, method = (store, "POST") if number % 2 else (show, "GET")
        app.add_url_rule(f"/r{number}/<int:key>", f"view{number}", view, methods=[method])
    return app, app.openapi


def fastapi_program() -> tuple[Any, Callable[[], Any]]:
    """FastAPI with Pydantic, and what makes the document."""
    from fastapi import FastAPI
    from pydantic import create_model

    app = FastAPI()
    models = [
        create_model(f"Item{number}", name=(str, ...), price=(float, ...), tags=(list[str], ...))
        for number in range(MODELS)
    ]
    for number in range(ROUTES):
        model: Any = models[number % MODELS]

        async def show(key: int, limit: int = 10) -> dict[str, int]:
            return {"key": key, "limit": limit}

        async def store(key: int, item: model) -> model:
            return item

        view, method = (store, "POST") if number % 2 else (show, "GET")
        app.add_api_route(f"/r{number}/{{key}}", view, methods=[method], name=f"view{number}")
    return app, app.openapi


def litestar_program() -> tuple[Any, Callable[[], Any]]:
    """Litestar with msgspec, and what makes the document."""
    import msgspec
    from litestar import Litestar, get, post

    models = [
        msgspec.defstruct(f"Item{number}", [("name", str), ("price", float), ("tags", list[str])])
        for number in range(MODELS)
    ]
    handlers: list[Any] = []
    for number in range(ROUTES):
        model: Any = models[number % MODELS]

        async def show(key: int, limit: int = 10) -> dict[str, int]:
            return {"key": key, "limit": limit}

        async def store(key: int, data: model) -> model:
            return data

        path, name = f"/r{number}/{{key:int}}", f"view{number}"
        make = post if number % 2 else get
        handlers.append(make(path, name=name)(store if number % 2 else show))
    app = Litestar(handlers)
    return app, lambda: app.openapi_schema.to_schema()


PROGRAMS = {
    "quaff": quaff_program,
    "litestar": litestar_program,
    "fastapi": fastapi_program,
}


def measure(rounds: int, say: Any = print) -> dict[str, dict[str, float]]:
    """Seconds to start and to document: peer -> figures."""
    found: dict[str, dict[str, float]] = {}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {len(PEERS)} processes")
        for peer in PEERS:
            command = [sys.executable, "-m", f"{__package__}.typed", peer]
            finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            figures: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
            last = found.setdefault(peer, figures)
            found[peer] = {name: min(value, last[name]) for name, value in figures.items()}
    return found


def measure_here(peer: str) -> dict[str, float]:
    """The figures of a peer, in this process."""
    # What is only loaded when it is first used is no matter of the number of routes.
    __import__(peer)
    begin = perf_counter()
    app, document = PROGRAMS[peer]()
    driver = ASGIDriver(app)
    answer = driver.ask(Message("/r998/7", query="limit=3"))
    started = perf_counter()
    assert json.loads(answer.body) == {"key": 7, "limit": 3}, answer
    paths = document()["paths"]
    documented = perf_counter()
    assert len(paths) == ROUTES, len(paths)
    return {"start": started - begin, "document": documented - started}


if __name__ == "__main__":
    print(json.dumps(measure_here(sys.argv[1])))
