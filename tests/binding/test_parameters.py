from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, NewType, TypedDict
from uuid import UUID

import annotated_types
import attrs
import msgspec
import pydantic
import pytest
from msgspec import Meta

from quaff import Body, Cookie, Depends, Form, Header, Path, Query
from quaff.binding.errors import AnnotationError
from quaff.binding.parameters import MISSING, Parameter, Signature, signature_of

if TYPE_CHECKING:
    from nowhere import Absent  # type: ignore[import-not-found]

UserId = NewType("UserId", int)


class Color(Enum):
    RED = "red"


@dataclass
class Data:
    x: int


class Typed(TypedDict):
    x: int


class Named(NamedTuple):
    x: int


class Struct(msgspec.Struct):
    x: int


@attrs.define
class Attrs:
    x: int


class Pydantic(pydantic.BaseModel):
    x: int


def read(view: Callable[..., Any], url: Sequence[str] = (), **options: Any) -> Signature:
    signature = signature_of(view, url, (), **options)
    assert signature is not None
    return signature


def one(annotation: Any, url: Sequence[str] = ()) -> Parameter:
    """The only parameter of a view that is annotated so."""

    def view(it: Any) -> None: ...

    view.__annotations__["it"] = annotation
    (parameter,) = read(view, url).parameters
    return parameter


@pytest.mark.parametrize(
    "annotation",
    [
        *(int, float, str, bool, Decimal, UUID, date, datetime, timedelta, Color),
        *(Literal["a", 1], int | None, int | str, UserId),
        *(list[int], set[Color], tuple[int, ...], list[int] | None),
    ],
    ids=str,
)
def test_scalars_and_lists_of_them_come_from_the_query(annotation: Any) -> None:
    assert one(annotation).source == "query"


@pytest.mark.parametrize(
    "annotation",
    [Data, Typed, Named, Struct, Attrs, Pydantic, Data | None, list[Struct], dict[str, Data]],
    ids=str,
)
def test_models_are_the_body(annotation: Any) -> None:
    parameter = one(annotation)
    assert parameter.source == "body"
    assert not parameter.whole


def test_url_variables_are_path_values() -> None:
    assert one(int, ["it"]) == Parameter("it", "path", "it", int)


def test_what_a_converter_of_the_application_makes_is_left_alone() -> None:
    def view(user: Data) -> None: ...

    assert read(view, ["user"]).parameters == ()


def test_unannotated_parameters_and_those_that_defaults_fill_are_left_alone() -> None:
    def view(a, b: int, c: Any, *args: int, **rest: int):  # type: ignore[no-untyped-def]
        ...

    assert signature_of(view, (), ["b"]) is None


def test_a_return_annotation_alone_is_a_signature() -> None:
    def view() -> list[int]: ...  # type: ignore[empty-body]

    assert read(view) == Signature(view, (), list[int])


def test_a_return_annotation_that_only_type_checkers_know_is_none() -> None:
    def view(page: int) -> Absent: ...

    assert read(view).returns is MISSING


def test_defaults_are_the_functions_own() -> None:
    def view(page: int, size: int = 20) -> None: ...

    page, size = read(view).parameters
    assert page.required
    assert (size.default, size.required) == (20, False)


@pytest.mark.parametrize(
    ("marker", "source", "alias"),
    [
        (Query(), "query", "it_is"),
        (Header(), "header", "it-is"),
        (Cookie(), "cookie", "it_is"),
        (Form(), "form", "it_is"),
        (Body(), "body", "it_is"),
        (Header(alias="X_Y"), "header", "X_Y"),
        (Query(alias="p"), "query", "p"),
    ],
    ids=repr,
)
def test_a_marker_says_the_place_and_the_name(marker: Any, source: str, alias: str) -> None:
    def view(it_is: int) -> None: ...

    view.__annotations__["it_is"] = Annotated[int, marker]
    assert read(view).parameters == (
        Parameter("it_is", source, alias, int, marked=True),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("marker", [Query(), Header(), Form(), Cookie()], ids=repr)
def test_a_marked_model_is_taken_field_by_field(marker: Any) -> None:
    assert one(Annotated[Data, marker]).whole


def test_what_documents_say() -> None:
    marker = Query(description="Which page.", examples=[1, 2], deprecated=True)
    parameter = one(Annotated[int, marker])
    assert (parameter.description, parameter.examples, parameter.deprecated) == (
        *("Which page.", (1, 2)),
        True,
    )


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Annotated[int, Query(ge=1, lt=9)], Annotated[int, Meta(ge=1, lt=9)]),
        (Annotated[int, Meta(ge=1)], Annotated[int, Meta(ge=1)]),
        (Annotated[int, annotated_types.Ge(1)], Annotated[int, Meta(ge=1)]),
        (Annotated[int, annotated_types.Interval(gt=1, le=3)], Annotated[int, Meta(gt=1, le=3)]),
        (Annotated[str, annotated_types.Len(0, 3)], Annotated[str, Meta(max_length=3)]),
        (
            Annotated[int | None, Query(ge=1)],
            Annotated[int, Meta(ge=1)] | None,
        ),
        (
            Annotated[int | str, Query(ge=1, min_length=2)],
            Annotated[int, Meta(ge=1)] | Annotated[str, Meta(min_length=2)],
        ),
        (
            Annotated[list[Annotated[int, annotated_types.Ge(1)]], Query(max_length=2)],
            Annotated[list[Annotated[int, Meta(ge=1)]], Meta(max_length=2)],
        ),
    ],
    ids=str,
)
def test_constraints_become_msgspecs(annotation: Any, expected: Any) -> None:
    found = one(annotation).type
    assert msgspec.inspect.type_info(found) == msgspec.inspect.type_info(expected)


def test_the_innermost_signature_counts() -> None:
    def inner(page: int) -> None: ...

    @functools.wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> Any: ...

    outer.__annotations__ = {}
    signature = read(functools.partial(outer))
    assert signature.view is inner
    assert [parameter.name for parameter in signature.parameters] == ["page"]


def test_bound_methods_and_closures_are_read() -> None:
    @dataclass
    class Local:
        x: int

    def make() -> Callable[..., Any]:
        def view(body: Local) -> Local:
            return Local(body.x)

        return view

    class Views:
        def view(self, page: int) -> None: ...

    assert read(make()).parameters[0].type is Local
    assert [parameter.name for parameter in read(Views().view).parameters] == ["page"]


def test_only_marked_parameters_where_typed_views_are_off() -> None:
    def view(page: int, size: Annotated[int, Query()], body: Data) -> None: ...

    signature = signature_of(view, (), (), only_marked=True)
    assert signature is not None
    assert [parameter.name for parameter in signature.parameters] == ["size"]


def connection(url: Annotated[str, Header()]) -> Iterator[str]: ...  # type: ignore[empty-body]


def session(of: Annotated[str, Depends(connection)], number: int, part: Any) -> str: ...  # type: ignore[empty-body]


class Service:
    def __init__(self, page: int = 1) -> None: ...


def test_a_providers_own_parameters_are_read_too() -> None:
    def view(it: Annotated[str, Depends(session)], number: int) -> None: ...

    it, number = read(view, ["number"]).parameters
    assert it.provider is session
    of, own_number = it.dependencies
    assert [(p.name, p.source) for p in of.dependencies] == [("url", "header")]
    assert own_number == number
    signature = read(view, ["number"])
    assert [p.alias for p in signature.wire_parameters()] == ["url", "number"]


def test_a_class_provides_itself() -> None:
    def view(service: Annotated[Service, Depends()]) -> None: ...

    (service,) = read(view).parameters
    assert service.provider is Service
    assert [p.name for p in service.dependencies] == ["page"]


def test_an_override_takes_the_place_of_a_provider() -> None:
    def view(it: Annotated[str, Depends(session)]) -> None: ...

    def fake(page: int) -> None: ...

    (it,) = read(view, overrides={session: fake}).parameters
    assert it.provider is fake
    assert [p.name for p in it.dependencies] == ["page"]


def circle(it: Annotated[int, Depends(lambda: 1)]) -> None: ...


circle.__annotations__["it"] = Annotated[int, Depends(circle)]


def provider(it) -> None:  # type: ignore[no-untyped-def]
    ...


@dataclass
class Unfilled:
    name: str
    slug: str = field(init=False)


def wrong_cases() -> dict[str, tuple[Any, str]]:
    def unknown(it: Absent) -> None: ...

    def default(it: int = Query()) -> None: ...  # type: ignore[assignment]

    def positional(it: int, /) -> None: ...

    def two_bodies(it: Data, other: Struct) -> None: ...

    def two_markers(it: Annotated[int, Query(), Header()]) -> None: ...

    def no_variable(it: Annotated[int, Path()]) -> None: ...

    def unbindable(it: Callable[..., int]) -> None: ...

    def dict_in_query(it: Annotated[dict[str, int], Query()]) -> None: ...

    def list_in_cookie(it: Annotated[list[int], Cookie()]) -> None: ...

    def wrong_constraint(it: Annotated[Decimal, Query(ge=1)]) -> None: ...

    def class_for_marker(it: Annotated[int, Header]) -> None: ...

    def wrong_pattern(it: Annotated[str, Query(pattern="(")]) -> None: ...

    def unannotated_provider(it: Annotated[int, Depends(provider)]) -> None: ...

    def goes_round(it: Annotated[int, Depends(circle)]) -> None: ...

    def ambiguous(it: Data | list[Data] | Struct) -> None: ...

    def unfilled(it: Annotated[list[Unfilled], Body()]) -> None: ...

    return {
        "unfilled": (unfilled, "Unfilled in it, whose field `slug` has no default"),
        "unknown name": (unknown, "`Absent` is not known when the application runs"),
        "default": (default, r"`it: Annotated\[..., Query\(...\)\]`"),
        "positional": (positional, "positional-only"),
        "two bodies": (two_bodies, "`other` is a second body beside `it`"),
        "two markers": (two_markers, "has two markers"),
        "no variable": (no_variable, "no variable <it>"),
        "unbindable": (unbindable, "neither a scalar"),
        "dict in query": (dict_in_query, "cannot be read from one query value"),
        "list in cookie": (list_in_cookie, "cannot be read from one cookie value"),
        "wrong constraint": (wrong_constraint, "`ge` cannot be asked of Decimal. Check it in the"),
        "class for marker": (class_for_marker, r"write `Header\(...\)`"),
        "wrong pattern": (wrong_pattern, "a pattern that is no regular expression: missing"),
        "provider": (unannotated_provider, r"provider\(\) in .*: the parameter `it` has no annot"),
        "circle": (goes_round, "depends on itself"),
        "ambiguous": (ambiguous, "which msgspec refuses"),
    }


@pytest.mark.parametrize("case", wrong_cases())
def test_a_wrong_annotation_is_refused_with_its_place(case: str) -> None:
    view, message = wrong_cases()[case]
    with pytest.raises(AnnotationError, match=message) as caught:
        signature_of(view, (), ())
    assert "test_parameters.py:" in str(caught.value)


def test_an_annotation_that_nothing_needs_may_be_wrong() -> None:
    def view(it: Absent, other: Absent) -> None: ...

    assert read(view, ["it"], given=["other"]).parameters == ()
