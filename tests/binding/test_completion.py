from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Generic, TypedDict, TypeVar

import msgspec
import pytest

from quaff import Form, Quaff
from quaff.binding.completion import completer_of
from quaff.binding.conversion import decoder_of

T = TypeVar("T")


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
