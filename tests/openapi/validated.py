"""The document of an application, checked against OpenAPI's own schema."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import validate

from quaff import Quaff


def validated(app: Quaff) -> dict[str, Any]:
    """The document; fails if it is none."""
    document = app.openapi()
    validate(document)  # type: ignore[arg-type]
    return document


def operations(app: Quaff) -> dict[str, dict[str, Any]]:
    """The operations of the document, by "GET /path"."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in validated(app)["paths"].items()
        for method, operation in item.items()
    }


def operation(app: Quaff) -> dict[str, Any]:
    """The only operation of the document."""
    (only,) = operations(app).values()
    return only
