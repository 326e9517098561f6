"""What it costs to begin: importing a framework, and the first answer of a large application."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import Any

from .peers import PEERS, is_installed
from .rounds import answered_by, run_worker

#: What the hello-world of each framework imports.
IMPORTS = {
    "bare": "pass",
    "quaff": "from quaff import Quaff",
    "flask": "from flask import Flask",
    "quart": "from quart import Quart",
    "django": "from django.core.wsgi import get_wsgi_application; import django.urls, django.http",
    "fastapi": "from fastapi import FastAPI",
    "starlette": "from starlette.applications import Starlette; import starlette.routing",
    "litestar": "from litestar import Litestar, get",
    "falcon": "import falcon",
    "blacksheep": "from blacksheep import Application",
    "bottle": "from bottle import Bottle",
    "sanic": "from sanic import Sanic",
    "emmett": "from emmett55 import App",
    "robyn": "from robyn import Robyn",
}
RULES = "routing-1000"


def measure(rounds: int, say: Any = print) -> dict[str, dict[str, float]]:
    """Milliseconds to import each peer, and seconds to its first answer with 1,000 rules."""
    peers = [peer for peer in PEERS if is_installed(peer)]
    imports: dict[str, list[float]] = {peer: [] for peer in peers}
    for number in range(4 * rounds):
        if not number % 4:
            say(f"imports, round {number // 4 + 1} of {rounds}")
        for peer in peers:
            imports[peer].append(import_milliseconds(peer))
    starts: dict[str, list[float]] = {}
    for number in range(rounds):
        say(f"starts with 1,000 rules, round {number + 1} of {rounds}")
        for peer in peers:
            for interface, cases in answered_by(peer).items():
                if RULES in cases:
                    found = run_worker([peer, interface, RULES, "--start"])
                    starts.setdefault(f"{peer} {interface}", []).append(found["seconds"])
    return {
        "import": {peer: min(times) for peer, times in imports.items()},
        "start": {peer: min(times) for peer, times in starts.items()},
    }


def import_milliseconds(peer: str) -> float:
    """The processor time of a whole process that imports a peer."""
    # Compiled modules are kept, as where applications are installed.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", IMPORTS[peer]]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000
