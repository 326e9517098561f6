"""Views with bound parameters, entered through every gateway."""

from __future__ import annotations

import functools
import linecache
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Required, TypedDict
from uuid import UUID

import attrs
import msgspec
import pydantic
import pytest
from pydantic_core import PydanticCustomError
from werkzeug.routing import BaseConverter, Rule

from quaff import (
    Blueprint,
    Body,
    Cookie,
    Form,
    Header,
    MethodView,
    Path,
    Quaff,
    Query,
    request,
)
from quaff.binding.errors import AnnotationError
from quaff.flask import Flask
from quaff.testing import QuaffClient

ID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(Enum):
    LOW = 1


@dataclass
class Address:
    zip: int


@dataclass
class Item:
    name: str
    address: Address | None = None
    tags: list[str] = field(default_factory=list)
    size: Annotated[int, msgspec.Meta(ge=1)] = 1


class Typed(TypedDict):
    name: str


class Pages(TypedDict, total=False):
    last: Required[int]
    only: NotRequired[list[int]]


class Named(NamedTuple):
    name: str


class Window(NamedTuple):
    end: int
    begin: int = 1
    kinds: list[str] = ["a"]  # noqa: RUF012 - a default, as for an argument


class Struct(msgspec.Struct):
    name: str


@attrs.define
class Attrs:
    name: str


class Model(pydantic.BaseModel):
    name: str
    size: int = pydantic.Field(default=1, ge=1)


@dataclass
class Filters:
    page: int = 1
    tag: list[str] = field(default_factory=list)
    sort_by: Literal["name", "date"] = "name"


class Grade(Enum):
    LOW = -1
    HIGH = 7


class PydanticChoices(pydantic.BaseModel):
    size: Literal[1, 2, "all"] = 1
    level: Grade = Grade.LOW
    sizes: list[Literal[1, 2]] = []
    limit: Annotated[int | None, pydantic.Field(ge=1)] = 5
    name: str | None = None
    digit: Literal[1, "1"] = 1
    other: str | Literal[1] = ""


class PydanticFilters(pydantic.BaseModel):
    page: int = pydantic.Field(default=1, alias="p")
    tag: list[int] = []


def returned(value: Any) -> dict[str, Any]:
    return {"it": value if isinstance(value, int | float | str | list | bool) else repr(value)}


def annotated_view(annotation: Any, default: Any = ...) -> Callable[..., Any]:
    """A view with one parameter, which returns what it was given."""

    def required(it: Any) -> Any:
        return returned(it)

    def optional(it: Any = default) -> Any:
        return returned(it)

    view = required if default is ... else optional
    view.__annotations__ = {"it": annotation}
    return view


def problems(response: Any) -> list[tuple[list[Any], str]]:
    assert response.status_code == 422, response.text
    return [(error["loc"], error["msg"]) for error in response.json["errors"]]


@pytest.mark.parametrize(
    ("annotation", "text", "expected"),
    [
        (int, "12", 12),
        (int, "-3", -3),
        (int, "123456789012345678901234567890", 123456789012345678901234567890),
        (float, "1.5", 1.5),
        (str, "null", "null"),
        (bool, "true", True),
        (bool, "FALSE", False),
        (bool, "1", True),
        (Decimal, "1.50", "Decimal('1.50')"),
        (UUID, ID, f"UUID('{ID}')"),
        (date, "2026-01-31", "datetime.date(2026, 1, 31)"),
        (timedelta, "PT5S", "datetime.timedelta(seconds=5)"),
        (Color, "red", "<Color.RED: 'red'>"),
        (Level, "1", "<Level.LOW: 1>"),
        (Literal["a", "b"], "b", "b"),
        (Literal["a", 1], "1", 1),
        (int | None, "3", 3),
        (int | None, "null", "None"),
        (int | str, "x", "x"),
        (list[int], "3", [3]),
        (Annotated[int, Query(ge=1, le=5)], "5", 5),
        (Annotated[int, Query(multiple_of=5)], "10", 10),
        (Annotated[float, Query(gt=0.5)], "0.6", 0.6),
        (Annotated[str, Query(min_length=2, max_length=3)], "äö", "äö"),
        (Annotated[str, Query(pattern="^a+$")], "aa", "aa"),
    ],
    ids=str,
)
def test_texts_become_values(
    annotation: Any, text: str, expected: Any, app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", "view", annotated_view(annotation))
    response = client.get("/", query_string={"it": text})
    assert response.json == {"it": expected}


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (int, "x", "Expected `int`"),
        (int, "", "Expected `int`"),
        (int, " 1", "Expected `int`"),
        (int, "1_0", "Expected `int`"),
        (int, "+1", "Expected `int`"),
        (int, "01", "Expected `int`"),
        (int, "٣", "Expected `int`"),
        (int, "1" * 5000, "Integer value out of range"),
        (float, "1_0.0", "Expected `float`"),
        (bool, "yes", "Expected `bool`"),
        (date, "2026-02-30", "Invalid RFC3339 encoded date"),
        (UUID, "x", "Invalid UUID"),
        (Color, "secret", "Expected one of 'red', 'blue'"),
        (Literal["a", 1], "secret", "Expected one of 'a', 1"),
        (Annotated[int, Query(ge=1, lt=5)], "5", "Expected `int` <= 4"),
        (Annotated[int, Query(ge=1, lt=5)], "0", "Expected `int` >= 1"),
        (Annotated[int, Query(multiple_of=5)], "11", "Expected `int` that's a multiple of 5"),
        (Annotated[str, Query(min_length=2)], "ä", "Expected `str` of length >= 2"),
        (Annotated[str, Query(pattern="^a+$")], "b", "Expected `str` matching regex '^a+$'"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_told_without_the_input(
    annotation: Any, text: str, message: str, app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", "view", annotated_view(annotation))
    assert problems(client.get("/", query_string={"it": text})) == [(["query", "it"], message)]


def test_all_problems_are_told_at_once(app: Quaff, client: QuaffClient) -> None:
    @app.post("/<number>")
    def view(
        number: int,
        page: int,
        tags: list[int],
        item: Item,
        token: Annotated[str, Header()],
        visits: Annotated[int, Cookie()] = 0,
        size: int = 3,
    ) -> str:
        return "never"

    client.set_cookie("visits", "many")
    response = client.post(
        "/x?size=y&tags=1&tags=z&tags=2",
        json={"name": 1, "address": {"zip": "a"}, "tags": ["a", 2], "size": 0},
    )
    assert problems(response) == [
        (["path", "number"], "Expected `int`"),
        (["query", "page"], "Required"),
        (["query", "tags", 1], "Expected `int`"),
        (["body", "name"], "Expected `str`, got `int`"),
        (["body", "address", "zip"], "Expected `int`, got `str`"),
        (["body", "tags", 1], "Expected `str`, got `int`"),
        (["body", "size"], "Expected `int` >= 1"),
        (["header", "token"], "Required"),
        (["cookie", "visits"], "Expected `int`"),
        (["query", "size"], "Expected `int`"),
    ]


def test_problems_are_problem_details(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(int))
    response = client.get("/")
    assert response.content_type == "application/problem+json"
    assert response.json == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "The request does not have the form that is asked for.",
        "errors": [{"loc": ["query", "it"], "msg": "Required"}],
    }


def test_an_error_handler_gets_the_problems(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(int))

    @app.errorhandler(422)
    def handle(error: Any) -> tuple[list[Any], int]:
        return error.errors, 400

    response = client.get("/")
    assert (response.status_code, response.json[0]["loc"]) == (400, ["query", "it"])


def test_all_that_a_choice_may_be_is_told(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(int | Literal["all"] | None))
    assert problems(client.get("/?it=x")) == [(["query", "it"], "Expected one of 'all', `int`")]


# -- places --------------------------------------------------------------------------------------


def test_values_come_from_where_markers_say(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(
        a: Annotated[int, Query(alias="page")],
        user_agent: Annotated[str, Header()],
        accept: Annotated[list[str], Header()],
        flavor: Annotated[str, Cookie()],
        name: Annotated[str, Form()],
        size: Annotated[list[int], Form()],
        missing: Annotated[str | None, Form()] = None,
    ) -> list[Any]:
        return [a, user_agent, accept, flavor, name, size, missing]

    client.set_cookie("flavor", "chocolate")
    response = client.post(
        "/?page=2",
        data={"name": "ada", "size": ["1", "2"]},
        headers={"User-Agent": "tests", "Accept": "text/plain"},
    )
    assert response.json == [2, "tests", ["text/plain"], "chocolate", "ada", [1, 2], None]


def test_of_several_values_the_first_counts(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(int))
    assert client.get("/?it=1&it=2").json == {"it": 1}


@pytest.mark.parametrize(
    "sent",
    [[("It", "1"), ("It", "2")], [("It", "1, 2")], [("It", '"1",,2')]],
    ids=["lines", "commas", "quoted"],
)
def test_a_header_is_a_list_by_lines_and_by_commas(
    sent: list[tuple[str, str]], app: Quaff, client: QuaffClient
) -> None:
    @dataclass
    class Whole:
        it: list[int]

    app.add_url_rule("/", "one", annotated_view(Annotated[list[int], Header()]))
    app.add_url_rule("/whole", "whole", annotated_view(Annotated[Whole, Header()]))
    assert client.get("/", headers=sent).json == {"it": [1, 2]}
    assert "it=[1, 2]" in client.get("/whole", headers=sent).json["it"]
    wrong = [*sent, ("It", "x")]
    assert problems(client.get("/", headers=wrong)) == [(["header", "it", 2], "Expected `int`")]
    assert problems(client.get("/", headers={"It": ""})) == [(["header", "it"], "Required")]


def test_a_whole_model_comes_field_by_field(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(
        filters: Annotated[Filters, Query()], headers: Annotated[Filters, Header()]
    ) -> list[Any]:
        return [repr(filters), headers.sort_by]

    response = client.get("/?page=2&tag=a&tag=b", headers={"Sort-By": "date"})
    assert response.json == ["Filters(page=2, tag=['a', 'b'], sort_by='name')", "date"]
    response = client.get("/?page=x&sort_by=y", headers={"Sort-By": "z"})
    assert problems(response) == [
        (["query", "page"], "Expected `int`"),
        (["query", "sort_by"], "Expected one of 'name', 'date'"),
        (["header", "sort-by"], "Expected one of 'name', 'date'"),
    ]


def test_a_whole_pydantic_model_comes_field_by_field(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(filters: Annotated[PydanticFilters, Query()]) -> dict[str, Any]:
        return filters.model_dump()

    assert client.get("/?p=2&tag=1&tag=2").json == {"page": 2, "tag": [1, 2]}
    assert [loc for loc, _ in problems(client.get("/?p=x&tag=y"))] == [
        ["query", "p"],
        ["query", "tag", 0],
    ]


def test_texts_are_the_choices_of_a_pydantic_model(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(choices: Annotated[PydanticChoices, Query()]) -> str:
        return repr(choices)

    answer = client.get("/?size=2&level=7&sizes=1&sizes=2&limit=null&name=null&digit=1&other=1")
    assert answer.text == (
        "PydanticChoices(size=2, level=<Grade.HIGH: 7>, sizes=[1, 2], limit=None, name='null', "
        "digit='1', other='1')"
    )
    assert client.get("/?size=all").text.startswith("PydanticChoices(size='all',")
    assert [loc for loc, _ in problems(client.get("/?size=3&level=null&sizes=1&sizes=x"))] == [
        ["query", "size"],
        ["query", "level"],
        ["query", "sizes", 1],
    ]


def test_a_whole_named_tuple_comes_field_by_field(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(window: Annotated[Window, Query()]) -> str:
        return repr(window)

    assert client.get("/?end=5").text == "Window(end=5, begin=1, kinds=['a'])"
    assert client.get("/?end=5&begin=2&kinds=b").text == "Window(end=5, begin=2, kinds=['b'])"
    assert problems(client.get("/?begin=x")) == [
        (["query", "end"], "Required"),
        (["query", "begin"], "Expected `int`"),
    ]


def test_a_whole_typed_dict_has_fields_that_may_be_missing(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(pages: Annotated[Pages, Query()]) -> Any:
        return pages

    assert client.get("/?last=5&only=1&only=2").json == {"last": 5, "only": [1, 2]}
    assert client.get("/?last=5").json == {"last": 5}
    assert problems(client.get("/?only=x")) == [
        (["query", "last"], "Required"),
        (["query", "only", 0], "Expected `int`"),
    ]


def test_a_whole_model_may_be_missing(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    def view(filters: Annotated[Filters, Query()] = Filters(page=9)) -> int:  # noqa: B008
        return str(filters.page)  # type: ignore[return-value]

    assert client.get("/").text == "9"
    assert client.get("/?tag=a").text == "1"


def test_forms_must_be_forms(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(Annotated[int, Form()]), methods=["POST"])
    assert client.post("/", json={"it": 1}).status_code == 415
    assert problems(client.post("/")) == [(["form", "it"], "Required")]


def test_a_query_has_a_limit(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(int))
    response = client.get("/?it=1" + "&a=1" * 1_000)
    assert problems(response) == [(["query"], "More than 1000 fields")]


# -- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Item, Typed, Struct, Attrs, Model], ids=lambda m: m.__name__)
def test_models_are_read_from_json(model: Any, app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(model), methods=["POST"])
    answer = client.post("/", json={"name": "ada"}).json["it"]
    assert "ada" in answer
    assert (model is Typed) or answer.startswith(model.__name__)
    [(loc, _)] = problems(client.post("/", json={"name": 1}))
    assert loc == ["body", "name"]
    [(loc, _)] = problems(client.post("/", json={}))
    assert loc == ["body", "name"]


def test_other_json_bodies(app: Quaff, client: QuaffClient) -> None:
    for path, annotation in {
        "/named": Annotated[Named, Body()],
        "/list": list[Struct],
        "/models": list[Model],
        "/dict": dict[str, Struct],
        "/number": Annotated[int, Body(ge=1)],
    }.items():
        app.add_url_rule(path, path, annotated_view(annotation), methods=["POST"])
    assert client.post("/named", json=["ada"]).json == {"it": "Named(name='ada')"}
    assert client.post("/number", json=3).json == {"it": 3}
    assert problems(client.post("/number", json=0)) == [(["body"], "Expected `int` >= 1")]
    assert problems(client.post("/list", json=[{"name": 1}, {}, {"name": "a"}])) == [
        (["body", 0, "name"], "Expected `str`, got `int`"),
        (["body", 1, "name"], "Required"),
    ]
    assert problems(client.post("/dict", json={"secret": {"name": 1}})) == [
        (["body", "*", "name"], "Expected `str`, got `int`")
    ]
    [(loc, _)] = problems(client.post("/models", json=[{"name": 1}]))
    assert loc == ["body", 0, "name"]


def test_a_body_may_be_missing(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(Item | None, None), methods=["POST"])
    app.add_url_rule("/must", "must", annotated_view(Item), methods=["POST"])
    assert client.post("/").json == {"it": "None"}
    assert "ada" in client.post("/", json={"name": "ada"}).json["it"]
    assert problems(client.post("/must")) == [(["body"], "Required")]


@pytest.mark.parametrize("model", [Item, Model])
@pytest.mark.parametrize(
    ("data", "place"),
    [
        ('{"name":\n  x}', "line 2, column 3"),
        ('{"name": "a"} x', "line 1, column 15"),
        ('{"name": "a"', "line 1, column 13"),
        ('{"name": "\\ud800"}', "line 1, column 11"),
    ],
    ids=["in the middle", "behind", "cut", "half of a character"],
)
def test_malformed_json_is_told_with_its_place(
    data: str, place: str, model: Any, app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", "view", annotated_view(model), methods=["POST"])
    response = client.post("/", data=data, content_type="application/json")
    assert response.status_code == 400
    if model is Item:
        assert place in response.text


def test_other_media_types_are_refused(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(Item), methods=["POST"])
    assert client.post("/", data="name=ada").status_code == 415
    response = client.post("/", data='{"name": "a"}', content_type="application/vnd.api+json")
    assert response.status_code == 200


def test_a_body_over_the_limit_is_refused(app: Quaff, client: QuaffClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/", "view", annotated_view(Item), methods=["POST"])
    assert client.post("/", json={"name": "a" * 100}).status_code == 413


def test_unknown_fields_are_told_without_their_name(app: Quaff, client: QuaffClient) -> None:
    class Strict(msgspec.Struct, forbid_unknown_fields=True):
        name: str

    app.add_url_rule("/", "view", annotated_view(Strict), methods=["POST"])
    response = client.post("/", json={"name": "a", "secret": 1})
    assert problems(response) == [(["body"], "Object contains an unknown field")]


def test_validators_of_attrs_repeat_nothing_of_what_was_sent(
    app: Quaff, client: QuaffClient
) -> None:
    @attrs.define
    class Checked:
        size: int = attrs.field(default=1, validator=attrs.validators.le(5))
        word: str = attrs.field(default="a", validator=attrs.validators.in_(["a"]))

    app.add_url_rule("/", "view", annotated_view(Checked), methods=["POST"])
    for name, value in (("size", 99), ("word", "secret")):
        response = client.post("/", json={name: value})
        assert problems(response) == [(["body", name], "Refused by a validator")]


def test_what_a_model_itself_refuses_is_told(app: Quaff, client: QuaffClient) -> None:
    @dataclass
    class Range:
        first: int
        last: int

        def __post_init__(self) -> None:
            if self.first > self.last:
                raise ValueError("first must not be after last")

    app.add_url_rule("/", "view", annotated_view(Range), methods=["POST"])
    response = client.post("/", json={"first": 2, "last": 1})
    assert problems(response) == [(["body"], "first must not be after last")]


def test_a_fault_of_the_application_is_no_problem_of_the_request(
    app: Quaff, client: QuaffClient
) -> None:
    class Faulty(pydantic.BaseModel):
        name: str

        @pydantic.field_validator("name")
        @classmethod
        def check(cls, value: str) -> str:
            raise KeyError(value)

    app.add_url_rule("/", "view", annotated_view(Faulty), methods=["POST"])
    assert client.post("/", json={"name": "a"}).status_code == 500


# -- rules and views -----------------------------------------------------------------------------


def test_url_variables_are_converted_and_checked(app: Quaff, client: QuaffClient) -> None:
    @app.get("/<int:number>/<id>/<float:ratio>")
    def view(
        number: Annotated[int, Path(ge=1)], id: UUID, ratio: float, size: int = 1
    ) -> list[Any]:
        assert request.view_args == {"number": number, "id": str(id), "ratio": ratio}
        return [number, type(id).__name__, ratio, size]

    assert client.get(f"/1/{ID}/0.5?size=3").json == [1, "UUID", 0.5, 3]
    assert problems(client.get("/0/x/0.5")) == [
        (["path", "number"], "Expected `int` >= 1"),
        (["path", "id"], "Invalid UUID"),
    ]


def test_a_path_value_may_have_another_name(app: Quaff, client: QuaffClient) -> None:
    @app.get("/<int:id>")
    def view(number: Annotated[int, Path(alias="id")]) -> list[int]:
        return [number]

    assert client.get("/3").json == [3]


def test_what_converters_make_stays_as_it_is(app: Quaff, client: QuaffClient) -> None:
    class Reversed(BaseConverter):
        def to_python(self, value: str) -> Any:
            return Named(value[::-1])

    app.url_map.converters["reversed"] = Reversed

    @app.get("/<reversed:name>")
    def view(name: Named, page: int) -> list[Any]:
        return [name.name, page]

    assert client.get("/abc?page=1").json == ["cba", 1]


def test_views_that_bind_nothing_are_called_as_ever(app: Quaff) -> None:
    @app.get("/<int:number>/<name>")
    def view(number: int, name: str) -> str:
        return name

    assert app.plan.binders == {}


def test_each_rule_of_a_view_fills_what_it_has(app: Quaff, client: QuaffClient) -> None:
    @app.get("/", defaults={"page": 1})
    @app.get("/page/<int:page>")
    @app.get("/query")
    def view(page: int, size: int = 10) -> list[int]:
        return [page, size]

    assert client.get("/?page=7&size=3").json == [1, 3]
    assert client.get("/page/2").json == [2, 10]
    assert client.get("/query?page=3").json == [3, 10]
    assert problems(client.get("/query")) == [(["query", "page"], "Required")]


def test_methods_of_class_based_views_are_bound(app: Quaff, client: QuaffClient) -> None:
    class Items(MethodView):
        def get(self, number: int, page: int = 1) -> list[int]:
            return [number, page]

        async def post(self, number: int, item: Item) -> list[Any]:
            return [number, item.name]

        def delete(self, number: int) -> str:
            return "gone"

    app.add_url_rule("/<int:number>", view_func=Items.as_view("items"))
    assert client.get("/1?page=2").json == [1, 2]
    assert client.head("/1?page=x").status_code == 422
    assert client.post("/1", json={"name": "ada"}).json == [1, "ada"]
    assert client.delete("/1?page=x").text == "gone"
    assert client.options("/1?page=x").status_code == 200


def test_decorated_views_get_values_as_keywords(app: Quaff, client: QuaffClient) -> None:
    seen = {}

    def watched(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            seen.update(kwargs)
            return view(*args, user="ada", **kwargs)

        return inner

    blueprint = Blueprint("part", __name__, url_prefix="/part")

    @blueprint.get("/<name>")
    @watched
    def view(user, name: str, page: int) -> list[Any]:  # type: ignore[no-untyped-def]
        return [user, name, page]

    app.register_blueprint(blueprint)
    assert client.get("/part/x?page=2").json == ["ada", "x", 2]
    assert seen == {"name": "x", "page": 2}


@pytest.mark.parametrize("name", ["request", "values", "query", "text", "refuse", "int", "bound"])
def test_any_name_will_do(name: str, app: Quaff, client: QuaffClient) -> None:
    namespace: dict[str, Any] = {}
    code = f"def view({name}: {{}}, other: {{}} = 2): return [{name}, other]"
    exec(code.format("'int'", "'int'").replace("'int'", "__import__('builtins').int"), namespace)
    app.add_url_rule("/", "view", namespace["view"])
    assert client.get(f"/?{name}=1").json == [1, 2]


def test_flasks_name_leaves_unmarked_parameters_alone() -> None:
    app = Flask("example", static_folder=None)

    @app.get("/")
    def view(page: int = 7, size: Annotated[int, Query()] = 1) -> list[int]:
        return [page, size]

    assert app.test_client().get("/?page=3&size=4").json == [7, 4]


def test_async_views_are_bound(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    async def view(page: int) -> list[int]:
        return [page]

    assert client.get("/?page=2").json == [2]


# -- at the start --------------------------------------------------------------------------------


def test_a_wrong_annotation_fails_at_the_start(app: Quaff) -> None:
    @app.get("/")
    def view(page: Callable[..., int]) -> str:
        return ""

    with pytest.raises(AnnotationError, match=r"view\(\) in .*test_binder.py:\d+: the parameter"):
        app.plan  # noqa: B018 - made here


def test_models_that_cannot_come_field_by_field_are_refused(app: Quaff) -> None:
    app.add_url_rule("/", "view", annotated_view(Annotated[Item, Query()]))
    with pytest.raises(AnnotationError, match="its field `address` is neither a scalar"):
        app.plan  # noqa: B018 - made here


def test_bind_can_be_read_and_shows_in_tracebacks(app: Quaff) -> None:
    @app.get("/")
    def view(page: int = 1) -> str:
        return ""

    binder = app.plan.binders["view"]
    [source] = binder.sources
    assert "page = 1" in source
    with pytest.raises(AttributeError) as caught:
        binder.bind(None, {})
    lines = [frame.line for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "refuse(error, request, values, parameters)" in lines
    name = binder.bind.__code__.co_filename
    assert "".join(linecache.getlines(name)) == source


@pytest.mark.parametrize("is_async", [False, True])
def test_a_rule_for_every_method_takes_values_as_they_are_for_others(
    is_async: bool, app: Quaff, client: QuaffClient
) -> None:
    class Items(MethodView):
        methods = ("GET", "POST")

        def get(self, page: int) -> list[int]:
            return [page]

        if is_async:

            async def post(self) -> str:
                return "post"
        else:

            def post(self) -> str:
                return "post"

    app.url_map.add(Rule("/", endpoint="items"))
    app.view_functions["items"] = Items.as_view("items")
    assert client.get("/?page=2").json == [2]
    assert client.post("/?page=x").text == "post"


def test_callable_objects_and_partials_are_bound(app: Quaff, client: QuaffClient) -> None:
    class Sum:
        def __call__(self, first: int, second: int) -> list[int]:
            return [first + second]

    app.add_url_rule("/sum", "sum", Sum())
    app.add_url_rule("/partial", "partial", functools.partial(Sum(), second=5))
    assert client.get("/sum?first=1&second=2").json == [3]
    assert client.get("/partial?first=1").json == [6]


def test_a_path_value_may_be_missing_from_one_of_the_rules(app: Quaff, client: QuaffClient) -> None:
    @app.get("/")
    @app.get("/<int:page>")
    def view(page: Annotated[int, Path(ge=1)] = 7, size: int = 1) -> list[int]:
        return [page, size]

    assert client.get("/").json == [7, 1]
    assert client.get("/2?size=3").json == [2, 3]
    assert problems(client.get("/0")) == [(["path", "page"], "Expected `int` >= 1")]


def test_any_text_may_be_asked_for(app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(Annotated[Any, Query()]))
    assert client.get("/?it=x").json == {"it": "x"}


@pytest.mark.parametrize("data", [b'{"name": "\xff"}', b'\xff{"name": "a"}'])
@pytest.mark.parametrize("model", [Item, Model])
def test_json_must_be_utf8(data: bytes, model: Any, app: Quaff, client: QuaffClient) -> None:
    app.add_url_rule("/", "view", annotated_view(model), methods=["POST"])
    response = client.post("/", data=data, content_type="application/json")
    assert response.status_code == 400


def test_deep_json_of_a_recursive_type_is_refused(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(body: dict[str, Any]) -> str:
        return "fits"

    data = b'{"a":' + b"[" * 100_000
    response = client.post("/", data=data, content_type="application/json")
    assert problems(response) == [(["body"], "Nested too deep")]


@pytest.mark.parametrize("model", [Item, Model])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[" * 100_000, "Nested too deep"),
        (f'{{"name": "a", "size": {"9" * 5000}}}', "out of range"),
    ],
    ids=["deep", "large"],
)
def test_json_beyond_the_limits_does_not_fit(
    data: str, message: str, model: Any, app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", "view", annotated_view(model), methods=["POST"])
    response = client.post("/", data=data, content_type="application/json")
    [(loc, told)] = problems(response)
    assert (loc[0], message in told) == ("body", True)


class Choice(pydantic.BaseModel):
    kind: Literal["choice"]
    number: int


class Strict(pydantic.BaseModel, extra="forbid"):
    by_name: dict[str, Choice] = {}
    either: int | list[Choice] = 1
    tagged: Annotated[Choice | Other, pydantic.Field(discriminator="kind")] | None = None
    uuid: UUID | None = None
    aliased: int = pydantic.Field(
        default=1, validation_alias=pydantic.AliasChoices("first", pydantic.AliasPath("second", 0))
    )


class Other(pydantic.BaseModel):
    kind: Literal["other"]
    parent: Other | None = None


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"secret": 1}, [["*"]]),
        ({"by_name": {"secret": {"kind": "choice"}}}, [["by_name", "*", "number"]]),
        ({"either": [{"kind": "choice"}]}, [["either", "*"], ["either", "*", 0, "number"]]),
        ({"tagged": {"kind": "other", "parent": {}}}, [["tagged", "other", "parent", "kind"]]),
        ({"first": "x"}, [["first"]]),
        ({"second": ["x"]}, [["second", 0]]),
        ({"tagged": {"kind": "secret"}}, [["tagged"]]),
        ({"uuid": "secret"}, [["uuid"]]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_pydantic_repeats_nothing_of_what_was_sent(
    body: Any, places: list[list[Any]], app: Quaff, client: QuaffClient
) -> None:
    app.add_url_rule("/", "view", annotated_view(Strict), methods=["POST"])
    response = client.post("/", json=body)
    assert [loc for loc, _ in problems(response)] == [["body", *place] for place in places]
    assert "secret" not in response.text
    assert "`s`" not in response.text


def test_why_a_text_is_no_email_address_is_not_told(app: Quaff, client: QuaffClient) -> None:
    # As its EmailStr does, which needs another package.
    def check(text: str) -> str:
        raise PydanticCustomError(
            "value_error", "value is not a valid email address: {reason}", {"reason": text}
        )

    class User(pydantic.BaseModel):
        email: Annotated[str, pydantic.AfterValidator(check)]

    app.add_url_rule("/", "view", annotated_view(User), methods=["POST"])
    response = client.post("/", json={"email": "secret"})
    assert problems(response) == [(["body", "email"], "value is not a valid email address")]


def test_pydantics_models_stand_in_its_models_only(app: Quaff) -> None:
    @dataclass
    class Mixed:
        model: Model

    app.add_url_rule("/", "view", annotated_view(Mixed), methods=["POST"])
    with pytest.raises(AnnotationError, match="in models of Pydantic only"):
        app.plan  # noqa: B018 - made here
