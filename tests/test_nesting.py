"""JSON that is nested so deeply that reading it could end the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from quaff.nesting import DEEPEST, check_nesting


@pytest.mark.parametrize(
    "document",
    [
        "[" * DEEPEST + "]" * DEEPEST,
        '{"a":' * DEEPEST + "1" + "}" * DEEPEST,
        "[" + "[]," * 10 * DEEPEST + "[]]",
        '["' + "[" * 10 * DEEPEST + '"]',
        '["\\"' + "[" * 10 * DEEPEST + '"]',
        '["\\\\\\"' + "[" * 10 * DEEPEST + '"]',
        "]" * DEEPEST + "[" * (DEEPEST + 1),
        "",
    ],
    ids=["arrays", "objects", "flat", "text", "quote", "backslash", "closed first", "nothing"],
)
def test_what_is_not_too_deep(document: str) -> None:
    check_nesting(document)
    check_nesting(document.encode())


@pytest.mark.parametrize(
    "document",
    [
        "[" * (DEEPEST + 1),
        '{"a":' * (DEEPEST + 1),
        '{"a":[' * (DEEPEST // 2 + 1),
        '["]", ' * (DEEPEST + 1),
        '["\\"]", ' * (DEEPEST + 1),
        '["\\\\", ' * (DEEPEST + 1),
        '["\\\\\\"]", ' * (DEEPEST + 1),
        '["\ud800]", ' * (DEEPEST + 1),
    ],
    ids=[
        "arrays",
        "objects",
        "both",
        "text",
        "quote",
        "backslash",
        "both escapes",
        "text with surrogate",
    ],
)
def test_what_is_too_deep(document: str) -> None:
    with pytest.raises(RecursionError, match="2000 levels"):
        check_nesting(document)
    with pytest.raises(RecursionError, match="2000 levels"):
        check_nesting(bytearray(document, "utf-8", "replace"))


@pytest.mark.parametrize("pair", ["[", '{"a":', '{"items":['], ids=["array", "object", "tree"])
def test_a_thread_with_little_stack_survives_it(pair: str) -> None:
    code = f"""
import threading
from typing import Annotated, Any
import msgspec
from quaff import Form, Quaff, request

class Tree(msgspec.Struct):
    n: int = 0
    any: Any = None
    items: "list[Tree]" = []

class Order(msgspec.Struct):
    trees: list[Tree]

app = Quaff(__name__)

@app.post("/any")
def any():
    return repr(request.get_json())[:1]

@app.post("/typed")
def typed(tree: Tree):
    return ""

@app.post("/form")
def form(order: Annotated[Order, Form()]):
    return ""

def ask():
    deep = {pair!r} * 12_000
    client = app.test_client()
    bodies = [deep, '{{"b":' + deep, '{{"n":"","any":' + deep]
    requests = [(path, body) for path in ("/any", "/typed") for body in bodies]
    requests += [("/form", {{"trees": parts}}) for parts in ([deep], [deep, deep])]
    for path, body in requests:
        kind = "application/json" if type(body) is str else None
        print(client.post(path, data=body, content_type=kind).status_code, flush=True)

# As in the threads of Granian's WSGI.
threading.stack_size(2 * 1024 * 1024)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr[-2000:])
    statuses = done.stdout.split()
    assert len(statuses) == 8
    assert {*statuses} <= {"400", "422"}
