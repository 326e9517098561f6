"""A client in TypeScript: one file of types, and a class that calls `fetch`.

It needs no package. Schemas become types; operations become methods, named after their
`operationId`, each of which takes one object with the parameters and the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .types import Types, identifier, key, text_of

__all__ = ["Method", "Parameter", "typescript_client"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Places of parameters that a browser lets a program fill.
PLACES = ("path", "query", "header")


@dataclass(frozen=True)
class Parameter:
    """A property of a method's input."""

    #: Its key, as it stands in the source.
    key: str
    #: How the input is asked for it.
    access: str
    name: str
    place: str
    type: str
    required: bool
    comment: str

    @property
    def wire_name(self) -> str:
        """The name in the request, as a literal."""
        return text_of(self.name)


@dataclass(frozen=True)
class Method:
    """An operation."""

    name: str
    verb: str
    path: str
    comment: str
    parameters: tuple[Parameter, ...]
    body: str | None
    body_required: bool
    media_type: str
    result: str

    @property
    def has_input(self) -> bool:
        """Whether it takes anything."""
        return bool(self.parameters) or self.body is not None

    @property
    def needs_input(self) -> bool:
        """Whether it takes something that must be there."""
        needed = any(parameter.required for parameter in self.parameters)
        return needed or (self.body is not None and self.body_required)

    @property
    def url(self) -> str:
        """The path as a template literal."""
        found = {each.name: each.access for each in self.parameters if each.place == "path"}
        parts = re.split(r"\{([^{}]*)\}", self.path)
        pieces = [
            "${encode(" + found[part] + ")}"
            if number % 2 and part in found
            else re.sub(r"([`\\$])", r"\\\1", "{" + part + "}" if number % 2 else part)
            for number, part in enumerate(parts)
        ]
        return f"`{''.join(pieces)}`"

    @property
    def media_type_literal(self) -> str:
        """The media type of the body, as a literal."""
        return text_of(self.media_type)

    def of(self, place: str) -> list[Parameter]:
        """The parameters of a place."""
        return [parameter for parameter in self.parameters if parameter.place == place]


def typescript_client(document: Mapping[str, Any]) -> str:
    """The source of a TypeScript module, the same for the same document."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["comment"] = _comment
    types = Types(document)
    template = environment.get_template("client.ts.jinja")
    return template.render(
        title=document.get("info", {}).get("title", ""),
        version=document.get("info", {}).get("version", ""),
        models=types.models(),
        methods=list(_methods(document, types)),
    )


def _comment(text: str, indent: int = 0) -> str:
    """A documentation comment, and the end of its line; nothing for no text."""
    lines = text.replace("*/", "*\\/").strip().split("\n") if text.strip() else []
    space = " " * indent
    if len(lines) > 1:
        body = "".join(f"{space} * {line}".rstrip() + "\n" for line in lines)
        return f"{space}/**\n{body}{space} */\n"
    return "".join(f"{space}/** {line} */\n" for line in lines)


def _methods(document: Mapping[str, Any], types: Types) -> Iterator[Method]:
    taken = {"constructor", "options", "send"}
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", ())
        for verb in METHODS:
            if verb in item:
                operation = item[verb]
                name = identifier(operation.get("operationId") or f"{verb}_{path}")
                while name in taken:
                    name += "_"
                taken.add(name)
                yield _method(name, verb, path, operation, [*shared], types)


def _method(
    name: str, verb: str, path: str, operation: Mapping[str, Any], shared: list[Any], types: Types
) -> Method:
    parts = [types.resolved(part) for part in (*shared, *operation.get("parameters", ()))]
    # What the operation says of a parameter replaces what its path says.
    parameters = {(part["name"], part["in"]): part for part in parts if part["in"] in PLACES}
    media_type, body, required = _body(types.resolved(operation.get("requestBody", {})), types)
    taken = {"body"} if body is not None else set()
    texts = (operation.get("summary", ""), operation.get("description", ""))
    return Method(
        name=name,
        verb=verb.upper(),
        path=path,
        comment="\n\n".join(text for text in texts if text)
        + ("\n\n@deprecated" if operation.get("deprecated") else ""),
        parameters=tuple(_parameter(part, taken, types) for part in parameters.values()),
        body=body,
        body_required=required,
        media_type=media_type,
        result=_result(verb, operation, types),
    )


def _parameter(part: Mapping[str, Any], taken: set[str], types: Types) -> Parameter:
    name = part["name"]
    unique = name
    while unique in taken:
        unique += f"_{part['in']}"
    taken.add(unique)
    written = key(unique)
    return Parameter(
        key=written,
        access=f"input.{unique}" if written == unique else f"input[{written}]",
        name=name,
        place=part["in"],
        type=types.of(part.get("schema", {})),
        required=bool(part.get("required")),
        comment=part.get("description", ""),
    )


def _body(part: Mapping[str, Any], types: Types) -> tuple[str, str | None, bool]:
    """The media type of a body, its type, and whether it must be there."""
    contents = part.get("content", {})
    for media_type, content in contents.items():
        kind = media_type.partition(";")[0]
        if kind == "application/json" or kind.endswith("+json") or kind in _FORMS:
            return media_type, types.of(content.get("schema", {})), bool(part.get("required"))
    for media_type in contents:
        return media_type, "BodyInit", bool(part.get("required"))
    return "", None, False


_FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


def _result(verb: str, operation: Mapping[str, Any], types: Types) -> str:
    """What a method gives: the types of all bodies of successful responses."""
    found: dict[str, None] = {}
    for status, part in operation.get("responses", {}).items():
        if str(status).startswith("2"):
            contents = types.resolved(part).get("content", {})
            for media_type, content in contents.items():
                found[_content(media_type, content, types)] = None
            if not contents:
                found["undefined"] = None
    if verb == "head" or not found:
        return "void" if verb == "head" else "unknown"
    return " | ".join(found)


def _content(media_type: str, content: Mapping[str, Any], types: Types) -> str:
    kind = media_type.partition(";")[0]
    if kind == "application/json" or kind.endswith("+json"):
        return types.of(content.get("schema", {}))
    if kind == "text/event-stream":
        return "Response"
    return "string" if kind.startswith("text/") else "Blob"
