"""Swagger UI, as an installed package has it.

The package is `swagger-ui-bundle-v2`, the extra `quaff[docs]`. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

__all__ = ["find_assets"]

PACKAGE = "swagger_ui_bundle"
#: The first version that knows OpenAPI 3.1.
MAJOR = 5
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")


def find_assets() -> dict[str, Path]:
    """The files of Swagger UI by name; none if the package is missing or too old."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return {}
    for folder in sorted(Path(spec.origin).parent.glob("vendor/swagger-ui-*"), reverse=True):
        version = folder.name.removeprefix("swagger-ui-").partition(".")[0]
        if version.isdecimal() and int(version) >= MAJOR:
            return {name: folder / name for name in ASSETS}
    return {}
