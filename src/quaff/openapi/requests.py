"""What a route takes: parameters and bodies, from the signature of its view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..binding.conversion import by_name
from ..binding.forms import FilePart, JsonPart, form_of_model
from ..binding.parameters import MISSING, Parameter
from ..http.uploads import FILE_SCHEMA
from .handlers import Handler
from .paths import converter_schema
from .schemas import Schema, Schemas, default_of

__all__ = ["Requests"]

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class Requests:
    """Writes the parameters and bodies of one application's routes.

    Args:
        schemas: the schemas of the document.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def parameters(self, handler: Handler, variables: dict[str, str]) -> list[Schema]:
        """The Parameter Objects: variables of the path first, then as the view lists them.

        Args:
            handler: what answers.
            variables: the names that the rule's variables have in the document.
        """
        typed = {one.alias: one for one in handler.takes if one.source == "path"}
        found = [
            self._path_parameter(handler, name, variables[name], typed.get(name))
            for name in handler.variables
        ]
        for parameter in handler.takes:
            if parameter.source in ("query", "header", "cookie"):
                found += self._fields(handler, parameter)
        return found

    def _path_parameter(
        self, handler: Handler, name: str, shown: str, parameter: Parameter | None
    ) -> Schema:
        schema = converter_schema(handler.rule._converters.get(name))
        if parameter is not None:
            narrower = _without_null(self._schemas.of_any(parameter.type))
            # Of a text the type says more; of a converter's value, both hold.
            plain = schema == {"type": "string"}
            schema = narrower if plain else {**schema, **_kept_beside(schema, narrower)}
        return {
            "name": shown,
            "in": "path",
            "required": True,
            **self._said_of(handler, parameter, name, schema),
            "schema": schema,
        }

    def _fields(self, handler: Handler, parameter: Parameter) -> list[Schema]:
        """One parameter, or one for each field of a model that is taken whole."""
        if not parameter.whole:
            schema = self._value(parameter)
            written = {
                "name": parameter.alias,
                "in": parameter.source,
                **({"required": True} if parameter.required else {}),
                **self._said_of(handler, parameter, parameter.name, schema),
            }
            return [{**written, "schema": schema}]
        found = []
        for name, schema, required in self._schemas.fields_of(parameter.type):
            shown = name.replace("_", "-") if parameter.source == "header" else name
            written = {"name": shown, "in": parameter.source}
            if required and parameter.required:
                written["required"] = True
            if "description" in schema:
                written["description"] = schema.pop("description")
            found.append({**written, "schema": _without_null(schema)})
        return found

    def _value(self, parameter: Parameter) -> Schema:
        schema = _without_null(self._schemas.of_any(parameter.type))
        if parameter.default is not MISSING and parameter.default is not None:
            schema.update(default_of(parameter.default))
        if parameter.examples:
            schema["examples"] = list(parameter.examples)
        return schema

    @staticmethod
    def _said_of(
        handler: Handler, parameter: Parameter | None, name: str, schema: Schema
    ) -> Schema:
        """Description and deprecation; a description moves up from the schema."""
        text = parameter.description if parameter is not None else None
        text = text or schema.pop("description", None) or handler.docstring.parameters.get(name)
        said: Schema = {"description": text} if text else {}
        if parameter is not None and parameter.deprecated:
            said["deprecated"] = True
        return said

    # -- bodies ------------------------------------------------------------------------------

    def body(self, handler: Handler) -> Schema | None:
        """The Request Body Object; None if the view takes no body."""
        forms = [one for one in handler.takes if one.source in ("form", "file")]
        if forms:
            return self._form(handler, forms)
        for parameter in handler.takes:
            if parameter.source == "body":
                schema = self._schemas.of_any(parameter.type)
                media: Schema = {"schema": schema}
                if parameter.examples:
                    media["examples"] = {
                        f"example{number}": {"value": value}
                        for number, value in enumerate(parameter.examples, 1)
                    }
                said = self._said_of(handler, parameter, parameter.name, {})
                return _body(said, {"application/json": media}, parameter.required)
        return None

    def _form(self, handler: Handler, parameters: list[Parameter]) -> Schema:
        required = any(parameter.required for parameter in parameters)
        if len(parameters) == 1 and parameters[0].whole:
            (parameter,) = parameters
            schema = self._schemas.of_any(by_name(parameter.type))
            said = self._said_of(handler, parameter, parameter.name, {})
        else:
            schema = self._form_fields(handler, parameters)
            said = {}
        # Only a multipart form has parts that are files or JSON.
        parts = list(_parts(parameters))
        types = [_MULTIPART] if parts else [_URLENCODED, _MULTIPART]
        encoding = {part.alias: {"contentType": kind} for part in parts if (kind := _kind(part))}
        media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
        return _body(said, dict.fromkeys(types, media), required)

    def _form_fields(self, handler: Handler, parameters: Iterable[Parameter]) -> Schema:
        properties: dict[str, Schema] = {}
        required = []
        for parameter in parameters:
            if parameter.whole:
                for name, schema, needed in self._schemas.fields_of(parameter.type):
                    properties[name] = _without_null(schema)
                    required += [name] if needed and parameter.required else []
                continue
            schema = self._value(parameter)
            if parameter.source == "file" and not schema:
                schema = dict(FILE_SCHEMA)
            said = self._said_of(handler, parameter, parameter.name, schema)
            properties[parameter.alias] = {**schema, **said}
            required += [parameter.alias] if parameter.required else []
        written: Schema = {"type": "object", "properties": properties}
        return {**written, "required": required} if required else written


def _body(said: Schema, content: Schema, required: bool) -> Schema:
    said.pop("deprecated", None)
    return {**said, "content": content, **({"required": True} if required else {})}


def _parts(parameters: Iterable[Parameter]) -> Iterator[FilePart | JsonPart]:
    """What a form has besides texts."""
    for parameter in parameters:
        if parameter.source == "file":
            yield FilePart.of(parameter)
        elif parameter.whole:
            yield from form_of_model(parameter.type).parts


def _kind(part: FilePart | JsonPart) -> str:
    """The media types of a part; empty if it may have any."""
    return "application/json" if isinstance(part, JsonPart) else ", ".join(part.content_types)


def _without_null(schema: Schema) -> Schema:
    """What can be sent where null cannot be written."""
    if schema.get("default", ...) is None:
        del schema["default"]
    if "anyOf" not in schema:
        return schema
    branches = [branch for branch in schema.pop("anyOf") if branch != {"type": "null"}]
    if len(branches) == 1:
        return {**branches[0], **schema}
    return {"anyOf": branches, **schema}


def _kept_beside(schema: Schema, narrower: Schema) -> Schema:
    """The constraints that a type adds to its converter's; a looser bound is none."""
    added = dict(narrower)
    if narrower.get("type") != schema.get("type"):
        # The converter says what may stand in the URL, the type what the view is handed.
        return {word: value for word, value in added.items() if word in ("description", "examples")}
    if "minimum" in schema and ("minimum" not in added or added["minimum"] < schema["minimum"]):
        added["minimum"] = schema["minimum"]
    if "maximum" in schema and ("maximum" not in added or added["maximum"] > schema["maximum"]):
        added["maximum"] = schema["maximum"]
    return added
