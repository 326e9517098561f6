"""Types as schemas: what each looks like, and that it means what msgspec means."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar
from uuid import UUID

import attrs
import msgspec
import pytest
from msgspec import Meta, Struct
from openapi_schema_validator import OAS31Validator
from pydantic import BaseModel, Field, computed_field

from quaff import Quaff, UploadedFile
from quaff.openapi.names import Definition
from quaff.openapi.schemas import Schemas
from tests.openapi.validated import validated

T = TypeVar("T")


class Color(Enum):
    """Colours of tea."""

    GREEN = "green"
    BLACK = "black"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Cat(Struct, tag="cat"):
    lives: int = 9


class Dog(Struct, tag="dog", forbid_unknown_fields=True):
    name: str


class Ant(Struct, tag=3, tag_field="kind"):
    legs: int


class Bee(Struct, tag=4, tag_field="kind"):
    stings: bool


class Node(Struct):
    value: int
    children: "list[Node]" = []
    parent: "Node | None" = None


class Page(Struct, Generic[T]):
    items: list[T]
    next: str | None = None


class Renamed(Struct, rename="camel", omit_defaults=True):
    first_name: str
    second_name: str | msgspec.UnsetType = msgspec.UNSET


class Row(Struct, array_like=True):
    key: int
    text: str = ""


class TaggedRow(Struct, array_like=True, tag="row", forbid_unknown_fields=True):
    key: int


class Point(NamedTuple):
    x: float
    y: float = 0.0


class Total(TypedDict):
    zebra: int
    apple: NotRequired[str]


@dataclass
class Order:
    id: UUID
    lines: list[Point]
    notes: dict[str, str] = field(default_factory=dict)
    made: datetime = field(default_factory=datetime.now)


@attrs.define
class Tin:
    grams: int
    label: str | None = None


#: Type, values that are accepted, values that are not.
TYPES: list[tuple[Any, list[Any], list[Any]]] = [
    (Any, [1, "a", None, {}], []),
    (None, [None], [0, ""]),
    (bool, [True, False], [1, "true", None]),
    (int, [0, -5, 2**60], [1.5, "1", True, None]),
    (Annotated[int, Meta(ge=1, lt=5)], [1, 4], [0, 5]),
    (Annotated[int, Meta(gt=1, le=5, multiple_of=2)], [2, 4], [1, 3, 6]),
    (float, [0.5, 3], ["1", None]),
    (str, ["", "a"], [1, None]),
    (Annotated[str, Meta(min_length=2, max_length=3, pattern="^a")], ["ab", "abc"], ["a", "bcd"]),
    (bytes, ["", "YWI="], [1]),
    (Annotated[bytes, Meta(min_length=2, max_length=2)], ["YWI="], ["", "YWJjZA=="]),
    (date, ["2024-02-29"], ["2024-02-30", 5]),
    (datetime, ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+02:00"], ["2024-02-29", 5]),
    (time, ["10:00:00"], ["25:00:00Z", 5]),
    (Annotated[datetime, Meta(tz=False)], ["2024-02-29T10:00:00"], [5]),
    (
        timedelta,
        ["PT5S", "P1D", "-P1DT2H3M4.5S", "PT1M", "P0D"],
        [[], "", "P", "P1DT", "P1M", "P1Y", "P1W", "5S"],
    ),
    (UUID, ["c4524ac0-e81e-4aa8-a595-0aec605a659a"], ["c4524ac0", 5]),
    (Decimal, ["1.50", "-3", "1E+3", "0.5e-7"], [[], None, "", "a", "1.5."]),
    (Color, ["green"], ["red", 1]),
    (Size, [1, 2], [3, "1"]),
    (Literal["a", 1, None], ["a", 1, None], ["b", 2]),
    (int | str | None, [1, "a", None], [1.5, []]),
    (list[int], [[], [1, 2]], [["a"], {}, [None]]),
    (Annotated[list[int], Meta(min_length=1, max_length=2)], [[1], [1, 2]], [[], [1, 2, 3]]),
    (set[str], [[], ["a", "b"]], [[1]]),
    (Sequence[int], [[], [1]], ["a"]),
    (tuple[int, ...], [[], [1, 2]], [["a"]]),
    (tuple[int, str], [[1, "a"]], [[1], ["a", 1], [1, "a", 2]]),
    (tuple[()], [[]], [[1]]),
    (dict[str, int], [{}, {"a": 1}], [{"a": "b"}, []]),
    (Mapping[str, int], [{}, {"a": 1}], [{"a": "b"}, []]),
    (dict[Color, int], [{"green": 1}], [{"red": 1}]),
    (dict[Literal["a"], int], [{"a": 1}], [{"b": 1}]),
    (dict[int, str], [{"1": "a"}], [{"1": 1}]),
    (
        Annotated[dict[str, int], Meta(min_length=1, max_length=1)],
        [{"a": 1}],
        [{}, {"a": 1, "b": 2}],
    ),
    (Cat, [{"type": "cat"}, {"type": "cat", "lives": 1, "more": 1}], [{"type": "dog"}]),
    (Dog, [{"type": "dog", "name": "Rex"}], [{"type": "dog", "name": "Rex", "more": 1}]),
    (Cat | Dog, [{"type": "cat"}, {"type": "dog", "name": "Rex"}], [{"type": "ant"}, {}]),
    (Cat | Dog | None, [None, {"type": "cat"}], [{"type": "ant"}, 5]),
    (Ant | Bee, [{"kind": 3, "legs": 6}, {"kind": 4, "stings": True}], [{"kind": 3}, {"kind": 5}]),
    (Cat | Dog | int, [{"type": "cat"}, 5], ["a"]),
    (
        Node,
        [{"value": 1}, {"value": 1, "children": [{"value": 2}], "parent": {"value": 0}}],
        [{"value": 1, "children": [{}]}, {"value": 1, "parent": 5}],
    ),
    (Page[int], [{"items": [1]}, {"items": [], "next": "a"}], [{"items": ["a"]}, {}]),
    (Page[Page[Color]], [{"items": [{"items": ["green"]}]}], [{"items": [{"items": ["red"]}]}]),
    (Renamed, [{"firstName": "a"}, {"firstName": "a", "secondName": "b"}], [{"first_name": "a"}]),
    (Row, [[1], [1, "a"], [1, "a", 5]], [[], ["a"], {}]),
    (TaggedRow, [["row", 1]], [["row"], [1], ["row", 1, 2]]),
    (Point, [[1.5], [1.5, 2.5]], [[], ["a"], [1.5, 2.5, 3.5]]),
    (Total, [{"zebra": 1}, {"zebra": 1, "apple": "a"}], [{}, {"zebra": "a"}]),
    (
        Order,
        [{"id": "c4524ac0-e81e-4aa8-a595-0aec605a659a", "lines": [[1, 2]], "notes": {"a": "b"}}],
        [{"id": "1", "lines": []}, {"lines": []}],
    ),
    (Tin, [{"grams": 5}, {"grams": 5, "label": None}], [{}, {"grams": "a"}]),
]


def reference(definition: Definition) -> str:
    return definition.reference


def written(kind: Any) -> dict[str, Any]:
    """The schema of a type, with all that it refers to."""
    schemas = Schemas()
    schema = schemas.of(kind)
    document = {"schema": schema, "components": {"schemas": schemas.settled()}}
    plain: dict[str, Any] = json.loads(msgspec.json.encode(document, enc_hook=reference))
    return {**plain["schema"], "components": plain["components"]}


def is_accepted_by_msgspec(kind: Any, value: Any) -> bool:
    try:
        msgspec.json.decode(json.dumps(value), type=kind)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize(("kind", "good", "bad"), TYPES, ids=[str(kind) for kind, _, _ in TYPES])
def test_a_schema_takes_what_msgspec_takes(kind: Any, good: list[Any], bad: list[Any]) -> None:
    schema = written(kind)
    OAS31Validator.check_schema(schema)
    checker = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
    for value in good:
        assert is_accepted_by_msgspec(kind, value), value
        assert list(checker.iter_errors(value)) == []
    for value in bad:
        assert not is_accepted_by_msgspec(kind, value), value
        assert not checker.is_valid(value), value


LEAVES: list[Any] = [None, True, 0, 1, 3, -1, 7.5, "", "a", "ab", "green", "1", [], [1], {}]


def changed(value: Any) -> Iterator[Any]:
    """The value with one of its parts replaced, removed, or added to."""
    yield from LEAVES
    if isinstance(value, dict):
        yield {**value, "unknown": 1}
        for key, part in value.items():
            yield {name: one for name, one in value.items() if name != key}
            yield from ({**value, key: other} for other in changed(part))
    elif isinstance(value, list):
        yield [*value, 1]
        for index, part in enumerate(value):
            yield [*value[:index], *value[index + 1 :]]
            yield from ([*value[:index], other, *value[index + 1 :]] for other in changed(part))


#: Types of which a schema cannot say how the text is written.
LOOSER = (bytes, Annotated[datetime, Meta(tz=False)])
#: Types of which clients are asked for one spelling, though another is taken: a decimal as a text
#: and not as a number, the tag of a struct also where no other struct could be meant.
STRICTER = (Decimal, Cat, Dog)


@pytest.mark.parametrize(("kind", "good", "bad"), TYPES, ids=[str(kind) for kind, _, _ in TYPES])
def test_schemas_and_msgspec_agree_on_what_is_almost_right(
    kind: Any, good: list[Any], bad: list[Any]
) -> None:
    checker = OAS31Validator(written(kind), format_checker=OAS31Validator.FORMAT_CHECKER)
    for value in (other for one in good + bad for other in changed(one)):
        is_valid, is_accepted = checker.is_valid(value), is_accepted_by_msgspec(kind, value)
        assert is_valid or not is_accepted or kind in STRICTER, value
        assert is_accepted or not is_valid or kind in LOOSER, value


def shared(*kinds: Any) -> dict[str, Any]:
    """The named schemas of types."""
    app = Quaff("shop", static_folder=None)
    for number, kind in enumerate(kinds):

        def view(value: Any) -> str:
            return ""

        view.__annotations__["value"] = kind
        app.add_url_rule(f"/{number}", f"view{number}", view, methods=["POST"])
    found: dict[str, Any] = validated(app)["components"]["schemas"]
    for name in ("ValidationProblem", "InvalidValue"):
        del found[name]
    return found


def test_a_union_of_tagged_structs_has_a_discriminator() -> None:
    schema = written(list[Cat | Dog | None])["items"]
    assert schema == {
        "anyOf": [
            {
                "oneOf": [
                    {"$ref": "#/components/schemas/Cat"},
                    {"$ref": "#/components/schemas/Dog"},
                ],
                "discriminator": {
                    "propertyName": "type",
                    "mapping": {
                        "cat": "#/components/schemas/Cat",
                        "dog": "#/components/schemas/Dog",
                    },
                },
            },
            {"type": "null"},
        ]
    }


def test_a_pydantic_discriminator() -> None:
    class Tea(BaseModel):
        kind: Literal["tea"]

    class Coffee(BaseModel):
        kind: Literal["coffee"]

    class Cup(BaseModel):
        drink: Tea | Coffee = Field(discriminator="kind")

    drink = shared(Cup)["Cup"]["properties"]["drink"]
    assert drink["discriminator"] == {
        "propertyName": "kind",
        "mapping": {
            "coffee": "#/components/schemas/Coffee",
            "tea": "#/components/schemas/Tea",
        },
    }


def test_docstrings_describe_classes() -> None:
    found = shared(Page[Color], Order)
    assert found["Color"] == {
        "description": "Colours of tea.",
        "type": "string",
        "enum": ["green", "black"],
    }
    # A dataclass without docstring gets one that shows its signature.
    assert "description" not in found["Order"]


def test_defaults_are_shown_where_they_are_values() -> None:
    properties = shared(Order)["Order"]["properties"]
    assert properties["notes"]["default"] == {}
    assert "default" not in properties["made"]


def test_a_default_of_none_is_left_out_where_null_does_not_fit() -> None:
    class Model(Struct):
        age: int = None  # type: ignore[assignment]
        tags: list[str] = None  # type: ignore[assignment]
        size: int | None = None
        either: Literal["a", None] = None
        anything: Any = None
        file: UploadedFile = None  # type: ignore[assignment]

    found = shared(Model)
    properties = found["Model"]["properties"]
    assert [name for name in properties if "default" in properties[name]] == [
        "size",
        "either",
        "anything",
    ]


def test_defaults_that_are_no_json_are_left_out() -> None:
    class Own:
        pass

    @dataclass
    class Holder:
        own: Any = Own()  # noqa: RUF009

    class Model(BaseModel):
        own: Any = Own()
        call: Callable[[], int] = len  # type: ignore[assignment]

    found = shared(Holder, Model)
    assert found["Holder"]["properties"] == {"own": {}}
    assert all("default" not in one for one in found["Model"]["properties"].values())


def test_generic_types_are_named_readably() -> None:
    names = set(shared(Page[Node], Page[list[Node]], Page[Page[Node]]))
    assert names == {"Node", "PageNode", "PageListNode", "PagePageNode"}


def test_pydantic_generics_are_named_readably() -> None:
    class Tea(BaseModel):
        name: str

    class List(BaseModel, Generic[T]):
        items: list[T]

    assert set(shared(List[Tea], List[List[Tea]])) == {"Tea", "ListTea", "ListListTea"}


def test_classes_of_one_name_are_told_apart() -> None:
    def make(module: str, base: type) -> Any:
        return type("Tea", (base,), {"__annotations__": {"name": str}, "__module__": module})

    one, two = make("shop.green", Struct), make("shop.black", Struct)
    three = make("shop.black", BaseModel)
    names = set(shared(one, two, three, list[one]))
    assert names == {"GreenTea", "BlackTea", "Tea"}


def test_pydantic_models_that_differ_as_input_and_output() -> None:
    class Tea(BaseModel):
        name: str

        @computed_field  # type: ignore[prop-decorator]
        @property
        def letters(self) -> int:
            return len(self.name)

    app = Quaff("shop", static_folder=None)

    def create(tea):  # type: ignore[no-untyped-def]
        return tea

    create.__annotations__.update({"tea": Tea, "return": Tea})
    app.add_url_rule("/", view_func=create, methods=["POST"])
    found = validated(app)["components"]["schemas"]
    assert found["TeaInput"]["required"] == ["name"]
    assert found["TeaOutput"]["required"] == ["name", "letters"]


def test_what_only_the_application_can_read_may_be_anything() -> None:
    class Own:
        pass

    class Holder(Struct):
        own: Own

    assert Schemas().of(Own) is None
    assert Schemas().of("no such name") is None
    schemas = Schemas()
    schemas.of(Holder)
    assert schemas.settled()["Holder"]["properties"] == {"own": {}}
