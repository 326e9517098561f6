"""Types as AsyncAPI's messages."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ..openapi.names import Definition
from ..openapi.schemas import Schema, Schemas

__all__ = ["Message", "Messages", "draft_07"]

#: Who meets a type: "validation" is what is received, "serialization" what is sent.
Mode = Literal["validation", "serialization"]


class Message:
    """A message; its name is settled when those of the schemas are."""

    def __init__(self, content_type: str, schema: Schema) -> None:
        self.content_type = content_type
        self.schema = schema

    @property
    def name(self) -> str:
        """The name of the model that it carries, or of its kind."""
        reference = self.schema.get("$ref")
        if isinstance(reference, Definition):
            return reference.name
        return {"text/plain": "text", "application/json": "json"}.get(self.content_type, "bytes")

    def written(self, name: str) -> Schema:
        """The Message Object."""
        payload = draft_07(self.schema)
        return {"name": name, "contentType": self.content_type, "payload": payload}


class Messages:
    """Writes the messages of one document.

    Args:
        schemas: the schemas of the document.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def of(self, kind: Any, mode: Mode) -> list[Message]:
        """The messages of a type: one for each branch of a union.

        Args:
            kind: the type; text and bytes are messages as they are, others are JSON.
            mode: who meets it.
        """
        return [self._message(branch, mode) for branch in _branches(kind)]

    def _message(self, kind: Any, mode: Mode) -> Message:
        if kind is str:
            return Message("text/plain", {"type": "string"})
        if kind is bytes:
            return Message("application/octet-stream", {"type": "string", "format": "binary"})
        return Message("application/json", self._schemas.of(kind, mode) or {})


def _branches(kind: Any) -> Iterator[Any]:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) in (Union, UnionType):
        yield from get_args(bare)
    else:
        yield kind


def draft_07(schema: Any) -> Any:
    """A schema of JSON Schema 2020-12 in the words of draft 7, which AsyncAPI's schemas extend."""
    if isinstance(schema, list):
        return [draft_07(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    written = {name: _values(name, part) for name, part in schema.items()}
    if "prefixItems" in written:
        if "items" in written:
            written["additionalItems"] = written["items"]
        written["items"] = written.pop("prefixItems")
    if isinstance(written.get("discriminator"), dict):
        written["discriminator"] = written["discriminator"]["propertyName"]
    if "$ref" in written and len(written) > 1:
        # What stands beside a reference is ignored in draft 7.
        written["allOf"] = [{"$ref": written.pop("$ref")}, *written.get("allOf", ())]
    return written


def _values(name: str, part: Any) -> Any:
    """A part of a schema; examples and the like are values that only look like schemas."""
    if name in ("const", "default", "enum", "examples", "discriminator"):
        return part
    if name in ("properties", "patternProperties") and isinstance(part, dict):
        return {key: draft_07(each) for key, each in part.items()}
    return draft_07(part)
