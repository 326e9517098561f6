"""The mirror has the names of Flask 3.1.3."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import quaff.flask

#: One line a module: its name, and the names that Flask's module of that name has.
NAMES = {
    line.split()[0]: line.split()[1:]
    for line in (Path(__file__).parent / "names.txt").read_text().splitlines()
}


@pytest.mark.parametrize("module", NAMES)
def test_a_module_has_the_names_of_flasks(module: str) -> None:
    for info in pkgutil.walk_packages(quaff.flask.__path__, "quaff.flask."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    mirrored = importlib.import_module(f"quaff.{module}")
    assert [name for name in NAMES[module] if not hasattr(mirrored, name)] == []
