"""Aliases and generic models, wherever in an annotation they stand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, NamedTuple, TypedDict, TypeVar

import attrs
import msgspec
import pydantic
import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, RootModel
from typing_extensions import TypeAliasType

from quaff import Body, Form, Header, Quaff, Query
from quaff.binding.annotations import hints_of, is_pydantic, split
from quaff.binding.errors import AnnotationError
from quaff.openapi.document import document
from quaff.testing import QuaffClient

T = TypeVar("T")
U = TypeVar("U")

Several = TypeAliasType("Several", list[T], type_params=(T,))
Perhaps = TypeAliasType("Perhaps", T | None, type_params=(T,))
Turned = TypeAliasType("Turned", dict[U, list[T]], type_params=(T, U))
Same = TypeAliasType("Same", T, type_params=(T,))


@dataclass
class Page(Generic[T]):
    items: list[T]
    first: T | None = None


class Pair(NamedTuple, Generic[T]):
    one: T
    two: int = 2


class Record(msgspec.Struct, Generic[T]):
    one: T


class Typed(TypedDict, Generic[T]):
    one: T


@dataclass
class Numbers(Page[int]):
    pass


@dataclass
class Base(Generic[T]):
    one: T


@dataclass
class Derived(Base[int], Generic[T]):
    two: T


class TypedBase(TypedDict, Generic[T]):
    one: T


class TypedDerived(TypedBase[int], Generic[T]):
    two: T


@pytest.mark.parametrize(
    ("alias", "kind"),
    [
        (Several[int], list[int]),
        (Perhaps[str], str | None),
        (Turned[int, str], dict[str, list[int]]),
        (Same[int], int),
        (Several[Perhaps[int]], list[Perhaps[int]]),
    ],
)
def test_generic_aliases_are_looked_through(alias: Any, kind: Any) -> None:
    assert split(alias)[0] == kind


def test_generic_aliases_are_bound(app: Quaff, client: QuaffClient) -> None:
    def numbers(several: Several[int], one: Perhaps[int] = None) -> dict[str, Any]:
        return {"several": several, "one": one}

    numbers.__annotations__ = {"several": Several[int], "one": Perhaps[int]}
    app.get("/")(numbers)
    assert client.get("/?several=1&several=2&one=3").json == {"several": [1, 2], "one": 3}
    assert client.get("/?several=x").status_code == 422


@pytest.mark.parametrize(
    ("model", "hints"),
    [
        (Page[int], {"items": list[int], "first": int | None}),
        (Pair[str], {"one": str, "two": int}),
        (Record[bool], {"one": bool}),
        (Typed[int], {"one": int}),
        (Numbers, {"items": list[int], "first": int | None}),
        (Derived[str], {"one": int, "two": str}),
        (TypedDerived[str], {"one": int, "two": str}),
        (Page, {"items": list[T], "first": T | None}),
    ],
)
def test_fields_of_generic_models(model: Any, hints: dict[str, Any]) -> None:
    assert hints_of(model) == hints


@pytest.mark.parametrize("model", [Pair[int], Record[int], Typed[int], Base[int]])
@pytest.mark.parametrize("marker", [Query(), Form()])
def test_generic_models_come_field_by_field(
    app: Quaff, client: QuaffClient, model: Any, marker: Any
) -> None:
    def view(model: Any) -> Any:
        return str(model["one"] + 1 if isinstance(model, dict) else model.one + 1)

    view.__annotations__["model"] = Annotated[model, marker]
    app.post("/")(view)

    def send(text: str) -> Any:
        fields = {"one": text}
        return client.post("/", **{"data" if isinstance(marker, Form) else "query_string": fields})

    assert send("1").text == "2"
    assert send("x").json["errors"][0]["loc"][1:] == ["one"]


class Said(msgspec.Struct):
    """Fields of which something is said that is no part of their type."""

    one: Final[int] = 0
    two: int | msgspec.UnsetType = msgspec.UNSET
    three: list[int] | msgspec.UnsetType = msgspec.UNSET


@pytest.mark.parametrize("marker", [Query(), Form()])
def test_fields_that_are_final_or_unset(app: Quaff, client: QuaffClient, marker: Any) -> None:
    def view(said: Any) -> Any:
        return said

    view.__annotations__["said"] = Annotated[Said, marker]
    app.post("/")(view)

    def send(fields: dict[str, Any]) -> Any:
        return client.post(
            "/", **{"data" if isinstance(marker, Form) else "query_string": fields}
        ).json

    assert send({"one": "1", "two": "2"}) == {"one": 1, "two": 2}
    assert send({"three": ["3", "4"]}) == {"one": 0, "three": [3, 4]}
    assert send({"two": "x"})["errors"][0]["loc"][1:] == ["two"]


# -- Pydantic's names ----------------------------------------------------------------------------


class Choices(BaseModel):
    one: int = pydantic.Field(validation_alias=AliasChoices("first", "uno", AliasPath("all", 0)))


class Inside(BaseModel):
    one: int = pydantic.Field(validation_alias=AliasPath("all", 0))


class Root(RootModel[list[int]]):
    pass


@pytest.mark.parametrize("marker", [Query(), Form(), Header()])
def test_a_field_of_several_names(app: Quaff, client: QuaffClient, marker: Any) -> None:
    def view(choices: Any) -> Any:
        return str(choices.one)

    view.__annotations__["choices"] = Annotated[Choices, marker]
    app.post("/")(view)
    key = {"query": "query_string", "form": "data", "header": "headers"}[marker.source]
    assert client.post("/", **{key: {"first": "1"}}).text == "1"
    assert client.post("/", **{key: {"uno": "2"}}).text == "2"
    problem = client.post("/", **{key: {"all": "3"}}).json["errors"][0]
    assert problem == {"loc": [marker.source, "first"], "msg": "Field required"}


@pytest.mark.parametrize(
    ("model", "message"), [(Inside, "`one` has an AliasPath"), (Root, "Root is a RootModel")]
)
@pytest.mark.parametrize("marker", [Query(), Form(), Header()])
def test_models_that_have_no_fields_for_texts(
    app: Quaff, model: Any, message: str, marker: Any
) -> None:
    def view(model: Any) -> Any:
        return model

    view.__annotations__["model"] = Annotated[model, marker]
    app.post("/")(view)
    with pytest.raises(AnnotationError, match=message):
        _ = app.plan


# -- what msgspec does not do --------------------------------------------------------------------


@attrs.define
class Twice:
    one: int
    two: int = attrs.Factory(lambda self: self.one * 2, takes_self=True)


def test_a_class_that_msgspec_does_not_do_is_told_with_its_place(app: Quaff) -> None:
    def view(twice: Any) -> Any:
        return twice

    view.__annotations__["twice"] = Twice
    app.post("/")(view)
    with pytest.raises(AnnotationError, match=r"`twice` has the type Twice.*takes_self"):
        _ = app.plan


def test_a_class_that_msgspec_does_not_do_is_returned(app: Quaff, client: QuaffClient) -> None:
    def view() -> Any:
        return Twice(1)

    view.__annotations__["return"] = Twice
    app.get("/")(view)
    app.config["VALIDATE_RESPONSES"] = True
    assert client.get("/").json == {"one": 1, "two": 2}
    assert "default" in document(app)["paths"]["/"]["get"]["responses"]


# -- aliases that have themselves in them --------------------------------------------------------

SOURCE = "type Tree = dict[str, Tree] | list[int]"
needs_aliases = pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is of 3.12")


@pytest.fixture
def tree() -> Any:
    names: dict[str, Any] = {}
    exec(SOURCE, names)
    return names["Tree"]


@needs_aliases
def test_pydantic_takes_an_alias_of_itself(app: Quaff, client: QuaffClient, tree: Any) -> None:
    class Model(BaseModel):
        tree: tree

    assert is_pydantic(list[Model])
    assert not is_pydantic(tree)

    def view(model: Any) -> Any:
        return model

    view.__annotations__["model"] = list[Model]
    app.post("/")(view)
    assert client.post("/", json=[{"tree": {"a": [1]}}]).json == [{"tree": {"a": [1]}}]
    errors = client.post("/", json=[{}]).json["errors"]
    assert errors == [{"loc": ["body", 0, "tree"], "msg": "Field required"}]


@needs_aliases
def test_what_msgspec_cannot_read_is_told_at_the_start(app: Quaff, tree: Any) -> None:
    model = dataclass(type("Model", (), {"__annotations__": {"tree": tree}}))
    for kind in (model, dict[str, tree], Annotated[tree, Body()]):
        wrong = Quaff("wrong")

        def view(value: Any) -> Any:
            return value

        view.__annotations__["value"] = kind
        wrong.post("/")(view)
        with pytest.raises(AnnotationError, match=r"`value` has a type that contains itself"):
            _ = wrong.plan


@needs_aliases
def test_a_view_may_return_an_alias_of_itself(app: Quaff, client: QuaffClient, tree: Any) -> None:
    def view() -> Any:
        return {"a": [1]}

    view.__annotations__["return"] = dict[str, tree]
    app.get("/")(view)
    app.config["VALIDATE_RESPONSES"] = True
    assert client.get("/").json == {"a": [1]}
    assert "default" in document(app)["paths"]["/"]["get"]["responses"]
