"""Every Python code block of README.md and docs/ runs.

A block is a module of its own, in an empty folder, with an import name that `Quaff(__name__)` can
use. Words after "python" at the fence say more:

* `python continues`: it goes on in the module of the block before it;
* `python no-run`: it is only compiled, since it needs what a test does not have.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^( *)```python([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
WORDS = {"continues", "no-run"}


@dataclass
class Block:
    """A code block of a page; `line` is that of the fence."""

    page: Path
    line: int
    words: set[str]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def run(self, module: ModuleType) -> None:
        """Run the block, so that tracebacks name its lines of the page."""
        source = "\n" * self.line + self.text
        code = compile(source, str(self.page), "exec", dont_inherit=True)
        if "no-run" not in self.words:
            exec(code, module.__dict__)


def blocks(page: Path, text: str) -> Iterator[Block]:
    """The code blocks of a page's text; their lines keep their numbers."""
    for match in FENCE.finditer(text):
        indent, words, body = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        lines = [part.removeprefix(indent) for part in body.splitlines(keepends=True)]
        yield Block(page, line, set(words.split()), "".join(lines))


def chapters(page: Path, text: str) -> list[list[Block]]:
    """The blocks of a page, those that go on together with the one that they go on from."""
    found: list[list[Block]] = []
    for block in blocks(page, text):
        assert block.words <= WORDS, f"{block}: unknown words {block.words - WORDS}"
        if "continues" in block.words:
            assert found, f"{block} continues, but is the first of its page."
            found[-1].append(block)
        else:
            found.append([block])
    return found


CHAPTERS = [chapter for page in PAGES for chapter in chapters(page, page.read_text())]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that lies in an empty folder, which is the current one."""
    module = ModuleType("documented")
    module.__file__ = str(tmp_path / "documented.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.chdir(tmp_path)
    return module


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: str(chapter[0]))
def test_code_block(chapter: list[Block], module: ModuleType) -> None:
    for block in chapter:
        block.run(module)


PAGE = """\
# A page

```python
number = 1
```

1. In a list:

   ```python continues
   assert number == 1
   raise LookupError(number)
   ```

```python no-run
assert False, "not run"
```

```console
$ not Python
```
"""


def test_a_failing_block_names_its_line_of_the_page(module: ModuleType) -> None:
    first, second = chapters(ROOT / "page.md", PAGE)
    first[0].run(module)
    with pytest.raises(LookupError) as caught:
        first[1].run(module)
    where = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (where.filename, where.lineno) == (str(ROOT / "page.md"), 11)
    assert PAGE.splitlines()[where.lineno - 1].strip() == "raise LookupError(number)"
    second[0].run(module)
