"""The lock holds what is asked for; `make lock` writes it anew."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "dev.txt"


def asked_for() -> list[str]:
    """The requirements of the package, of its extras and of its development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found: list[str] = [*project["dependencies"]]
    for extra in project.get("optional-dependencies", {}).values():
        found += extra
    lines = (ROOT / "requirements" / "dev.in").read_text().splitlines()
    return found + [line for line in lines if line and not line.startswith(("#", "-e"))]


def locked() -> dict[str, list[str]]:
    """The versions of each package in the lock: several if they depend on the platform."""
    found: dict[str, list[str]] = {}
    for line in LOCK.read_text().splitlines():
        if not line.startswith("-e"):
            (pin,) = Requirement(line).specifier
            assert pin.operator == "==", f"{line} is not pinned."
            found.setdefault(canonicalize_name(Requirement(line).name), []).append(pin.version)
    return found


@pytest.mark.parametrize("line", asked_for())
def test_the_lock_has_it(line: str) -> None:
    requirement = Requirement(line)
    versions = locked().get(canonicalize_name(requirement.name), [])
    assert versions, f"{requirement.name} is not in requirements/dev.txt; run `make lock`."
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_lock_names_no_registry() -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", LOCK.read_text())
