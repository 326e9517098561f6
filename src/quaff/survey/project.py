"""A whole project: its modules and what it requires."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .extensions import Extension, find_extension, find_imported, normalized
from .finding import Finding
from .requirements import required
from .source import Reader, imported_modules

#: Directories that hold other people's code, or none.
_FOREIGN = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages"})


@dataclass
class Survey:
    """What was found.

    Args:
        findings: in the order of files and lines.
        extensions: the extensions in use, by name.
        unknown: the names of extensions in use of which nothing is known.
    """

    findings: list[Finding] = field(default_factory=list)
    extensions: dict[str, Extension] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def _use(self, extension: Extension | None, name: str, path: Path, line: int) -> None:
        if extension is not None:
            if not extension.runs:
                message = f"{extension.name} does not run. {extension.note}"
                self.findings.append(Finding(path, line, message))
            self.extensions[extension.name] = extension
        elif normalized(name).startswith("flask-"):
            self.unknown.add(normalized(name))


def survey(target: Path) -> Survey:
    """Read a project's directory, or one file of it."""
    result = Survey()
    root = target if target.is_dir() else target.parent
    for name, (path, line) in required(root).items():
        result._use(find_extension(name), name, path, line)
    for path in [target] if target.is_file() else sorted(_modules(root)):
        shown = path.relative_to(root)
        try:
            # As bytes, since a source file says its encoding itself.
            tree = ast.parse(path.read_bytes(), path)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            result.findings.append(Finding(shown, line, f"This is no Python: {error}."))
            continue
        result.findings += Reader(shown, tree).findings
        for module, line in imported_modules(tree):
            result._use(find_imported(module), module.partition(".")[0], shown, line)
    result.findings = sorted(set(result.findings))
    return result


def _modules(directory: Path) -> Iterator[Path]:
    for path in directory.iterdir():
        if path.is_dir():
            if not (
                path.name in _FOREIGN or path.name.startswith(".") or (path / "pyvenv.cfg").exists()
            ):
                yield from _modules(path)
        elif path.suffix == ".py":
            yield path
