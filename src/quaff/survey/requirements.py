"""Which distributions a project says it needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")


def required(root: Path) -> dict[str, tuple[Path, int]]:
    """The names of required distributions, and the file and line that name each first.

    Requirements files (requirements*.txt and .in, also in `requirements/`) and pyproject.toml are
    read; names are as they stand there.
    """
    found: dict[str, tuple[Path, int]] = {}
    for path, line, name in (*_from_requirements(root), *_from_pyproject(root)):
        found.setdefault(name, (path.relative_to(root), line))
    return found


def _from_requirements(root: Path) -> Iterator[tuple[Path, int, str]]:
    for pattern in ("requirements*.txt", "requirements*.in", "requirements/*.*"):
        for path in sorted(root.glob(pattern)):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                match = _NAME.match(line)  # Comments and options begin with other characters.
                if match is not None:
                    yield path, number, match[1]


def _from_pyproject(root: Path) -> Iterator[tuple[Path, int, str]]:
    path = root / "pyproject.toml"
    if not path.is_file():
        return
    text = path.read_text(errors="replace")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = text.splitlines()
    for requirement in _requirements_of(document):
        match = _NAME.match(requirement)
        if match is not None:
            yield path, _line_of(match[1], lines), match[1]


def _requirements_of(document: dict[str, Any]) -> Iterator[str]:
    project = document.get("project", {})
    poetry = document.get("tool", {}).get("poetry", {})
    groups = (
        project.get("dependencies", ()),
        *project.get("optional-dependencies", {}).values(),
        *document.get("dependency-groups", {}).values(),
        poetry.get("dependencies", ()),
        *(group.get("dependencies", ()) for group in poetry.get("group", {}).values()),
    )
    for group in groups:
        # A group can include another one, by a table.
        yield from (each for each in group if isinstance(each, str))


def _line_of(name: str, lines: list[str]) -> int:
    for number, line in enumerate(lines, 1):
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", line):
            return number
    return 1
