"""A document as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..yaml import to_yaml

__all__ = ["FORMATS", "to_json"]


def to_json(document: Any) -> str:
    """JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


#: The name of a format, and what writes it.
FORMATS: dict[str, Callable[[Any], str]] = {"json": to_json, "yaml": to_yaml}
