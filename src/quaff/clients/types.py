"""JSON Schemas as TypeScript's types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

__all__ = ["Model", "Types", "identifier", "key", "text_of"]

SCHEMAS = "#/components/schemas/"
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
#: Names that the module has itself, and globals that it uses; a schema gets another.
_TAKEN = frozenset(
    {"ApiError", "Blob", "BodyInit", "Client", "ClientOptions", "Error", "FormData", "Headers"}
    | {"Promise", "Record", "RequestInit", "Response", "URL", "URLSearchParams", "Array"}
    | {"String", "JSON", "Object"}
)
#: Methods cannot be called by reserved words without harm elsewhere; types cannot at all.
_RESERVED = frozenset({"any", "boolean", "never", "null", "number", "object", "string", "symbol"})
_RESERVED |= {"undefined", "unknown", "void", "delete", "new", "import", "export", "class", "enum"}


def text_of(value: Any) -> str:
    """A plain value as it stands in the source."""
    return msgspec.json.encode(value).decode()


def key(name: str) -> str:
    """A name as the key of a property."""
    return name if _NAME.fullmatch(name) else text_of(name)


def identifier(name: str) -> str:
    """A name as an identifier that begins with a small letter: tasks_get as tasksGet."""
    words = [word for word in re.split(r"[^A-Za-z0-9$]+", name) if word]
    first, *others = words or ["operation"]
    text = first[0].lower() + first[1:] + "".join(word[0].upper() + word[1:] for word in others)
    return f"_{text}" if text[0].isdigit() else text


@dataclass(frozen=True)
class Model:
    """A schema with a name."""

    name: str
    type: str
    comment: str


class Types:
    """Writes the types of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        self._names: dict[str, str] = {}
        taken = set(_TAKEN | _RESERVED)
        for name in self._schemas:
            unique = re.sub(r"[^A-Za-z0-9_$]", "_", name)
            unique = f"_{unique}" if unique[:1].isdigit() else unique
            while unique in taken:
                unique += "_"
            taken.add(unique)
            self._names[name] = unique

    def resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part itself, or what it refers to within the document."""
        reference = part.get("$ref")
        if not isinstance(reference, str):
            return part
        found: Any = self._document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        return self.resolved(found)

    def models(self) -> list[Model]:
        """The named schemas."""
        return [
            Model(
                self._names[name],
                self.of(schema, 0),
                schema.get("description", "") if isinstance(schema, Mapping) else "",
            )
            for name, schema in self._schemas.items()
        ]

    def of(self, schema: Any, indent: int = 4) -> str:
        """The type of a schema.

        Args:
            schema: the schema.
            indent: how far the line begins that the type stands on.
        """
        if not isinstance(schema, Mapping):
            return "never" if schema is False else "unknown"
        if "$ref" in schema:
            name = str(schema["$ref"]).removeprefix(SCHEMAS)
            return self._names.get(name, "unknown")
        parts = [self._own(schema, indent)]
        for word in ("oneOf", "anyOf"):
            if schema.get(word):
                parts.append(_union(self.of(each, indent) for each in schema[word]))
        parts += [self.of(each, indent) for each in schema.get("allOf", ())]
        known = list(dict.fromkeys(part for part in parts if part != "unknown"))
        if len(known) > 1:
            return " & ".join(f"({part})" if " | " in part else part for part in known)
        return known[0] if known else "unknown"

    def _own(self, schema: Mapping[str, Any], indent: int) -> str:
        """What a schema says by itself, without those it is combined with."""
        if "const" in schema:
            return text_of(schema["const"])
        if "enum" in schema:
            return _union(map(text_of, schema["enum"]))
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        if not kinds and ("properties" in schema or "additionalProperties" in schema):
            kinds = ["object"]
        return _union(self._kind(kind, schema, indent) for kind in kinds) if kinds else "unknown"

    def _kind(self, kind: str, schema: Mapping[str, Any], indent: int) -> str:
        if kind == "string" and _is_binary(schema):
            return "Blob"
        if kind == "array":
            return self._array(schema, indent)
        if kind == "object":
            return self._object(schema, indent)
        return _PLAIN.get(kind, "unknown")

    def _array(self, schema: Mapping[str, Any], indent: int) -> str:
        items = schema.get("items", True)
        if "prefixItems" not in schema:
            return f"Array<{self.of(items, indent)}>"
        least = schema.get("minItems", 0)
        parts = [
            self._element(each, indent) if number < least else f"{self._element(each, indent)}?"
            for number, each in enumerate(schema["prefixItems"])
        ]
        closed = items is False or schema.get("maxItems") == len(parts)
        rest = [] if closed else [f"...Array<{self.of(items, indent)}>"]
        return f"[{', '.join(parts + rest)}]"

    def _element(self, schema: Any, indent: int) -> str:
        text = self.of(schema, indent)
        return f"({text})" if " | " in text or " & " in text else text

    def _object(self, schema: Mapping[str, Any], indent: int) -> str:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", not properties)
        if not properties:
            return f"Record<string, {'never' if others is False else self.of(others, indent)}>"
        required = schema.get("required", ())
        space = " " * (indent + 2)
        lines = ["{"]
        for name, each in properties.items():
            described = each.get("description", "") if isinstance(each, Mapping) else ""
            if described:
                said = " ".join(described.split()).replace("*/", "*\\/")
                lines.append(f"{space}/** {said} */")
            mark = "" if name in required else "?"
            lines.append(f"{space}{key(name)}{mark}: {self.of(each, indent + 2)};")
        if others is not False and "additionalProperties" in schema:
            lines.append(f"{space}[name: string]: unknown;")
        lines.append(" " * indent + "}")
        return "\n".join(lines)


def _is_binary(schema: Mapping[str, Any]) -> bool:
    """Whether it is a file: OpenAPI 3.1 gives its media type, older documents a format."""
    by_type = "contentMediaType" in schema and "contentEncoding" not in schema
    return schema.get("format") == "binary" or by_type


def _union(parts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(parts)) or "never"
