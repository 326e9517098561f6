from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Generic, TypedDict, TypeVar

import attrs
import msgspec
import pytest

from quaff import Form, Quaff, Query
from quaff.binding.completion import completer_of
from quaff.binding.conversion import decoder_of

T = TypeVar("T")


@dataclass
class Owner:
    name: str
    role: str = field(default="user", init=False)


Content = TypeVar("Content", bound=Owner)


@dataclass
class Box(Generic[Content]):
    content: Content


@dataclass
class Tea:
    name: str
    grams: int = 100
    parent: Tea | None = None
    tags: list[str] = field(default_factory=list)


class Shelf(msgspec.Struct):
    teas: dict[str, list[Tea]] = {}
    more: tuple[Tea, int] | None = None


class Typed(TypedDict):
    tea: Tea


@dataclass
class Page(Generic[T]):
    items: list[T]
    number: int = 1


@dataclass
class Counted:
    size: int = 1

    def __post_init__(self) -> None:
        self.calls = getattr(self, "calls", 0) + 1


@dataclass
class Member:
    name: str
    role: str = field(default="user", init=False)
    slug: str = field(default="", init=False)
    rights: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.slug = self.name.lower()


@dataclass(slots=True, frozen=True)
class FrozenMember:
    name: str
    role: str = field(default="user", init=False)


@attrs.define
class AttrsMember:
    _name: str
    role: str = attrs.field(default="user", init=False)


@dataclass(slots=True)
class Slotted:
    size: int = 1


FULL = {"name": "a", "grams": 100, "parent": None, "tags": []}


@pytest.mark.parametrize(
    ("annotation", "sent", "expected"),
    [
        (Tea, {"name": "a"}, FULL),
        (Tea, {"name": "b", "parent": {"name": "a"}}, {**FULL, "name": "b", "parent": FULL}),
        (Tea | None, {"name": "a"}, FULL),
        (list[Tea], [{"name": "a"}], [FULL]),
        (Shelf, {"teas": {"x": [{"name": "a"}]}}, {"teas": {"x": [FULL]}, "more": None}),
        (Shelf, {"more": [{"name": "a"}, 1]}, {"teas": {}, "more": [FULL, 1]}),
        (Typed, {"tea": {"name": "a"}}, {"tea": FULL}),
        (Page[Tea], {"items": [{"name": "a"}]}, {"items": [FULL], "number": 1}),
    ],
)
def test_what_is_left_out_of_json_is_in_the_json_of_the_value(
    annotation: Any, sent: Any, expected: Any
) -> None:
    value = decoder_of(annotation)(msgspec.json.encode(sent))
    assert msgspec.json.encode(value) == msgspec.json.encode(expected)


def test_what_an_instance_has_besides_its_fields_is_kept() -> None:
    assert vars(decoder_of(Counted)(b"{}")) == {"size": 1, "calls": 1}


@pytest.mark.parametrize("annotation", [int, list[int], Slotted, dict[str, Any]])
def test_nothing_is_done_where_nothing_lacks(annotation: Any) -> None:
    assert completer_of(annotation) is None


def test_values_may_be_nested_deeper_than_functions() -> None:
    complete: Callable[[Any], Any] | None = completer_of(Tea)
    assert complete is not None
    tea = innermost = msgspec.convert({"name": "a"}, Tea)
    for _ in range(5000):
        tea = Tea("b", parent=tea)
    complete(tea)
    assert vars(innermost) == FULL


def test_a_model_of_a_form_is_whole_too(app: Quaff) -> None:
    @dataclass
    class Order:
        name: str
        number: int = 1

    def view(order: Any) -> Any:
        assert vars(order) == asdict(order)
        return order

    view.__annotations__["order"] = Annotated[Order, Form()]
    app.post("/")(view)
    response = app.test_client().post("/", data={"name": "tea"})
    assert response.json == {"name": "tea", "number": 1}


@pytest.mark.parametrize("kind", [Member, FrozenMember, AttrsMember])
def test_a_client_cannot_set_what_init_does_not_take(app: Quaff, kind: Any) -> None:
    def show(members: list[kind]) -> list[Any]:  # type: ignore[valid-type]
        return members

    def search(member: Annotated[kind, Query()]) -> Any:  # type: ignore[valid-type]
        return member

    show.__annotations__["members"] = list[kind]
    search.__annotations__["member"] = Annotated[kind, Query()]
    app.add_url_rule("/", view_func=show, methods=["POST"])
    app.add_url_rule("/search", view_func=search)
    client = app.test_client()
    name = "_name" if kind is AttrsMember else "name"
    sent = {name: "Ada", "role": "admin", "slug": "x", "rights": ["all"]}
    (answer,) = client.post("/", json=[sent]).get_json()
    assert answer["role"] == "user"
    assert answer.get("slug", "ada") == "ada"
    assert answer.get("rights", []) == []
    if kind is not AttrsMember:
        assert client.get("/search?name=Ada&role=admin").get_json()["role"] == "user"
    document = app.openapi()
    schema = document["components"]["schemas"][kind.__name__]
    closed = {name for name, one in schema["properties"].items() if one.get("readOnly")}
    assert closed == {*schema["properties"]} - {name}
    parameters = document["paths"]["/search"]["get"]["parameters"]
    assert [one["name"] for one in parameters] == [name]


def test_instances_that_a_type_variable_stands_for() -> None:
    box = decoder_of(Box)(b'{"content": {"name": "Ada", "role": "admin"}}')
    assert (box.content.name, box.content.role) == ("Ada", "user")
