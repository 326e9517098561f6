"""Reads one module and finds what behaves differently on Quaff."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .changes import ATTRIBUTES, BLOCKING, NAMES, SETTINGS, SPAWNING
from .finding import Finding
from .names import Names, is_in_mirror

#: Errors whose handlers show that a name may be missing.
_EXPECTED = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"})

#: Attributes that nothing but an application or blueprint ever had.
_UNMISTAKABLE = frozenset({"before_first_request", "before_app_first_request"})


def imported_modules(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The modules that a module imports, with the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


class Reader(ast.NodeVisitor):
    """Walks through a module.

    Args:
        path: where it is, for the findings.
        tree: its source, parsed.
    """

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self._names = Names(tree)
        self._function: ast.AsyncFunctionDef | None = None
        self._late_alias(tree)
        self.visit(tree)

    def _add(self, node: ast.AST, message: str) -> None:
        self.findings.append(Finding(self.path, getattr(node, "lineno", 1), message))

    def _late_alias(self, tree: ast.Module) -> None:
        """`quaff.as_flask` after an import of the real Flask."""
        flask = None
        for name, line in sorted(imported_modules(tree), key=lambda pair: pair[1]):
            if name == "quaff.as_flask" and flask is not None:
                message = f"{flask} is imported before quaff.as_flask, which must come first."
                self.findings.append(Finding(self.path, line, message))
                return
            if name.startswith("flask"):
                flask = flask or name

    # -- what need not be there --------------------------------------------------------------

    def visit_Try(self, node: ast.Try) -> None:
        caught = {name for handler in node.handlers for name in _caught(handler)}
        skipped = [] if caught.isdisjoint(_EXPECTED) else node.body
        for child in ast.iter_child_nodes(node):
            if child not in skipped:
                self.visit(child)

    def visit_If(self, node: ast.If) -> None:
        if getattr(node.test, "id", getattr(node.test, "attr", None)) == "TYPE_CHECKING":
            for child in node.orelse:
                self.visit(child)
        elif not _asks_for_names(node.test):
            self.generic_visit(node)

    # -- names that are gone -----------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            for alias in node.names:
                self._check(
                    node, node.module if alias.name == "*" else f"{node.module}.{alias.name}"
                )

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path = self._names.path(node)
        if path is not None and self._check(node, path):
            return  # What stands before the last dot would be found once more.
        if node.attr in ATTRIBUTES and (
            node.attr in _UNMISTAKABLE or self._names.is_application(node.value)
        ):
            self._gone(node, f".{node.attr}", ATTRIBUTES[node.attr])
        self.generic_visit(node)

    def _check(self, node: ast.AST, path: str) -> bool:
        """Report a name that does not exist; whether it did not."""
        parts = path.split(".")
        for length in range(2, len(parts) + 1):
            name = ".".join(parts[:length])
            if name in NAMES:
                self._gone(node, name, NAMES[name])
                return True
        if parts[0] == "flask" and not is_in_mirror(path):
            self._add(node, f"Quaff's flask has no {path}, which is no part of Flask's interface.")
            return True
        return False

    def _gone(self, node: ast.AST, name: str, advice: str) -> None:
        self._add(node, f"{name} is gone, from Flask 3 too: {advice}.")

    # -- settings that are gone --------------------------------------------------------------

    def visit_Subscript(self, node: ast.Subscript) -> None:
        key = node.slice
        if getattr(node.value, "attr", None) == "config" and isinstance(key, ast.Constant):
            self._setting(node, key.value)
        self.generic_visit(node)

    def _setting(self, node: ast.AST, key: object) -> None:
        if isinstance(key, str) and key in SETTINGS:
            self._add(
                node, f"The setting {key} has no effect, in Flask 3 neither: {SETTINGS[key]}."
            )

    # -- what is different -------------------------------------------------------------------

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node, None)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._enter(node, None)

    def _enter(self, node: ast.AST, function: ast.AsyncFunctionDef | None) -> None:
        outer, self._function = self._function, function
        self.generic_visit(node)
        self._function = outer

    def visit_Call(self, node: ast.Call) -> None:
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "from_mapping")
            and getattr(node.func.value, "attr", None) == "config"
        ):
            for keyword in node.keywords:
                self._setting(keyword.value, keyword.arg)
        path = self._names.path(node.func)
        if self._function is not None and path in BLOCKING:
            self._add(
                node,
                f"{path}() in a coroutine holds up every other one, for all of a process run on "
                f"one loop; Flask has a loop for each: {BLOCKING[path]}.",
            )
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._spawning(node.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        function, target = self._function, node.targets[0]
        if (
            isinstance(target, ast.Attribute)
            and target.attr == "max_content_length"
            and self._names.path(target.value) == "flask.request"
        ):
            self._add(
                node,
                "Under ASGI and RSGI a body is read before the view, up to the application's "
                "limit, so a view can lower the limit, not raise it: set MAX_CONTENT_LENGTH to the "
                "highest one.",
            )
        if (
            function is not None
            and isinstance(target, ast.Name)
            and not _is_read(function, target.id)
        ):
            self._spawning(node.value)
        self.generic_visit(node)

    def _spawning(self, node: ast.AST) -> None:
        if self._function is None or not isinstance(node, ast.Call):
            return
        path = self._names.path(node.func)
        if path in SPAWNING:
            self._add(
                node,
                f"{path}() without await: Flask cancels the task when the view returns, on Quaff "
                "it goes on. Await it, or keep a reference to it if it is to go on.",
            )


def _asks_for_names(test: ast.AST) -> bool:
    """Whether a condition is about what is there, so that its branches know what they do."""
    return any(isinstance(node, ast.Name) and node.id == "hasattr" for node in ast.walk(test))


def _is_read(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(function)
    )


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    kind = handler.type
    if kind is None:
        yield "Exception"
    for node in kind.elts if isinstance(kind, ast.Tuple) else [kind]:
        if isinstance(node, ast.Name):
            yield node.id
