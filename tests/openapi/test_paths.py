"""Converters as schemas."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import IntegerConverter

from quaff import Quaff
from tests.openapi.validated import operation


class Even(IntegerConverter):
    """A converter of the application's own."""


@pytest.mark.parametrize(
    ("variable", "schema"),
    [
        ("<x>", {"type": "string"}),
        ("<string:x>", {"type": "string"}),
        ("<string(length=2):x>", {"type": "string", "minLength": 2, "maxLength": 2}),
        ("<string(minlength=2):x>", {"type": "string", "minLength": 2}),
        ("<string(maxlength=9):x>", {"type": "string", "maxLength": 9}),
        ("<path:x>", {"type": "string"}),
        ("<int:x>", {"type": "integer", "minimum": 0}),
        ("<int(signed=True):x>", {"type": "integer"}),
        ("<int(min=3, max=7):x>", {"type": "integer", "minimum": 3, "maximum": 7}),
        ("<int(fixed_digits=4):x>", {"type": "string", "pattern": "^[0-9]{4}$"}),
        ("<float:x>", {"type": "number", "minimum": 0}),
        ("<float(max=1.5, signed=True):x>", {"type": "number", "maximum": 1.5}),
        ("<uuid:x>", {"type": "string", "format": "uuid"}),
        ('<any("b c", a):x>', {"type": "string", "enum": ["a", "b c"]}),
        ("<even:x>", {"type": "string"}),
    ],
)
def test_a_converter_is_a_schema(variable: str, schema: dict[str, Any]) -> None:
    app = Quaff("shop", static_folder=None)
    app.url_map.converters["even"] = Even
    app.add_url_rule(f"/{variable}.html", "index", lambda **values: "")
    assert operation(app)["parameters"][0]["schema"] == schema
    assert list(app.openapi()["paths"]) == ["/{x}.html"]
