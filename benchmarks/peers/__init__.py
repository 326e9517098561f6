"""The programs that are compared, one module for each framework.

A module has a table for each interface that it serves: `WSGI`, `ASGI`, `RSGI`. It maps the names of
cases to functions that make a program which answers them; those of `routing` take the number of
rules. Programs are written the way the framework's documentation
writes them, with `async def` where the interface is asynchronous. A case that a framework answers
otherwise than the others, or not at all, is left out of its table, and the reason is written there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..cases import Case

Builders = dict[str, Callable[..., Any]]

#: peer -> the distribution that it is, for versions; the package must have the module's name
PEERS = {
    "bare": None,
    "quaff": "quaff",
    "flask": "flask",
    "quart": "quart",
    "django": "django",
    "fastapi": "fastapi",
    "starlette": "starlette",
    "litestar": "litestar",
    "falcon": "falcon",
    "blacksheep": "blacksheep",
    "bottle": "bottle",
    "sanic": "sanic",
    "emmett": "emmett55",
    "robyn": "robyn",
}


def is_installed(peer: str) -> bool:
    """Whether the peer's framework can be imported here."""
    distribution = PEERS[peer]
    return distribution is None or find_spec(distribution) is not None


def builders(peer: str, interface: str) -> Builders:
    """The programs of a peer on an interface; empty if it does not serve it."""
    module = import_module(f"{__name__}.{peer}")
    return getattr(module, interface.upper(), {})


def program(peer: str, interface: str, case: Case) -> Any:
    """The program of a peer that answers a case.

    Raises:
        KeyError: the peer has none.
    """
    build = builders(peer, interface)[case.name]
    return build(case.size) if case.size else build()
