"""`import quaff.as_flask`: from here on, `import flask` gives Quaff.

It must come before the first import of flask: as the first import of a program, as
`pytest -p quaff.as_flask`, as `quaff --as-flask run`, or as QUAFF_AS_FLASK=1 in the environment.
Child processes inherit it.

The real Flask may be installed beside Quaff; it is never imported. Extensions ask for its version,
so an answer is given even if it is not installed.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib import metadata
from types import ModuleType
from typing import Any

from . import flask as mirror
from . import nameplate

#: The version of Flask whose interface the mirror has.
FLASK_VERSION = "3.1.3"


class RealFlaskImported(ImportError):
    """The real Flask was imported before, so some code holds its objects already."""


class MirrorModule(ModuleType):
    """A module of the mirror, whose patches reach the core.

    NOTE: instrumentation replaces functions such as `flask.templating._render`. The mirror only
    names them; the core uses its own, in the module that defines them.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        old = self.__dict__.get(name)
        super().__setattr__(name, value)
        home = sys.modules.get(getattr(old, "__module__", None) or "")
        if home is None or home.__name__.startswith(mirror.__name__):
            return
        if home.__name__.startswith("quaff.") and home.__dict__.get(name) is old:
            setattr(home, name, value)


class _Distribution(metadata.Distribution):
    """What is known of Flask where it is not installed."""

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.1\nName: Flask\nVersion: {FLASK_VERSION}\n"

    def locate_file(self, path: Any) -> Any:
        return path


class _MetadataFinder(metadata.DistributionFinder):
    @staticmethod
    def find_spec(*args: Any, **kwargs: Any) -> None:
        """It finds metadata only."""

    def find_distributions(self, context: Any = None) -> Iterator[metadata.Distribution]:
        if context is not None and context.name is not None and context.name.lower() == "flask":
            yield _Distribution()


def install() -> None:
    """Make `flask` mean the mirror, in this process and its children.

    Raises:
        RealFlaskImported: it means the real Flask already.
    """
    present = sys.modules.get("flask")
    if present is mirror:
        return
    if present is not None:
        raise RealFlaskImported(
            f"The real Flask ({getattr(present, '__file__', 'flask')}) was imported before "
            f"quaff.as_flask, by {_importers(present)}. Import quaff.as_flask first: at the top of "
            "the program, with `pytest -p quaff.as_flask`, with `quaff --as-flask`, or with "
            "QUAFF_AS_FLASK=1 in the environment."
        )
    for info in pkgutil.walk_packages(mirror.__path__, f"{mirror.__name__}."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    for name, module in list(sys.modules.items()):
        if name == mirror.__name__ or name.startswith(f"{mirror.__name__}."):
            module.__class__ = MirrorModule
            sys.modules[name.replace(mirror.__name__, "flask", 1)] = module
    nameplate.hang(nameplate.FLASK)
    os.environ["QUAFF_AS_FLASK"] = "1"
    try:
        metadata.version("flask")
    except metadata.PackageNotFoundError:
        sys.meta_path.append(_MetadataFinder())


def _importers(flask: ModuleType) -> str:
    """The modules that hold the real Flask or something of it."""
    names = []
    for name, module in list(sys.modules.items()):
        if name == "flask" or name.startswith("flask."):
            continue
        values = list(getattr(module, "__dict__", {}).values())
        if any(
            value is flask or str(getattr(value, "__module__", "")).partition(".")[0] == "flask"
            for value in values
        ):
            names.append(name)
    return ", ".join(sorted(names)[:5]) or "a module that is gone"


install()
