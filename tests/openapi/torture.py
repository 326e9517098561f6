"""An application that uses every kind of annotation, to be called as its document says."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Generic, Literal, TypedDict, TypeVar
from uuid import UUID

from msgspec import Meta, Struct
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage

from quaff import (
    Blueprint,
    Body,
    Cookie,
    Depends,
    File,
    Form,
    Header,
    MethodView,
    Path,
    Quaff,
    Query,
    UploadedFile,
    abort,
)
from quaff.openapi import Problem

T = TypeVar("T")

torture = Blueprint("torture", __name__)


class Color(Enum):
    GREEN = "green"
    BLACK = "black"


class Cat(Struct, tag="cat"):
    lives: int = 9


class Dog(Struct, tag="dog", forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=20)]


class Node(Struct):
    value: int
    children: "list[Node]" = []


class Page(Struct, Generic[T]):
    items: list[T]
    next: str | None = None


@dataclass
class Order:
    id: UUID
    price: Decimal
    made: datetime | None = None
    lasts: timedelta | None = None
    tags: list[Annotated[str, Meta(min_length=1)]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


class Address(TypedDict):
    street: str
    number: Annotated[int, Meta(ge=1, le=9999)]


class Cup(BaseModel):
    volume: int
    color: Color = Color.GREEN


@dataclass
class Window:
    page: Annotated[int, Meta(ge=1)] = 1
    sort: Literal["name", "price"] | None = None


@torture.get("/scalars")
def scalars(
    a: int,
    b: float = 1.5,
    c: bool = False,
    d: Decimal | None = None,
    e: UUID | None = None,
    f: date | None = None,
    g: datetime | None = None,
    h: Color = Color.GREEN,
    i: Literal["x", "y"] = "x",
    j: list[int] = [],  # noqa: B006
    k: Annotated[str, Query(min_length=2, max_length=5, pattern="^[a-z]+$")] = "ab",
    m: timedelta | None = None,
    n: time | None = None,
) -> dict[str, int]:
    return {"a": a}


@torture.get("/whole")
def whole(window: Annotated[Window, Query()]) -> Window:
    return window


@torture.get("/fields")
def fields(
    x_count: Annotated[int, Header()], theme: Annotated[str | None, Cookie()] = None
) -> dict[str, int]:
    return {"count": x_count}


def window_of(page: Annotated[int, Query(ge=1, le=10)] = 1) -> int:
    return page


@torture.get("/dependencies")
def dependencies(page: Annotated[int, Depends(window_of)]) -> dict[str, int]:
    return {"page": page}


@torture.post("/pets")
def add_pet(pet: Cat | Dog) -> tuple[Cat | Dog, Literal[201]]:
    return pet, 201


@torture.post("/nodes")
def echo_node(node: Node) -> Page[Node]:
    return Page([node])


@torture.put("/orders/<uuid:id>")
def put_order(id: UUID, order: Order) -> Order:
    return order


@torture.post("/addresses")
def add_addresses(addresses: Annotated[list[Address], Body()]) -> list[Address]:
    return addresses


@torture.post("/cups")
def add_cup(cup: Cup) -> Cup:
    return cup


@torture.post("/cups/many")
def add_cups(cups: list[Cup]) -> dict[str, int]:
    return {"cups": len(cups)}


@torture.post("/form")
def form(name: Annotated[str, Form()], grams: Annotated[int, Form(ge=1)] = 1) -> dict[str, int]:
    return {"grams": grams}


@torture.post("/files")
def files(file: Annotated[FileStorage, File()]) -> dict[str, int]:
    return {"bytes": len(file.read())}


class Listing(Struct):
    """What is sold, with its pictures."""

    title: Annotated[str, Meta(min_length=1)]
    photo: Annotated[UploadedFile, File(max_size=1_000_000)]
    address: Address
    price: Annotated[int, Meta(ge=1)] = 1
    tags: list[str] = []
    more: list[UploadedFile] = []
    others: list[Address] = []


@torture.post("/listings")
def add_listing(listing: Annotated[Listing, Form()]) -> dict[str, int]:
    return {"files": 1 + len(listing.more), "addresses": 1 + len(listing.others)}


@torture.get("/<int(min=1, max=5):n>/<any(a, b):k>/<s>", responses={409: Problem})
def variables(n: int, k: str, s: Annotated[str, Path(max_length=5)]) -> dict[str, str]:
    return {"s": s}


@torture.get("/gone/<int:id>")
def gone(id: int) -> str:
    """Always gone.

    Raises:
        Gone: it is
    """
    abort(410)


class Item(MethodView):
    def get(self, id: int, limit: Annotated[int, Query(ge=0)] = 0) -> dict[str, int]:
        return {"limit": limit}

    def delete(self, id: int) -> tuple[Literal[""], Literal[204]]:
        return "", 204


torture.add_url_rule("/items/<int:id>", view_func=Item.as_view("item"))


def create_app() -> Quaff:
    """The application."""
    app = Quaff("torture", static_folder=None)
    app.register_blueprint(torture)
    return app
