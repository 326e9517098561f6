"""The figures that were measured last, section by section, as JSON in a file that git ignores."""

from __future__ import annotations

import json
from typing import Any

from . import CACHE
from .machine import describe, now

PATH = CACHE / "results.json"


def load() -> dict[str, Any]:
    """Everything measured: section -> figures, with `measured` saying when and of what."""
    return json.loads(PATH.read_text()) if PATH.exists() else {}


def save(section: str, figures: Any) -> None:
    """Put the figures of a section in the place of its last ones."""
    results = load()
    results["machine"] = describe()
    results[section] = {"measured": now(), "figures": figures}
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(json.dumps(results, indent=1))
