"""Every Python example of the documentation runs.

The blocks of a file are one program: they share a namespace and run in order, in an empty folder.
A block whose first line is `# not run: reason` is only compiled.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BLOCK = re.compile(r"^( *)```python[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"# not run: \S")


def documents() -> list[Path]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in found if "```python" in path.read_text()]


def blocks(path: Path) -> Iterator[tuple[str, types.CodeType]]:
    """The text and the code of each block; its lines have the numbers they have in the file."""
    text = path.read_text()
    for match in BLOCK.finditer(text):
        indent, body = match.groups()
        body = re.sub(f"^{indent}", "", body, flags=re.MULTILINE)
        above = text.count("\n", 0, match.start(2))
        yield body, compile("\n" * above + body, str(path), "exec", dont_inherit=True)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """The module that the blocks define, importable as `app`, as in most examples."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    environment = dict(os.environ)
    module = types.ModuleType("app")
    module.__file__ = str(tmp_path / "app.py")
    monkeypatch.setitem(sys.modules, "app", module)
    yield module
    os.environ.clear()
    os.environ.update(environment)


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_run(path: Path, module: types.ModuleType) -> None:
    linecache.checkcache(str(path))
    ran = 0
    for text, code in blocks(path):
        if not NOT_RUN.match(text):
            exec(code, module.__dict__)
            ran += 1
    assert ran or all(NOT_RUN.match(text) for text, _ in blocks(path))


def test_a_mistake_is_found_at_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Title\n\n* item\n\n  ```python\n  one = 1\n  one / 0\n  ```\n")
    ((text, code),) = blocks(page)
    assert text == "one = 1\none / 0\n"
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {})
    assert caught.traceback[-1].lineno + 1 == 7


def test_a_block_that_is_not_run_must_compile(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\n# not run: needs a database\nif:\n```\n")
    with pytest.raises(SyntaxError):
        list(blocks(page))
