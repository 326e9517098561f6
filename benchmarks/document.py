"""How long an application with many typed routes takes to start, and to describe itself.

python -m benchmarks.document [ROUTES]. Every route has classes of its own: two Structs, a query
parameter with a constraint, a path variable, a docstring.
"""

from __future__ import annotations

import sys
from time import perf_counter
from types import ModuleType
from typing import Any

from quaff import Quaff

ROUTE = '''
class Address{n}(msgspec.Struct):
    street: str
    zip: Annotated[str, msgspec.Meta(pattern="^[0-9]+$")]


class User{n}(msgspec.Struct):
    """A user."""

    name: str
    age: int = 0
    address: Address{n} | None = None


def view{n}(id: int, user: User{n}, page: Page = 1, q: str = "") -> tuple[User{n}, Literal[201]]:
    """Make one.

    Args:
        page: which one
    """
    return user, 201
'''
HEAD = """
from typing import Annotated, Literal
import msgspec
Page = Annotated[int, msgspec.Meta(ge=1)]
"""


def define(routes: int) -> dict[str, Any]:
    """The names of a module with that many views."""
    module = sys.modules["typed"] = ModuleType("typed")
    source = HEAD + "".join(ROUTE.format(n=number) for number in range(routes))
    exec(compile(source, "typed", "exec"), module.__dict__)
    return module.__dict__


def start(names: dict[str, Any], routes: int) -> Quaff:
    """An application that is ready for any request."""
    app = Quaff("typed", static_folder=None)
    for number in range(routes):
        view = names[f"view{number}"]
        app.add_url_rule(f"/users{number}/<int:id>", view_func=view, methods=["POST"])
    for endpoint in app.view_functions:
        app.plan.finder.route(endpoint)
    return app


def main() -> None:
    """Print seconds of each step."""
    routes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    names = define(routes)
    began = perf_counter()
    app = start(names, routes)
    started = perf_counter()
    document = app.openapi()
    written = perf_counter()
    app.openapi()
    again = perf_counter()
    print(f"{len(document['paths'])} routes, {len(document['components']['schemas'])} schemas")
    print(f"start     {started - began:8.3f} s")
    print(f"document  {written - started:8.3f} s")
    print(f"again     {again - written:8.3f} s")


if __name__ == "__main__":
    main()
