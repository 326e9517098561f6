"""What names in a module's source stand for, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from werkzeug.utils import import_string

#: Names by which applications and blueprints go, wherever they come from.
USUAL = frozenset({"app", "application", "blueprint", "bp", "current_app"})

#: Classes whose instances are applications or blueprints.
_MAKERS = frozenset({"flask.Flask", "flask.Blueprint", "quaff.Quaff", "quaff.Blueprint"})


class Names:
    """The imports of a module, and which of its variables are applications or blueprints."""

    def __init__(self, tree: ast.Module) -> None:
        self._imported: dict[str, str] = {}
        self.applications = set(USUAL)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._imported[alias.asname or name] = name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and self.path(node.value.func) in _MAKERS
            ):
                self.applications.update(_targets(node))

    def path(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for, if it begins with something imported."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id)
        if isinstance(node, ast.Attribute):
            outer = self.path(node.value)
            return outer and f"{outer}.{node.attr}"
        return None

    def is_application(self, node: ast.AST) -> bool:
        """Whether an expression is an application or a blueprint, by its name."""
        name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
        return name in self.applications


def _targets(node: ast.Assign) -> Iterator[str]:
    for target in node.targets:
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", None)
        if name is not None:
            yield name


def is_in_mirror(path: str) -> bool:
    """Whether Quaff's `flask` has a name, such as `flask.json.jsonify`.

    Attributes of what is no module are taken to be there.
    """
    target: Any = import_string("quaff.flask")
    for part in path.split(".")[1:]:
        if not isinstance(target, ModuleType):
            return True
        if hasattr(target, part):
            target = getattr(target, part)
        elif hasattr(target, "__path__") and find_spec(f"{target.__name__}.{part}"):
            target = import_string(f"{target.__name__}.{part}")
        else:
            return False
    return True
