"""Python types as JSON Schemas (draft 2020-12, which OpenAPI 3.1 uses).

msgspec says what a type is made of; this writes it down. Classes become named schemas of the
document, to which the others refer, so that types may contain themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_origin

import msgspec
from msgspec import inspect as types
from werkzeug.datastructures import FileStorage
from werkzeug.utils import import_string

from ..binding.annotations import is_pydantic, unsettable_of
from ..binding.conversion import by_name
from ..http.uploads import FILE_SCHEMA
from .docstrings import read_docstring
from .names import Definition, class_names, settle_names

__all__ = ["Mode", "Schema", "Schemas", "default_of"]

Mode = Literal["validation", "serialization"]

#: A schema. A Definition stands in it where a reference will be.
Schema = dict[str, Any]

# "decimal" is a format of ours alone, and "duration" allows months, which are no fixed time.
_DECIMAL = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_DURATION = (
    r"^[+-]?P(?!$)([0-9]{1,8}D)?(T(?=[0-9])([0-9]{1,8}H)?([0-9]{1,8}M)?([0-9]{1,8}(\.[0-9]+)?S)?)?$"
)
_PLAIN: dict[type[types.Type], Schema] = {
    types.AnyType: {},
    types.RawType: {},
    types.NoneType: {"type": "null"},
    types.BoolType: {"type": "boolean"},
    types.DateType: {"type": "string", "format": "date"},
    types.TimeDeltaType: {"type": "string", "format": "duration", "pattern": _DURATION},
    types.UUIDType: {"type": "string", "format": "uuid"},
    types.DecimalType: {"type": "string", "format": "decimal", "pattern": _DECIMAL},
}
_BOUNDS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
}


class Schemas:
    """The schemas of one document: asked for by type, kept by name."""

    def __init__(self) -> None:
        self._definitions: dict[Any, Definition] = {}
        self._infos: dict[Any, types.Type] = {}
        #: The types that Pydantic writes, all at once, each with the place for its schema.
        self._for_pydantic: list[tuple[Any, Mode, Schema]] = []

    def of(self, kind: Any, mode: Mode = "validation") -> Schema | None:
        """The schema of a type; None if it is no type of JSON.

        Args:
            kind: the type.
            mode: whether the document says what is taken or what is given. Pydantic's models may
                differ in it.
        """
        if is_pydantic(kind):
            place: Schema = {}
            self._for_pydantic.append((kind, mode, place))
            return place
        info = self._info(kind)
        if info is None or (isinstance(_bare(info), types.CustomType) and not _is_file(info)):
            return None
        return self._of_info(info)

    def _info(self, kind: Any) -> types.Type | None:
        """What msgspec says of a type; None if it does not know it.

        PERF: routes share types, and asking takes a tenth of a millisecond (benchmark: document).
        """
        try:
            if kind not in self._infos:
                self._infos[kind] = types.type_info(kind)
            return self._infos[kind]
        except (TypeError, NameError, NotImplementedError, RecursionError):
            return None

    def of_any(self, kind: Any, mode: Mode = "validation") -> Schema:
        """The schema of a type; one that takes anything if it is no type of JSON."""
        schema = self.of(kind, mode)
        return {} if schema is None else schema

    def settled(self) -> dict[str, Schema]:
        """The named schemas. Every Definition has its name from then on."""
        definitions = list(self._definitions.values())
        if self._for_pydantic:
            write = import_string("quaff.openapi.pydantic_models:write_models")
            definitions += write(self._for_pydantic)
        settle_names(definitions)
        definitions.sort(key=lambda definition: definition.name)
        return {definition.name: definition.schema for definition in definitions}

    def fields_of(self, kind: Any) -> list[tuple[str, Schema, bool]]:
        """Name, schema and whether it is required, for each field of a model."""
        if is_pydantic(kind):
            read = import_string("quaff.openapi.pydantic_models:fields_of")
            return read(kind)  # type: ignore[no-any-return]
        info: Any = _bare(types.type_info(by_name(kind)))
        texts = read_docstring(_own_docstring(info.cls)).parameters
        closed = unsettable_of(info.cls)
        return [
            (one.encode_name, self._field(one, texts), one.required)
            for one in _in_order(info)
            if one.name not in closed
        ]

    # -- one kind of type each ---------------------------------------------------------------

    def _of_info(self, info: types.Type) -> Schema:
        plain = _PLAIN.get(type(info))
        if plain is not None:
            return dict(plain)
        write = _WRITERS.get(type(info))
        # What only the application can read may be anything.
        return {} if write is None else write(self, info)

    def _metadata(self, info: types.Metadata) -> Schema:
        return {**self._of_info(info.type), **(info.extra_json_schema or {})}

    def _integer(self, info: types.IntType) -> Schema:
        return {"type": "integer", **_bounds(info)}

    def _number(self, info: types.FloatType) -> Schema:
        return {"type": "number", **_bounds(info)}

    def _text(self, info: types.StrType) -> Schema:
        return {"type": "string", **_lengths(info, "Length"), **_bounds(info)}

    def _bytes(self, info: types.BytesType) -> Schema:
        schema: Schema = {"type": "string", "contentEncoding": "base64"}
        for name, length in _lengths(info, "Length").items():
            schema[name] = 4 * ((length + 2) // 3)
        return schema

    def _moment(self, info: types.DateTimeType | types.TimeType) -> Schema:
        # RFC 3339 asks for an offset, which these values do not have.
        if info.tz is False:
            return {"type": "string"}
        is_time = isinstance(info, types.TimeType)
        return {"type": "string", "format": "time" if is_time else "date-time"}

    def _literal(self, info: types.LiteralType) -> Schema:
        return _enumerated(info.values)

    def _array(self, info: types.CollectionType) -> Schema:
        items = self._of_info(info.item_type)
        return {"type": "array", **({"items": items} if items else {}), **_lengths(info, "Items")}

    def _tuple(self, info: types.TupleType) -> Schema:
        return _positions([self._of_info(item) for item in info.item_types], len(info.item_types))

    def _mapping(self, info: types.DictType) -> Schema:
        schema: Schema = {"type": "object", **_lengths(info, "Properties")}
        keys = self._of_info(info.key_type)
        # Keys of other types are texts in JSON, whose form has no schema.
        if keys != {"type": "string"} and _is_text(info.key_type):
            schema["propertyNames"] = keys
        values = self._of_info(info.value_type)
        return {**schema, "additionalProperties": values} if values else schema

    def _union(self, info: types.UnionType) -> Schema:
        branches = [self._of_info(branch) for branch in info.types]
        tagged: list[Any] = [branch for branch in map(_bare, info.types) if _is_tagged(branch)]
        if len(tagged) < 2:
            return {"anyOf": branches}
        references = [self._of_info(branch) for branch in tagged]
        choice: Schema = {
            "oneOf": references,
            "discriminator": {
                "propertyName": tagged[0].tag_field,
                "mapping": {
                    str(branch.tag): reference["$ref"]
                    for branch, reference in zip(tagged, references, strict=True)
                },
            },
        }
        others = [branch for branch in branches if branch not in references]
        return {"anyOf": [choice, *others]} if others else choice

    def _custom(self, info: types.CustomType) -> Schema:
        return dict(FILE_SCHEMA) if _is_file(info) else {}

    # -- classes -----------------------------------------------------------------------------

    def _defined(self, cls: Any, write: Callable[[], Schema]) -> Schema:
        """A reference to the schema of a class, which is written when it is met first."""
        definition = self._definitions.get(cls)
        if definition is None:
            definition = self._definitions[cls] = Definition(class_names(cls))
            definition.schema = {**_described(cls), **write()}
        return {"$ref": definition}

    def _enum(self, info: types.EnumType) -> Schema:
        return self._defined(info.cls, lambda: _enumerated([one.value for one in info.cls]))

    def _object(self, info: types.DataclassType | types.TypedDictType) -> Schema:
        return self._defined(info.cls, lambda: self._properties(info))

    def _struct(self, info: types.StructType) -> Schema:
        if info.array_like:
            return self._defined(info.cls, lambda: self._record(info))
        return self._defined(info.cls, lambda: self._properties(info))

    def _named_tuple(self, info: types.NamedTupleType) -> Schema:
        return self._defined(info.cls, lambda: self._record(info))

    def _record(self, info: types.NamedTupleType | types.StructType) -> Schema:
        """Fields by their position."""
        items = [self._field(field, {}) for field in info.fields]
        least = sum(field.required for field in info.fields)
        if getattr(info, "tag", None) is not None:
            items.insert(0, _enumerated([info.tag]))  # type: ignore[union-attr]
            least += 1
        schema = _positions(items, least)
        if isinstance(info, types.StructType) and not info.forbid_unknown_fields:
            del schema["items"], schema["maxItems"]
        return schema

    def _properties(
        self, info: types.DataclassType | types.TypedDictType | types.StructType
    ) -> Schema:
        texts = read_docstring(_own_docstring(info.cls)).parameters
        fields = _in_order(info)
        properties = {field.encode_name: self._field(field, texts) for field in fields}
        closed = unsettable_of(info.cls)
        for field in fields:
            if field.name in closed:
                properties[field.encode_name]["readOnly"] = True
        required = [field.encode_name for field in fields if field.required]
        tag = getattr(info, "tag", None)
        if tag is not None:
            name: str = info.tag_field  # type: ignore[union-attr, assignment]
            properties = {name: _enumerated([tag]), **properties}
            required.insert(0, name)
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if getattr(info, "forbid_unknown_fields", False):
            schema["additionalProperties"] = False
        return schema

    def _field(self, field: types.Field, texts: dict[str, str]) -> Schema:
        schema = self._of_info(field.type)
        if "description" not in schema and texts.get(field.name):
            schema["description"] = texts[field.name]
        if field.default is None and not _takes_none(field.type):
            return schema  # `age: int = None`; a default must fit its schema.
        if field.default is not msgspec.NODEFAULT and field.default is not msgspec.UNSET:
            schema.update(default_of(field.default))
        elif field.default_factory in (list, dict, set, frozenset, tuple):
            schema.update(default_of(field.default_factory()))
        return schema


def default_of(value: Any) -> Schema:
    """The keyword `default`; nothing for a value that JSON has nothing for."""
    try:
        return {"default": msgspec.to_builtins(value)}
    except (TypeError, ValueError):
        return {}


def _bounds(info: Any) -> Schema:
    found = {word: getattr(info, name, None) for name, word in _BOUNDS.items()}
    return {word: value for word, value in found.items() if value is not None}


def _lengths(info: Any, noun: str) -> Schema:
    found = {f"min{noun}": info.min_length, f"max{noun}": info.max_length}
    return {word: value for word, value in found.items() if value is not None}


def _positions(items: list[Schema], least: int) -> Schema:
    schema: Schema = {"type": "array", "minItems": least, "maxItems": len(items), "items": False}
    # An empty list of positions is not allowed.
    return {**schema, "prefixItems": items} if items else schema


def _enumerated(values: Any) -> Schema:
    values = list(values)
    kinds = {bool: "boolean", int: "integer", str: "string", type(None): "null"}
    kind = {kinds.get(type(value), "") for value in values}
    if len(kind) == 1 and "" not in kind:
        return {"type": kind.pop(), "enum": values}
    return {"enum": values}


def _takes_none(info: types.Type) -> bool:
    """Whether null fits a type."""
    info = _bare(info)
    if isinstance(info, types.UnionType):
        return any(map(_takes_none, info.types))
    if isinstance(info, types.LiteralType):
        return None in info.values
    if isinstance(info, types.EnumType):
        return any(one.value is None for one in info.cls)
    if isinstance(info, types.CustomType):
        return not _is_file(info)
    return isinstance(info, types.NoneType | types.AnyType | types.RawType)


def _is_file(info: types.Type) -> bool:
    info = _bare(info)
    return isinstance(info, types.CustomType) and issubclass(
        get_origin(info.cls) or info.cls, FileStorage
    )


def _bare(info: types.Type) -> types.Type:
    return _bare(info.type) if isinstance(info, types.Metadata) else info


def _is_tagged(info: Any) -> bool:
    return isinstance(info, types.StructType) and info.tag is not None and not info.array_like


def _is_text(info: types.Type) -> bool:
    info = _bare(info)
    if isinstance(info, types.EnumType):
        return all(isinstance(one.value, str) for one in info.cls)
    if isinstance(info, types.LiteralType):
        return all(isinstance(value, str) for value in info.values)
    return isinstance(
        info, types.StrType | types.UUIDType | types.DateType | types.DateTimeType | types.TimeType
    )


def _in_order(info: Any) -> list[types.Field]:
    """The fields as the class lists them; msgspec sorts those of a TypedDict."""
    if not isinstance(info, types.TypedDictType):
        return list(info.fields)
    order = list(getattr(info.cls, "__origin__", info.cls).__annotations__)
    return sorted(info.fields, key=lambda field: order.index(field.name))


def _own_docstring(cls: Any) -> str | None:
    """What was written about a class, and not by the machinery that made it, or for its base."""
    cls = getattr(cls, "__origin__", cls)
    text = cls.__dict__.get("__doc__")
    return None if text is None or text.startswith(f"{cls.__name__}(") else text


def _described(cls: Any) -> Schema:
    docstring = read_docstring(_own_docstring(cls))
    text = "\n\n".join(part for part in (docstring.summary, docstring.description) if part)
    return {"description": text} if text else {}


_WRITERS: dict[type[types.Type], Callable[[Schemas, Any], Schema]] = {
    types.Metadata: Schemas._metadata,
    types.IntType: Schemas._integer,
    types.FloatType: Schemas._number,
    types.StrType: Schemas._text,
    types.BytesType: Schemas._bytes,
    types.ByteArrayType: Schemas._bytes,
    types.MemoryViewType: Schemas._bytes,
    types.DateTimeType: Schemas._moment,
    types.TimeType: Schemas._moment,
    types.LiteralType: Schemas._literal,
    types.EnumType: Schemas._enum,
    types.ListType: Schemas._array,
    types.SetType: Schemas._array,
    types.FrozenSetType: Schemas._array,
    types.CollectionType: Schemas._array,
    types.VarTupleType: Schemas._array,
    types.TupleType: Schemas._tuple,
    types.DictType: Schemas._mapping,
    types.UnionType: Schemas._union,
    types.CustomType: Schemas._custom,
    types.TypedDictType: Schemas._object,
    types.DataclassType: Schemas._object,
    types.StructType: Schemas._struct,
    types.NamedTupleType: Schemas._named_tuple,
}
