"""Write src/quaff/pipeline_sync.py: the pipeline without coroutines, for WSGI and for threads.

    python scripts/generate_sync_pipeline.py [--check]

Of `pipeline.py` it takes the coroutine functions and edits their text at the places that the
syntax tree names: `async def` becomes `def`; `await step(...)` of another function of the pipeline
becomes a call; any other `await value` becomes `run(value)`, which waits in this thread. All else,
comments included, stays as it is.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "quaff"
SOURCE = PACKAGE / "pipeline.py"
TARGET = PACKAGE / "pipeline_sync.py"

HEADER = '''"""The pipeline without coroutines. Generated from pipeline.py; do not edit.

Regenerate with `python scripts/generate_sync_pipeline.py`.
"""
'''


def edits_of(function: ast.AsyncFunctionDef, steps: set[str]) -> list[tuple[int, int, int, str]]:
    """What to change in a function: line, first column, end column, new text."""
    edits = [(function.lineno, function.col_offset, function.col_offset + len("async "), "")]
    for node in ast.walk(function):
        if isinstance(node, ast.Await):
            value = node.value
            own = isinstance(value, ast.Call) and getattr(value.func, "id", None) in steps
            start = (node.lineno, node.col_offset, value.col_offset)
            edits.append((*start, "" if own else "run("))
            if not own:
                assert value.end_lineno is not None
                assert value.end_col_offset is not None
                edits.append((value.end_lineno, value.end_col_offset, value.end_col_offset, ")"))
        elif isinstance(node, ast.AsyncFor | ast.AsyncWith):
            raise SystemExit(f"{SOURCE.name}:{node.lineno}: only `await` can be translated.")
    return edits


def generate() -> str:
    """The text of the generated module."""
    text = SOURCE.read_text()
    tree = ast.parse(text)
    lines = text.splitlines()
    steps = {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    edits = [
        edit
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef)
        for edit in edits_of(node, steps)
    ]
    for line, start, end, new in sorted(edits, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:start] + new + old[end:]
    pieces = [HEADER]
    shared = []
    for node in tree.body[1:]:
        if isinstance(node, ast.FunctionDef):
            shared.append(node.name)
        else:
            pieces.append("\n".join(lines[node.lineno - 1 : node.end_lineno]))
    imports = f"from .bridge import run\nfrom .pipeline import {', '.join(sorted(shared))}"
    after = max(i for i, piece in enumerate(pieces) if piece.startswith("from __future__"))
    pieces.insert(after + 1, imports)
    return _formatted("\n\n".join(pieces) + "\n")


def _formatted(text: str) -> str:
    for command in (["check", "--fix", "--select", "F401,I"], ["format"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "-q", "--stdin-filename", str(TARGET), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr or done.stdout)
        text = done.stdout
    return text


def main() -> None:
    """Write the module, or with --check compare it."""
    text = generate()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        raise SystemExit(
            f"{TARGET.name} is not what {SOURCE.name} gives. Run `python {sys.argv[0]}`."
        )


if __name__ == "__main__":
    main()
