"""What the annotations of views say: parameters, bodies, responses."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

import msgspec
import pytest
from pydantic import BaseModel
from werkzeug import exceptions  # noqa: F401 - a docstring names it
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as WerkzeugResponse

from quaff import Blueprint, EventStream, MethodView, Quaff, Response, UploadedFile, describe
from quaff.binding.markers import Body, Cookie, Depends, File, Form, Header, Path, Query
from quaff.openapi import Problem
from quaff.typing import ResponseReturnValue
from tests.openapi.validated import operation, operations, validated

FILE = {
    "type": "string",
    "format": "binary",
    "contentMediaType": "application/octet-stream",
}


class Color(Enum):
    GREEN = "green"
    BLACK = "black"


@dataclass
class Tea:
    """A tea.

    Attributes:
        name: as on the tin
    """

    name: str
    grams: Annotated[int, msgspec.Meta(ge=1)] = 100


@dataclass
class Window:
    """Which part of a list."""

    page: Annotated[int, msgspec.Meta(ge=1, description="from 1")] = 1
    sort_by: Literal["name", "price"] | None = None


@dataclass
class Labels:
    if_match: str


class Drawing(Response):
    default_mimetype = "image/png"


class Cup(BaseModel):
    volume: int


class Filter(BaseModel):
    color: Color = Color.GREEN
    limit: int


@pytest.fixture
def app() -> Quaff:
    return Quaff("shop", static_folder=None)


def parameters(app: Quaff) -> dict[str, dict[str, Any]]:
    """The parameters of the only operation, by "in name"."""
    return {f"{one.pop('in')} {one.pop('name')}": one for one in operation(app)["parameters"]}


# -- parameters ----------------------------------------------------------------------------------


def test_scalars_are_query_parameters(app: Quaff) -> None:
    @app.get("/")
    def index(
        q: str,
        page: int = 1,
        price: Decimal | None = None,
        since: date | None = None,
        color: Color = Color.BLACK,
        kind: Literal["leaf", "bag"] = "leaf",
        key: UUID | None = None,
        tag: list[str] = [],  # noqa: B006
        place: int | str | None = None,
    ) -> str:
        """Find teas.

        Args:
            q: words of the name
        """
        return ""

    assert parameters(app) == {
        "query q": {
            "required": True,
            "description": "words of the name",
            "schema": {"type": "string"},
        },
        "query page": {"schema": {"type": "integer", "default": 1}},
        "query price": {
            "schema": {
                "type": "string",
                "format": "decimal",
                "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$",
            }
        },
        "query since": {"schema": {"type": "string", "format": "date"}},
        "query color": {"schema": {"$ref": "#/components/schemas/Color", "default": "black"}},
        "query kind": {"schema": {"type": "string", "enum": ["bag", "leaf"], "default": "leaf"}},
        "query key": {"schema": {"type": "string", "format": "uuid"}},
        "query tag": {"schema": {"type": "array", "items": {"type": "string"}, "default": []}},
        "query place": {"schema": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
    }


def test_markers_say_more(app: Quaff) -> None:
    @app.get("/")
    def index(
        page: Annotated[int, Query(ge=1, le=9, alias="p", description="From 1.", examples=[2])] = 1,
        x_token: Annotated[str, Header(min_length=3, deprecated=True)] = "none",
        theme: Annotated[str | None, Cookie(pattern="^[a-z]+$")] = None,
    ) -> str:
        return ""

    assert parameters(app) == {
        "query p": {
            "description": "From 1.",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": 9,
                "default": 1,
                "examples": [2],
            },
        },
        "header x-token": {
            "deprecated": True,
            "schema": {"type": "string", "minLength": 3, "default": "none"},
        },
        "cookie theme": {"schema": {"type": "string", "pattern": "^[a-z]+$"}},
    }


def test_a_type_narrows_a_variable_of_the_path(app: Quaff) -> None:
    @app.get("/<a>/<int:b>/<int(min=3, max=8):c>/<int:d>")
    def index(a: UUID, b: Annotated[int, Path(le=5)], c: Annotated[int, Path(ge=1)], d: str) -> str:
        return ""

    assert {name: one["schema"] for name, one in parameters(app).items()} == {
        "path a": {"type": "string", "format": "uuid"},
        "path b": {"type": "integer", "minimum": 0, "maximum": 5},
        "path c": {"type": "integer", "minimum": 3, "maximum": 8},
        "path d": {"type": "integer", "minimum": 0},
    }


def test_null_cannot_be_written_in_a_path(app: Quaff) -> None:
    @app.get("/<a>/<b>")
    def index(a: str | None, b: Annotated[int | Literal["all"] | None, Path(ge=1)]) -> str:
        return ""

    assert {name: one["schema"] for name, one in parameters(app).items()} == {
        "path a": {"type": "string"},
        "path b": {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "enum": ["all"]}]
        },
    }


def test_a_model_of_parameters_is_one_for_each_field(app: Quaff) -> None:
    @app.get("/")
    def index(
        window: Annotated[Window, Query()],
        labels: Annotated[Labels, Header()],
        only: Annotated[Filter, Query()],
    ) -> str:
        return ""

    found = parameters(app)
    assert found["query page"] == {
        "description": "from 1",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    }
    assert found["query sort_by"] == {"schema": {"type": "string", "enum": ["name", "price"]}}
    assert found["header if-match"] == {"required": True, "schema": {"type": "string"}}
    assert found["query limit"]["required"] is True
    assert found["query limit"]["schema"]["type"] == "integer"
    assert found["query color"]["schema"]["enum"] == ["green", "black"]


def test_parameters_of_dependencies_are_the_clients_too(app: Quaff) -> None:
    @describe(security=["token"], responses={401: "Who are you?"}, summary="Not this")
    def token(authorization: Annotated[str, Header()]) -> str:
        return authorization

    def user(key: Annotated[str, Depends(token)], verbose: bool = False) -> str:
        return key

    def index(visitor: Annotated[str, Depends(user)]) -> str:
        return visitor

    app.add_url_rule("/", view_func=index)

    app.config["OPENAPI_SECURITY_SCHEMES"] = {"token": "bearer"}
    assert list(parameters(app)) == ["header authorization", "query verbose"]
    only = operation(app)
    assert only["security"] == [{"token": []}]
    assert only["responses"]["401"] == {"description": "Who are you?"}
    assert only["summary"] == "Index"


# -- bodies --------------------------------------------------------------------------------------


def test_a_model_is_a_json_body(app: Quaff) -> None:
    @app.post("/")
    def create(tea: Tea) -> str:
        """Add a tea.

        Args:
            tea: the new one
        """
        return ""

    assert operation(app)["requestBody"] == {
        "description": "the new one",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tea"}}},
        "required": True,
    }
    assert validated(app)["components"]["schemas"]["Tea"] == {
        "description": "A tea.",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "as on the tin"},
            "grams": {"type": "integer", "minimum": 1, "default": 100},
        },
        "required": ["name"],
    }


def test_a_body_that_may_be_missing_and_has_examples(app: Quaff) -> None:
    @app.post("/")
    def create(tea: Annotated[Tea | None, Body(examples=[{"name": "Assam"}])] = None) -> str:
        return ""

    assert operation(app)["requestBody"] == {
        "content": {
            "application/json": {
                "schema": {"anyOf": [{"$ref": "#/components/schemas/Tea"}, {"type": "null"}]},
                "examples": {"example1": {"value": {"name": "Assam"}}},
            }
        }
    }


def test_form_fields(app: Quaff) -> None:
    @app.post("/")
    def create(name: Annotated[str, Form()], grams: Annotated[int, Form(ge=1)] = 100) -> str:
        return ""

    body = operation(app)["requestBody"]
    assert set(body["content"]) == {"application/x-www-form-urlencoded", "multipart/form-data"}
    assert body["content"]["multipart/form-data"]["schema"] == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "grams": {"type": "integer", "minimum": 1, "default": 100},
        },
        "required": ["name"],
    }


def test_files_are_multipart(app: Quaff) -> None:
    @app.post("/")
    def create(
        photo: Annotated[FileStorage, File(description="of the tin")],
        more: Annotated[list[FileStorage], File()],
        title: Annotated[str, Form()] = "",
    ) -> str:
        return ""

    assert operation(app)["requestBody"]["content"] == {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "photo": {**FILE, "description": "of the tin"},
                    "more": {"type": "array", "items": FILE},
                    "title": {"type": "string", "default": ""},
                },
                "required": ["photo", "more"],
            }
        }
    }


def test_a_form_as_a_model(app: Quaff) -> None:
    @app.post("/")
    def create(tea: Annotated[Tea, Form()]) -> str:
        return ""

    schema = {"schema": {"$ref": "#/components/schemas/Tea"}}
    assert operation(app)["requestBody"]["content"] == {
        "application/x-www-form-urlencoded": schema,
        "multipart/form-data": schema,
    }


class Listing(TypedDict):
    """What is sold."""

    title: str
    photo: Annotated[UploadedFile, File(content_types=["image/png", "image/jpeg"])]
    more: NotRequired[list[UploadedFile]]
    tea: Tea
    teas: NotRequired[list[Tea]]
    grams: NotRequired[dict[str, int]]


class PydanticListing(BaseModel):
    """What is sold."""

    title: str
    photo: Annotated[UploadedFile, File(content_types=["image/png", "image/jpeg"])]
    more: list[UploadedFile] = []
    tea: Tea
    teas: list[Tea] = []
    grams: dict[str, int] = {}


@pytest.mark.parametrize("model", [Listing, PydanticListing])
def test_a_form_with_files_and_json_in_it(model: Any, app: Quaff) -> None:
    @app.post("/")
    def create(listing: Any) -> str:
        return ""

    create.__annotations__["listing"] = Annotated[model, Form()]
    json = {"contentType": "application/json"}
    body = operation(app)["requestBody"]
    assert body["required"] is True
    [(kind, media)] = body["content"].items()
    assert kind == "multipart/form-data"
    assert media["schema"] == {"$ref": f"#/components/schemas/{model.__name__}"}
    assert media["encoding"] == {
        "photo": {"contentType": "image/png, image/jpeg"},
        "tea": json,
        "teas": json,
        "grams": json,
    }
    schema = validated(app)["components"]["schemas"][model.__name__]
    assert schema["required"] == ["title", "photo", "tea"]
    assert schema["properties"]["tea"] == {"$ref": "#/components/schemas/Tea"}
    assert {**FILE, **schema["properties"]["photo"]} == {
        **FILE,
        **({"title": "Photo"} if model is PydanticListing else {}),
    }
    assert schema["properties"]["more"]["items"] == FILE


def test_a_form_with_json_and_no_files_is_multipart_too(app: Quaff) -> None:
    class Form_(NamedTuple):
        tea: Tea
        note: str = ""

    @app.post("/")
    def create(form: Annotated[Form_, Form()]) -> str:
        return ""

    [(kind, media)] = operation(app)["requestBody"]["content"].items()
    assert kind == "multipart/form-data"
    assert media["encoding"] == {"tea": {"contentType": "application/json"}}
    assert validated(app)["components"]["schemas"]["Form_"]["type"] == "object"


def test_what_forms_are_refused_with(app: Quaff) -> None:
    @app.post("/")
    def create(photo: UploadedFile) -> str:
        return ""

    assert {"400", "413", "415", "422"} <= set(operation(app)["responses"])


def test_a_form_as_a_model_among_other_fields(app: Quaff) -> None:
    @app.post("/")
    def create(
        tea: Annotated[Tea, Form()], note: Annotated[str, Form()], tin: Annotated[Any, File()]
    ) -> str:
        return ""

    assert operation(app)["requestBody"]["content"]["multipart/form-data"]["schema"] == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "as on the tin"},
            "grams": {"type": "integer", "minimum": 1, "default": 100},
            "note": {"type": "string"},
            "tin": FILE,
        },
        "required": ["name", "note", "tin"],
    }


# -- what binding answers ------------------------------------------------------------------------


def test_what_can_be_refused_says_so(app: Quaff) -> None:
    @app.post("/")
    def create(tea: Tea) -> str:
        return ""

    responses = operation(app)["responses"]
    assert list(responses) == ["200", "400", "413", "415", "422"]
    assert responses["422"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ValidationProblem"}}
    }
    schema = validated(app)["components"]["schemas"]["ValidationProblem"]
    assert schema["required"] == ["title", "status", "errors"]


def test_what_cannot_be_refused_does_not(app: Quaff) -> None:
    @app.get("/<name>/<int:id>/<uuid:key>")
    def index(name: str, id: int, key: UUID, q: str = "") -> str:
        return ""

    responses = operation(app)["responses"]
    assert list(responses) == ["200", "404"]
    assert responses["404"] == {"description": "There is nothing at such a URL"}


@pytest.mark.parametrize(
    ("rule", "statuses"), [("/<x>", ["200", "422"]), ("/<int:x>", ["200", "404", "422"])]
)
def test_a_constraint_can_refuse(app: Quaff, rule: str, statuses: list[str]) -> None:
    @app.get(rule)
    def index(x: Annotated[int, Path(le=5)]) -> str:
        return ""

    assert list(operation(app)["responses"]) == statuses


# -- responses -----------------------------------------------------------------------------------

TEA = {"schema": {"$ref": "#/components/schemas/Tea"}}
TEXT = {"text/html": {"schema": {"type": "string"}}}


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        (Tea, {"200": {"application/json": TEA}}),
        (Tea | None, {"200": {"application/json": TEA}}),
        (str, {"200": TEXT}),
        (Literal["a"], {"200": TEXT}),
        (bytes, {"200": {"text/html": {"schema": {}}}}),
        (Iterator[str], {"200": {"text/html": {"schema": {}}}}),
        (AsyncIterator[bytes], {"200": {"text/html": {"schema": {}}}}),
        (dict[str, int], None),
        (list[Tea], None),
        (tuple[Tea, Literal[201]], {"201": {"application/json": TEA}}),
        (tuple[Tea, Literal[201], dict[str, str]], {"201": {"application/json": TEA}}),
        (tuple[Tea, dict[str, str]], {"200": {"application/json": TEA}}),
        (tuple[Tea, int], {"2XX": {"application/json": TEA}}),
        (tuple[str, Literal[204]], {"204": None}),
        (
            Tea | tuple[str, Literal[202]] | str,
            {"200": {"application/json": TEA, **TEXT}, "202": TEXT},
        ),
        (Drawing, {"200": {"image/png": {"schema": {}}}}),
        (EventStream, {"200": {"text/event-stream": {"schema": {}}}}),
        (Response, {"default": None}),
        (WerkzeugResponse, {"default": None}),
        (Any, {"default": None}),
        (ResponseReturnValue, {"default": None}),
        (None, {"default": None}),
        (Tea | Response, {"200": {"application/json": TEA}, "default": None}),
    ],
    ids=str,
)
def test_return_annotations(app: Quaff, returns: Any, expected: Any) -> None:
    def index():  # type: ignore[no-untyped-def]
        return None

    index.__annotations__["return"] = returns
    app.add_url_rule("/", view_func=index)
    responses = operation(app)["responses"]
    if expected is None:
        assert responses["200"]["content"]["application/json"]["schema"]["type"] in (
            "array",
            "object",
        )
    else:
        assert {status: one.get("content") for status, one in responses.items()} == expected


def test_declared_responses(app: Quaff) -> None:
    link = {"description": "There", "headers": {"Location": {"schema": {"type": "string"}}}}

    @app.get(
        "/",
        responses={
            200: "The tea",
            302: link,
            404: Problem,
            409: (Tea, "The other one"),
            "4XX": None,
            503: {"content": {"text/plain": {"schema": str}}},
            "default": str,
        },
    )
    def index() -> Tea:
        return Tea("Assam")

    assert operation(app)["responses"] == {
        "200": {"description": "The tea", "content": {"application/json": TEA}},
        "302": link,
        "404": {
            "description": "Not Found",
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        },
        "409": {"description": "The other one", "content": {"application/json": TEA}},
        "4XX": {"description": "Error of the request"},
        "503": {
            "description": "Service Unavailable",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        "default": {"description": "Any other answer", "content": TEXT},
    }


@pytest.mark.parametrize(
    ("of_app", "of_blueprint", "are_problems"),
    [
        (None, None, False),
        ("problem", None, True),
        ("problem", "page", False),
        (None, "problem", True),
    ],
)
def test_errors_that_are_problems_say_so(
    app: Quaff,
    of_app: Literal["problem"] | None,
    of_blueprint: Literal["problem", "page"] | None,
    are_problems: bool,
) -> None:
    app.errors = of_app
    blueprint = Blueprint("teas", __name__, errors=of_blueprint)
    said = {204: "Gone", 409: "Taken", 418: (Tea, "A tea"), "5XX": {"$ref": "#/x"}, 404: "No tea"}

    @blueprint.post("/", responses=said)
    def view(tea: Tea) -> None: ...

    app.register_blueprint(blueprint)
    (item,) = app.openapi()["paths"].values()
    responses = item["post"]["responses"]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in ("400", "404", "409", "413", "415"):
        assert responses[status].get("content") == (problem if are_problems else None)
    assert list(responses["418"]["content"]) == ["application/json"]
    assert responses["5XX"] == {"description": "Error of the server", "$ref": "#/x"}
    assert "content" not in responses["204"]


def test_errors_that_the_docstring_names(app: Quaff) -> None:
    @app.get("/", responses={410: "Sold out"})
    def index() -> str:
        """Show it.

        Raises:
            NotFound: there is no such tea
            exceptions.Conflict: two cups
            ServiceUnavailable:
            exceptions.Gone: not this
            ValueError: nobody sees it
            missing.NotFound: nor this
        """
        return ""

    responses = operation(app)["responses"]
    del responses["200"]
    assert responses == {
        "404": {"description": "there is no such tea"},
        "409": {"description": "two cups"},
        "410": {"description": "Sold out"},
        "503": {"description": "ServiceUnavailable"},
    }


# -- where views are -----------------------------------------------------------------------------


def test_methods_of_a_class_are_typed_each(app: Quaff) -> None:
    class Teas(MethodView):
        def get(self, page: int = 1) -> list[Tea]:
            return []

        def post(self, tea: Tea) -> tuple[Tea, Literal[201]]:
            return tea, 201

    blueprint = Blueprint("shop", __name__, url_prefix="/shop")
    blueprint.add_url_rule("/teas", view_func=Teas.as_view("teas"))
    app.register_blueprint(blueprint)
    found = operations(app)
    assert [one["name"] for one in found["GET /shop/teas"]["parameters"]] == ["page"]
    assert "requestBody" not in found["GET /shop/teas"]
    assert "requestBody" in found["POST /shop/teas"]
    assert "201" in found["POST /shop/teas"]["responses"]


def test_a_variable_renamed_in_the_path_keeps_its_type(app: Quaff) -> None:
    @app.get("/<int:id>")
    def show(id: int) -> str:
        return ""

    @app.delete("/<key>")
    def remove(key: UUID) -> str:
        return ""

    (parameter,) = operations(app)["DELETE /{id}"]["parameters"]
    assert (parameter["name"], parameter["schema"]["format"]) == ("id", "uuid")


# -- Pydantic ------------------------------------------------------------------------------------


def test_pydantic_models(app: Quaff) -> None:
    @app.post("/")
    def create(cup: Cup) -> list[Cup]:
        return [cup]

    only = operation(app)
    schema = {"$ref": "#/components/schemas/Cup"}
    assert only["requestBody"]["content"]["application/json"]["schema"] == schema
    assert only["responses"]["200"]["content"]["application/json"]["schema"] == {
        "type": "array",
        "items": schema,
    }
    assert validated(app)["components"]["schemas"]["Cup"]["required"] == ["volume"]
