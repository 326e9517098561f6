from __future__ import annotations

from typing import Any

import pytest

from quaff.clients.types import Model, Types, identifier

A_OR_B = {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}


@pytest.fixture
def types() -> Types:
    return Types({"components": {"schemas": {"A": {}, "B": {"description": "Two."}}}})


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (True, "unknown"),
        (False, "never"),
        ({}, "unknown"),
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string"),
        ({"type": "string", "format": "binary"}, "Blob"),
        ({"type": "string", "contentMediaType": "image/png"}, "Blob"),
        ({"type": "string", "contentMediaType": "x", "contentEncoding": "base64"}, "string"),
        ({"type": ["integer", "number", "null"]}, "number | null"),
        ({"const": "a"}, '"a"'),
        ({"enum": ["a", 1, None, True]}, '"a" | 1 | null | true'),
        ({"type": "array"}, "Array<unknown>"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "Array<string | null>"),
        (
            {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": ["number", "null"]}],
                "minItems": 1,
                "items": False,
            },
            "[string, (number | null)?]",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}], "minItems": 1},
            "[string, ...Array<unknown>]",
        ),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": False}, "Record<string, never>"),
        ({"additionalProperties": {"type": "number"}}, "Record<string, number>"),
        (A_OR_B, "A | B"),
        ({"allOf": [A_OR_B, {"type": "object"}]}, "(A | B) & Record<string, unknown>"),
        ({"allOf": [{"$ref": "#/components/schemas/A"}], "description": "x"}, "A"),
        ({"$ref": "#/components/schemas/Missing"}, "unknown"),
    ],
)
def test_types(types: Types, schema: Any, text: str) -> None:
    assert types.of(schema) == text


def test_properties(types: Types) -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "description": "Ends */ not.\n"},
            "odd-name": {"properties": {"x": {"type": "null"}}, "additionalProperties": False},
        },
        "additionalProperties": True,
    }
    assert types.of(schema, 0) == (
        "{\n"
        "  /** Ends *\\/ not. */\n"
        "  id: number;\n"
        '  "odd-name"?: {\n'
        "    x?: null;\n"
        "  };\n"
        "  [name: string]: unknown;\n"
        "}"
    )


def test_models_have_names_that_typescript_allows() -> None:
    names = ["Page[Task]", "Page_Task_", "2D", "Error", "string", "Response"]
    schemas = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
    models = Types({"components": {"schemas": schemas}}).models()
    allowed = ["Page_Task_", "Page_Task__", "_2D", "Error_", "string_", "Response_"]
    assert models == [Model(name, name, "") for name in allowed]


def test_a_description_goes_with_its_model(types: Types) -> None:
    assert types.models()[1] == Model("B", "unknown", "Two.")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("list_books", "listBooks"),
        ("shop.listBooks", "shopListBooks"),
        ("GetIt", "getIt"),
        ("2nd", "_2nd"),
        ("get_/", "get"),
        ("/", "operation"),
    ],
)
def test_identifiers(name: str, expected: str) -> None:
    assert identifier(name) == expected
