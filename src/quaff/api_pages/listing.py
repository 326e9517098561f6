"""An OpenAPI document, rearranged for a page that people read.

References are followed, and schemas are said in a few words. Documents need not be ours: what is
missing in them is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

__all__ = [
    "Answer",
    "Channel",
    "Content",
    "Group",
    "Listing",
    "Model",
    "Operation",
    "Piece",
    "Row",
    "listing",
]

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace", "query")
SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Piece:
    """A part of the words for a type; `model` is the identifier of the model it links to."""

    text: str
    model: str | None = None


@dataclass(frozen=True)
class Row:
    """A parameter or a field."""

    name: str
    type: tuple[Piece, ...]
    required: bool
    description: str
    place: str = ""
    deprecated: bool = False


@dataclass(frozen=True)
class Content:
    """A body of a media type."""

    media_type: str
    type: tuple[Piece, ...]


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: str
    description: str
    contents: tuple[Content, ...]


@dataclass(frozen=True)
class Operation:
    """A method of a path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    deprecated: bool
    secured: str
    parameters: tuple[Row, ...]
    body: tuple[Content, ...]
    answers: tuple[Answer, ...]


@dataclass
class Group:
    """The operations of a tag."""

    name: str
    description: str = ""
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True)
class Model:
    """A schema with a name."""

    anchor: str
    name: str
    type: tuple[Piece, ...]
    description: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Channel:
    """A WebSocket or a stream of events."""

    anchor: str
    kind: str
    address: str
    summary: str
    description: str
    receives: tuple[Content, ...]
    sends: tuple[Content, ...]


@dataclass(frozen=True)
class Listing:
    """All that the page shows."""

    title: str
    version: str
    description: str
    groups: tuple[Group, ...]
    channels: tuple[Channel, ...]
    models: tuple[Model, ...]


def listing(document: Mapping[str, Any], messages: Mapping[str, Any]) -> Listing:
    """What the page shows.

    Args:
        document: the OpenAPI document.
        messages: the AsyncAPI document.
    """
    reader, other = _Reader(document), _Reader(messages)
    info = document.get("info", {})
    models = {model.name: model for model in (*other.models(), *reader.models())}
    return Listing(
        title=info.get("title", ""),
        version=info.get("version", ""),
        description=info.get("description", ""),
        groups=tuple(reader.groups()),
        channels=tuple(other.channels()),
        models=tuple(model for _, model in sorted(models.items())),
    )


def anchor_of(kind: str, *names: str) -> str:
    """An identifier within the page."""
    return "-".join([kind, *(re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") for name in names)])


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part itself, or what it refers to within the document."""
        for _ in range(10):
            reference = part.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            found: Any = self._document
            for key in reference[2:].split("/"):
                key = key.replace("~1", "/").replace("~0", "~")
                found = found.get(key, {}) if isinstance(found, Mapping) else {}
            part = found
        return part

    def groups(self) -> Iterable[Group]:
        """The operations by their first tag, in the document's order; those without come last."""
        groups = {
            tag["name"]: Group(tag["name"], tag.get("description", ""))
            for tag in self._document.get("tags", ())
        }
        untagged = Group("")
        for path, item in self._document.get("paths", {}).items():
            resolved = self._resolved(item)
            for method in METHODS:
                if method in resolved:
                    tags = resolved[method].get("tags") or [""]
                    group = groups.setdefault(tags[0], Group(tags[0])) if tags[0] else untagged
                    shared = resolved.get("parameters", ())
                    group.operations.append(self._operation(path, method, resolved[method], shared))
        return [group for group in (*groups.values(), untagged) if group.operations]

    def _operation(
        self, path: str, method: str, operation: Mapping[str, Any], shared: Iterable[Any]
    ) -> Operation:
        parameters: dict[tuple[str, str], Row] = {}
        for each in (*shared, *operation.get("parameters", ())):
            row = self._parameter(self._resolved(each))
            parameters[row.name, row.place] = row
        responses = operation.get("responses", {})
        security = operation.get("security", self._document.get("security", ()))
        return Operation(
            anchor=anchor_of("operation", method, path),
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            deprecated=bool(operation.get("deprecated")),
            secured=" or ".join(" and ".join(need) for need in security if need),
            parameters=tuple(parameters.values()),
            body=self._contents(self._resolved(operation.get("requestBody", {}))),
            answers=tuple(
                Answer(status, answer.get("description", ""), self._contents(answer))
                for status, part in responses.items()
                for answer in (self._resolved(part),)
            ),
        )

    def _parameter(self, part: Mapping[str, Any]) -> Row:
        return Row(
            name=part.get("name", ""),
            type=tuple(self.type(part.get("schema", {}))),
            required=bool(part.get("required")),
            description=part.get("description", ""),
            place=part.get("in", ""),
            deprecated=bool(part.get("deprecated")),
        )

    def _contents(self, part: Mapping[str, Any]) -> tuple[Content, ...]:
        return tuple(
            Content(media_type, tuple(self._type_if_said(content)))
            for media_type, content in part.get("content", {}).items()
        )

    def _message(self, part: Mapping[str, Any]) -> Content:
        message = self._resolved(part)
        words = tuple(self.type(message.get("payload", True)))
        return Content(message.get("contentType", ""), words)

    def _type_if_said(self, content: Mapping[str, Any]) -> Iterable[Piece]:
        schema = content.get("schema", {})
        return () if schema == {} else self.type(schema)

    def channels(self) -> Iterable[Channel]:
        """The channels, with the messages that go each way."""
        found: dict[str, dict[str, tuple[Content, ...]]] = {}
        for operation in self._document.get("operations", {}).values():
            name = operation["channel"]["$ref"].rpartition("/")[2]
            messages = tuple(map(self._message, operation.get("messages", ())))
            found.setdefault(name, {})[operation["action"]] = messages
        for name, channel in self._document.get("channels", {}).items():
            yield Channel(
                anchor=anchor_of("channel", name),
                kind="WebSocket" if "ws" in channel.get("bindings", {}) else "Events",
                address=channel.get("address", ""),
                summary=channel.get("summary", ""),
                description=channel.get("description", ""),
                receives=found.get(name, {}).get("receive", ()),
                sends=found.get(name, {}).get("send", ()),
            )

    def models(self) -> Iterable[Model]:
        """The named schemas."""
        schemas = self._document.get("components", {}).get("schemas", {})
        return [self._model(name, schema) for name, schema in schemas.items()]

    def _model(self, name: str, schema: Any) -> Model:
        """A named schema with its fields."""
        parts = schema if isinstance(schema, Mapping) else {}
        required = parts.get("required", ())
        rows = tuple(
            Row(
                name=key,
                type=tuple(self.type(each)),
                required=key in required,
                description=each.get("description", "") if isinstance(each, Mapping) else "",
                deprecated=isinstance(each, Mapping) and bool(each.get("deprecated")),
            )
            for key, each in parts.get("properties", {}).items()
        )
        words = tuple(self.type(schema))
        return Model(anchor_of("model", name), name, words, parts.get("description", ""), rows)

    def type(self, schema: Any) -> Iterable[Piece]:
        """A schema in a few words."""
        if not isinstance(schema, Mapping):
            return [Piece("nothing" if schema is False else "anything")]
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix(SCHEMAS)
            return [Piece(name, anchor_of("model", name))]
        for key, separator in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")):
            if schema.get(key):
                return _joined(map(self.type, schema[key]), separator)
        if "const" in schema:
            return [Piece(_shown(schema["const"]))]
        if "enum" in schema:
            return [Piece(" or ".join(map(_shown, schema["enum"])))]
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not kinds:
            return [Piece("anything")]
        return _joined((self._kind(kind, schema) for kind in kinds), " or ")

    def _kind(self, kind: str, schema: Mapping[str, Any]) -> Iterable[Piece]:
        if kind == "array" and "items" in schema:
            return [Piece("list of "), *self.type(schema["items"])]
        if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
            return [Piece("map to "), *self.type(schema["additionalProperties"])]
        limits = [schema["format"]] if "format" in schema else []
        limits += [f"{word} {_shown(schema[key])}" for key, word in _LIMITS if key in schema]
        return [Piece(f"{kind} ({', '.join(limits)})" if limits else kind)]


_LIMITS = (
    ("minimum", "≥"),
    ("exclusiveMinimum", ">"),
    ("maximum", "≤"),
    ("exclusiveMaximum", "<"),
    ("multipleOf", "multiple of"),
    ("minLength", "length ≥"),
    ("maxLength", "length ≤"),
    ("pattern", "like"),
    ("default", "default"),
)


def _joined(parts: Iterable[Iterable[Piece]], separator: str) -> list[Piece]:
    pieces: list[Piece] = []
    for part in parts:
        pieces += [Piece(separator), *part] if pieces else part
    return pieces


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()
