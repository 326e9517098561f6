from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from quaff.api_pages.listing import Channel, Content, Listing, Piece, Row, listing


def shown(document: Any, messages: Any = MappingProxyType({})) -> Listing:
    return listing(document, messages)


def words(schema: Any) -> str:
    """What is said of a schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    page = shown({"paths": {"/": {"post": {"requestBody": body}}}})
    return "".join(piece.text for piece in page.groups[0].operations[0].body[0].type)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, ""),
        ({"description": "Whatever it is."}, "anything"),
        (True, "anything"),
        (False, "nothing"),
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": ["integer", "null"]}, "integer or null"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer (≥ 1, ≤ 9)"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "array"}, "array"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "map to number"),
        ({"type": "object", "properties": {}}, "object"),
        ({"enum": ["low", None, 3]}, '"low" or null or 3'),
        ({"const": "a"}, '"a"'),
        ({"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}, "A or null"),
        ({"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}, "A and object"),
    ],
)
def test_schemas_are_said_in_a_few_words(schema: Any, text: str) -> None:
    assert words(schema) == text


def test_a_model_is_linked_to() -> None:
    task = {
        "type": "object",
        "description": "To do.",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "description": "Its number."},
            "next": {"$ref": "#/components/schemas/Page_Task"},
            "any": True,
        },
    }
    schemas = {"Task": task, "Page_Task": {"type": "array"}}
    second, first = shown({"components": {"schemas": schemas}}).models
    assert (first.name, first.anchor, first.description) == ("Task", "model-Task", "To do.")
    assert first.rows[0] == Row("id", (Piece("integer"),), True, "Its number.")
    assert first.rows[1] == Row("next", (Piece("Page_Task", "model-Page-Task"),), False, "")
    assert first.rows[2].type == (Piece("anything"),)
    assert second.anchor == "model-Page-Task"


def test_references_are_followed() -> None:
    document = {
        "paths": {"/a": {"$ref": "#/components/pathItems/~1a"}, "/b": {"$ref": "#/nowhere/else"}},
        "components": {
            "pathItems": {
                "/a": {
                    "parameters": [{"$ref": "#/components/parameters/page"}],
                    "get": {
                        "parameters": [{"name": "page", "in": "query", "required": True}],
                        "responses": {"404": {"$ref": "#/components/responses/Missing"}},
                    },
                }
            },
            "parameters": {"page": {"name": "page", "in": "query"}},
            "responses": {"Missing": {"description": "There is none."}},
        },
    }
    ((operation,),) = [group.operations for group in shown(document).groups]
    # What the operation says replaces what its path says.
    assert [(row.name, row.place, row.required) for row in operation.parameters] == [
        ("page", "query", True)
    ]
    assert [(each.status, each.description) for each in operation.answers] == [
        ("404", "There is none.")
    ]


def test_references_in_a_circle_end() -> None:
    document = {"paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}
    assert shown(document).groups == ()


def test_groups_are_the_first_tags_in_the_order_of_the_document() -> None:
    def tagged(*tags: str) -> dict[str, Any]:
        return {"get": {"tags": list(tags)}}

    document = {
        "tags": [{"name": "tasks", "description": "To do."}, {"name": "empty"}],
        "paths": {
            "/1": tagged(),
            "/2": tagged("users"),
            "/3": tagged("tasks", "users"),
            "/4": tagged("users"),
        },
    }
    groups = shown(document).groups
    assert [(group.name, group.description) for group in groups] == [
        ("tasks", "To do."),
        ("users", ""),
        ("", ""),
    ]
    assert [[operation.path for operation in group.operations] for group in groups] == [
        ["/3"],
        ["/2", "/4"],
        ["/1"],
    ]


def test_who_may_is_said() -> None:
    needs = [{"token": []}, {"cookie": [], "form": []}]
    document = {
        "security": needs,
        "paths": {"/": {"get": {}, "post": {"security": []}, "put": {"security": [{}]}}},
    }
    (group,) = shown(document).groups
    assert {each.method: each.secured for each in group.operations} == {
        "GET": "token or cookie and form",
        "POST": "",
        "PUT": "",
    }


def test_a_document_of_nothing() -> None:
    assert shown({}) == Listing("", "", "", (), (), ())


def test_channels() -> None:
    messages = {
        "channels": {
            "chat": {"address": "/chat", "summary": "Talk.", "bindings": {"ws": {}}},
            "ticks": {"address": "/ticks"},
        },
        "operations": {
            "a": {
                "action": "receive",
                "channel": {"$ref": "#/channels/chat"},
                "messages": [{"$ref": "#/components/messages/Say"}],
            },
            "b": {"action": "send", "channel": {"$ref": "#/channels/ticks"}},
        },
        "components": {
            "messages": {
                "Say": {
                    "contentType": "application/json",
                    "payload": {"$ref": "#/components/schemas/Say"},
                }
            },
            "schemas": {"Say": {"type": "object"}, "Task": {"description": "of messages"}},
        },
    }
    document = {"components": {"schemas": {"Task": {"description": "of requests"}}}}
    page = shown(document, messages)
    say = Content("application/json", (Piece("Say", "model-Say"),))
    assert page.channels == (
        Channel("channel-chat", "WebSocket", "/chat", "Talk.", "", (say,), ()),
        Channel("channel-ticks", "Events", "/ticks", "", "", (), ()),
    )
    assert [(model.name, model.description) for model in page.models] == [
        ("Say", ""),
        ("Task", "of requests"),
    ]
