"""The AsyncAPI document of an application, checked.

There is no package of AsyncAPI's schema for Python. This one is ours, of the objects that are
written, with the names and the required fields that the specification of AsyncAPI 3.0.0 gives.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator

from quaff import Quaff


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _map(content: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": content}


def _list(content: Any) -> dict[str, Any]:
    return {"type": "array", "items": content, "minItems": 1, "uniqueItems": True}


TEXT = {"type": "string", "minLength": 1}
REFERENCE = _object("$ref", **{"$ref": {"type": "string", "pattern": "^#/"}})
SCHEMA = {"$ref": "http://json-schema.org/draft-07/schema#"}
CHANNEL = _object(
    "address",
    address={"type": "string", "pattern": "^/"},
    summary=TEXT,
    description=TEXT,
    servers=_list(REFERENCE),
    parameters=_map(_object("", description=TEXT)),
    messages=_map(REFERENCE),
    tags=_list(_object("name", name=TEXT)),
    bindings=_object(
        "ws",
        ws=_object(
            "bindingVersion",
            method={"const": "GET"},
            query=SCHEMA,
            headers=SCHEMA,
            bindingVersion={"const": "0.1.0"},
        ),
    ),
)
OPERATION = _object(
    "action channel",
    action={"enum": ["send", "receive"]},
    channel=REFERENCE,
    messages=_list(REFERENCE),
    security=_list(REFERENCE),
    bindings=_object(
        "http",
        http=_object("", method=TEXT, query=SCHEMA, bindingVersion={"const": "0.3.0"}),
    ),
)
SERVER = _object(
    "host protocol",
    host=TEXT,
    pathname={"type": "string", "pattern": "^/"},
    protocol={"enum": ["ws", "wss", "http", "https"]},
)
DOCUMENT = _object(
    "asyncapi info channels",
    asyncapi={"const": "3.0.0"},
    info=_object("title version", title=TEXT, version=TEXT, description=TEXT),
    defaultContentType=TEXT,
    servers=_map(SERVER),
    channels=_map(CHANNEL),
    operations=_map(OPERATION),
    components=_object(
        "",
        messages=_map(_object("", name=TEXT, contentType=TEXT, payload=SCHEMA)),
        schemas=_map(SCHEMA),
        securitySchemes=_map(
            {
                "type": "object",
                "required": ["type"],
                "properties": {
                    "type": {"enum": ["http", "httpApiKey", "X509", "oauth2", "openIdConnect"]}
                },
            }
        ),
    ),
)


def validated(app: Quaff) -> dict[str, Any]:
    """The document; fails if it is none, or if something it refers to is not in it."""
    document = app.asyncapi()
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft7Validator(DOCUMENT).iter_errors(document)
    ]
    assert errors == []
    _check_references(document, document)
    return document


def _check_references(document: Any, part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _check_references(document, each)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            target = document
            for name in part["$ref"].removeprefix("#/").split("/"):
                target = target[name.replace("~1", "/").replace("~0", "~")]
        for each in part.values():
            _check_references(document, each)
