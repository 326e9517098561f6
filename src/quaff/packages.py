"""Where a module lies on disk, without importing it if that can be avoided."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec


def get_root_path(import_name: str) -> str:
    """The folder of a module or package, as an absolute path.

    The current folder if the module cannot be found, as in an interactive session.

    Raises:
        RuntimeError: the module has no folder (a namespace package, an unusual importer).
    """
    module = sys.modules.get(import_name)
    file = getattr(module, "__file__", None)
    if file is not None:
        return os.path.dirname(os.path.abspath(file))  # type: ignore[no-any-return]
    try:
        spec = importlib.util.find_spec(import_name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or (spec.loader is None and module is None and spec.origin is None):
        if spec is not None:
            raise RuntimeError(_no_root_path(import_name))
        return os.getcwd()
    get_filename = getattr(spec.loader, "get_filename", None)
    file = get_filename(import_name) if get_filename is not None else None
    if file is None:
        file = getattr(importlib.import_module(import_name), "__file__", None)
    if file is None:
        raise RuntimeError(_no_root_path(import_name))
    return os.path.dirname(os.path.abspath(file))  # type: ignore[no-any-return]


def _no_root_path(import_name: str) -> str:
    return (
        f"No root path can be found for the module {import_name!r}: it has no file, because it "
        "is a namespace package or comes from an unusual importer. Pass root_path= explicitly."
    )


def find_package(import_name: str) -> tuple[str | None, str]:
    """The prefix that a package is installed under, and the folder that it is imported from.

    The prefix is None for a package that is not installed.
    """
    path = _import_folder(import_name)
    prefix = os.path.abspath(sys.prefix)
    if _is_below(path, prefix):
        return sys.prefix, path
    folder, name = os.path.split(path)
    if name.lower() != "site-packages":
        return None, path
    # lib/pythonX.Y/site-packages on POSIX, Lib/site-packages on Windows
    above, name = os.path.split(folder)
    if name.lower() == "lib":
        return above, path
    if os.path.basename(above).lower() == "lib":
        return os.path.dirname(above), path
    return folder, path


def _import_folder(import_name: str) -> str:
    """The folder on the import path that a module's top-level package lies in."""
    top_level = import_name.partition(".")[0]
    try:
        spec = importlib.util.find_spec(top_level)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return os.getcwd()
    if spec.submodule_search_locations:
        return os.path.dirname(_package_folder(import_name, spec))
    if spec.origin in (None, "namespace"):
        return os.getcwd()
    return os.path.dirname(str(spec.origin))


def _package_folder(import_name: str, spec: ModuleSpec) -> str:
    """The folder of a package; of a namespace package, the part that the module lies in."""
    if spec.origin not in (None, "namespace"):
        return os.path.dirname(str(spec.origin))
    locations = list(spec.submodule_search_locations or ())
    inner = importlib.util.find_spec(import_name)
    if inner is not None and inner.submodule_search_locations:
        inside = next(iter(inner.submodule_search_locations))
    elif inner is not None and inner.origin not in (None, "namespace"):
        inside = str(inner.origin)
    else:
        return str(locations[0])
    return next((place for place in locations if _is_below(inside, place)), locations[0])


def _is_below(path: str, folder: str) -> bool:
    # PERF: pathlib would be loaded for nothing else (benchmark: import).
    return path == folder or path.startswith(os.path.join(folder, ""))
