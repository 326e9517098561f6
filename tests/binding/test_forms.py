"""Forms with files and JSON in them, sent through every gateway."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import attrs
import msgspec
import pydantic
import pytest
from werkzeug.datastructures import FileStorage

from quaff import Body, File, Form, Quaff, Query, UploadedFile
from quaff.binding.errors import AnnotationError
from quaff.testing import QuaffClient
from quaff.testing.client import Gateway
from tests.each_gateway import Reply, deliver

MULTIPART = "multipart/form-data; boundary=b"
Problems = list[tuple[list[Any], str]]


def file(content: bytes = b"content", name: str = "a.txt", kind: str = "text/plain") -> Any:
    """A file for the test client's `data`."""
    return io.BytesIO(content), name, kind


def part(field: str, content: bytes, name: str | None = None, kind: str = "") -> bytes:
    """A part of a form as it is on the wire."""
    filename = "" if name is None else f'; filename="{name}"'
    fields = f'Content-Disposition: form-data; name="{field}"{filename}\r\n'
    if kind:
        fields += f"Content-Type: {kind}\r\n"
    return b"--b\r\n%s\r\n%s\r\n" % (fields.encode(), content)


END = b"--b--\r\n"


def send(
    app: Quaff, gateway: Gateway, *parts: bytes, end: bytes = END, kind: str = MULTIPART
) -> Reply:
    """The answer to a form of bytes."""
    body = b"".join(parts) + end
    headers = [("Host", "localhost"), ("Content-Type", kind), ("Content-Length", str(len(body)))]
    return deliver(app, gateway, method="POST", headers=headers, body=body)


def problems(response: Any, status: int = 422) -> Problems:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    return [(error["loc"], error["msg"]) for error in response.json["errors"]]


# -- files ---------------------------------------------------------------------------------------


def test_a_file_is_what_the_client_sent(app: Quaff, client: QuaffClient, tmp_path: Path) -> None:
    @app.post("/")
    def view(photo: UploadedFile) -> list[Any]:
        begin = photo.read(3)
        photo.save(tmp_path / photo.safe_filename)
        photo.seek(0)
        pieces = [len(piece) for piece in photo.chunks(4)]
        return [photo.filename, photo.content_type, photo.size, begin.decode(), pieces]

    response = client.post("/", data={"photo": file(b"0123456789", "../a.png", "image/png")})
    assert response.json == ["../a.png", "image/png", 10, "012", [4, 4, 2]]
    # From where reading ended, as with Werkzeug's FileStorage.
    assert (tmp_path / "a.png").read_bytes() == b"3456789"


def test_an_async_view_reads_a_file_without_await(app: Quaff, gateway: Gateway) -> None:
    @app.post("/")
    async def view(photo: Annotated[UploadedFile, File()]) -> bytes:
        return photo.read()

    assert send(app, gateway, part("photo", b"x" * 600_000, name="a")).body == b"x" * 600_000


def test_files_may_be_several_or_missing(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(
        photos: list[UploadedFile],
        cover: UploadedFile | None = None,
        first: Annotated[FileStorage | None, File(alias="photos")] = None,
        rest: tuple[UploadedFile, ...] = (),
    ) -> list[Any]:
        assert first is not None
        return [[one.read().decode() for one in photos], cover, first.filename, len(rest)]

    response = client.post("/", data={"photos": [file(b"1", "1.txt"), file(b"2", "2.txt")]})
    assert response.json == [["1", "2"], None, "1.txt", 0]
    response = client.post("/", data={"rest": [file(), file()]})
    assert problems(response) == [
        (["form", "photos"], "Required"),
    ]


def test_what_browsers_send_for_nothing_chosen_is_missing(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(photo: UploadedFile | None = None) -> str:
        return "none" if photo is None else photo.read().decode()

    nothing = file(b"", "", "application/octet-stream")
    assert client.post("/", data={"photo": nothing}).text == "none"
    assert client.post("/", data={"photo": file(b"nameless", "")}).text == "nameless"


def test_a_file_must_be_a_file(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(photo: UploadedFile, cover: UploadedFile | None = None) -> str:
        assert cover is None
        return photo.read().decode()

    assert problems(client.post("/", data={"photo": "text"})) == [
        (["form", "photo"], "Expected a file")
    ]
    # What a form sends that is not multipart/form-data.
    response = client.post("/", data={"photo": "a.png", "cover": "b.png"})
    assert problems(response) == [
        (["form", "photo"], "Expected a file"),
        (["form", "cover"], "Expected a file"),
    ]
    assert problems(client.post("/", data={})) == [(["form", "photo"], "Required")]
    assert client.post("/", data={"photo": file(b"fine"), "cover": ""}).text == "fine"
    assert client.post("/", json={"photo": "text"}).status_code == 415


class Constrained(TypedDict):
    title: str
    photo: Annotated[UploadedFile, File(max_size=5, content_types=["image/png", "text/*"])]
    more: list[Annotated[UploadedFile, File(max_size=2)]]
    few: Annotated[list[UploadedFile], File(max_length=1)]


@pytest.mark.parametrize("as_model", [True, False])
def test_files_are_held_against_their_marker(
    as_model: bool, app: Quaff, client: QuaffClient
) -> None:
    if as_model:

        @app.post("/")
        def view(form: Annotated[Constrained, Form()]) -> str:
            return "fine"
    else:

        @app.post("/")
        def view(
            title: Annotated[str, Form()],
            photo: Annotated[UploadedFile, File(max_size=5, content_types=["image/png", "text/*"])],
            more: Annotated[list[UploadedFile], File(max_size=2)],
            few: Annotated[list[UploadedFile], File(max_length=1)],
        ) -> str:
            return "fine"

    def answer(**fields: Any) -> Any:
        fine = {"title": "a", "photo": file(b"12345"), "more": file(b"1"), "few": file()}
        return client.post("/", data={**fine, **fields})

    assert answer().text == "fine"
    size = (["form", "photo"], "Expected at most 5 bytes")
    kind = (["form", "photo"], "Expected image/png or text/*")
    second = (["form", "more", 1], "Expected at most 2 bytes")
    count = (["form", "few"], "Expected `array` of length <= 1")
    assert problems(answer(photo=file(b"123456")), 413) == [size]
    assert problems(answer(photo=file(b"1", kind="image/jpeg")), 415) == [kind]
    assert problems(answer(photo=file(b"123456", kind="a/b"))) == [size, kind]
    assert problems(answer(more=[file(b"12"), file(b"123")]), 413) == [second]
    assert problems(answer(few=[file(), file()])) == [count]
    # Beside another problem it is one of several.
    both = problems(client.post("/", data={"photo": file(b"123456"), "more": file(b"")}))
    missing = [(["form", "title"], "Required"), (["form", "few"], "Required")]
    assert sorted(map(str, both)) == sorted(map(str, [size, *missing]))


def test_a_handler_sees_what_is_wrong_with_files(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(photo: Annotated[UploadedFile, File(max_size=1)]) -> str:
        return ""

    @app.errorhandler(413)
    def handle(error: Any) -> tuple[list[Any], int]:
        return [error["loc"] for error in error.errors], 400

    response = client.post("/", data={"photo": file()})
    assert (response.status_code, response.json) == (400, [["form", "photo"]])


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Annotated[int, File()], "has the type int, which no file is. Take `UploadedFile`"),
        (Annotated[UploadedFile, Query()], "comes in forms only: mark it with File"),
        (Annotated[UploadedFile, Form()], "comes in forms only: mark it with File"),
        (Annotated[UploadedFile, File(min_length=1)], "`min_length` cannot be asked of Upload"),
    ],
    ids=str,
)
def test_files_in_wrong_places_are_refused_at_the_start(
    annotation: Any, message: str, app: Quaff
) -> None:
    def view(it: Any) -> str:
        return ""

    view.__annotations__["it"] = annotation
    app.add_url_rule("/", "view", view)
    with pytest.raises(AnnotationError, match=message):
        app.plan  # noqa: B018 - made when asked for


def test_a_view_takes_a_form_or_json(app: Quaff) -> None:
    @app.post("/")
    def view(address: Address, photo: UploadedFile) -> str:
        return ""

    with pytest.raises(AnnotationError, match=r"mark `address` with Form\(\) too"):
        app.plan  # noqa: B018 - made when asked for


def test_media_types_are_a_list() -> None:
    with pytest.raises(TypeError, match="with brackets"):
        File(content_types="image/png")
    marker = File(max_size=3, content_types=["Image/PNG"])
    assert repr(marker) == "File(max_size=3, content_types=('image/png',))"
    assert repr(File()) == "File()"


# -- models --------------------------------------------------------------------------------------


@dataclass
class Address:
    zip: int
    street: str = ""


@dataclass
class Listing:
    title: str
    photo: UploadedFile
    address: Address
    price: float = 1.5
    tags: list[str] = field(default_factory=list)
    more: list[UploadedFile] = field(default_factory=list)
    contacts: list[Address] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    cover: UploadedFile | None = None


class ListingStruct(msgspec.Struct):
    title: str
    photo: UploadedFile
    address: Address
    price: float = 1.5
    tags: list[str] = []
    more: list[UploadedFile] = []
    contacts: list[Address] = []
    notes: dict[str, int] = {}
    cover: UploadedFile | None = None


@attrs.define
class ListingAttrs:
    title: str
    photo: UploadedFile
    address: Address
    price: float = 1.5
    tags: list[str] = attrs.Factory(list)
    more: list[UploadedFile] = attrs.Factory(list)
    contacts: list[Address] = attrs.Factory(list)
    notes: dict[str, int] = attrs.Factory(dict)
    cover: UploadedFile | None = None


class ListingNamed(NamedTuple):
    title: str
    photo: UploadedFile
    address: Address
    price: float = 1.5
    tags: list[str] = []  # noqa: RUF012 - a default, as for an argument
    more: list[UploadedFile] = []  # noqa: RUF012
    contacts: list[Address] = []  # noqa: RUF012
    notes: dict[str, int] = {}  # noqa: RUF012
    cover: UploadedFile | None = None


class ListingModel(pydantic.BaseModel):
    title: str
    photo: UploadedFile
    address: Address
    price: float = 1.5
    tags: list[str] = []
    more: list[UploadedFile] = []
    contacts: list[Address] = []
    notes: dict[str, int] = {}
    cover: UploadedFile | None = None


MODELS: list[Any] = [Listing, ListingStruct, ListingAttrs, ListingNamed, ListingModel]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def add_listing_view(app: Quaff, model: Any) -> None:
    def view(listing: Any) -> dict[str, Any]:
        assert type(listing) is model
        return {
            "title": listing.title,
            "photo": [type(listing.photo).__name__, listing.photo.read().decode()],
            "address": repr(listing.address),
            "price": listing.price,
            "tags": listing.tags,
            "more": [one.filename for one in listing.more],
            "contacts": [contact.zip for contact in listing.contacts],
            "notes": listing.notes,
            "cover": listing.cover and listing.cover.filename,
        }

    view.__annotations__ = {"listing": Annotated[model, Form()]}
    app.add_url_rule("/", "view", view, methods=["POST"])


@each_model
def test_a_model_is_a_whole_form(model: Any, app: Quaff, client: QuaffClient) -> None:
    add_listing_view(app, model)
    least = {"title": "Tea", "photo": file(b"leaves"), "address": '{"zip": 1}'}
    expected = {
        "title": "Tea",
        "photo": ["UploadedFile", "leaves"],
        "address": "Address(zip=1, street='')",
        "price": 1.5,
        "tags": [],
        "more": [],
        "contacts": [],
        "notes": {},
        "cover": None,
    }
    assert client.post("/", data=least).json == expected
    full = {
        "title": "Tea",
        "photo": file(b"leaves"),
        "address": file(b'{"zip": 1, "street": "High"}', "blob", "application/json"),
        "price": "2",
        "tags": ["a", "b"],
        "more": [file(name="1"), file(name="2")],
        "contacts": '[{"zip": 2}, {"zip": 3}]',
        "notes": '{"a": 1}',
        "cover": file(name="c"),
    }
    assert client.post("/", data=full).json == {
        **expected,
        "address": "Address(zip=1, street='High')",
        "price": 2,
        "tags": ["a", "b"],
        "more": ["1", "2"],
        "contacts": [2, 3],
        "notes": {"a": 1},
        "cover": "c",
    }


@each_model
def test_all_that_is_wrong_with_a_form_is_told_at_once(
    model: Any, app: Quaff, client: QuaffClient
) -> None:
    add_listing_view(app, model)
    response = client.post(
        "/",
        data={
            "address": '{"zip": "secret", "street": 5}',
            "price": "secret",
            "contacts": '[{"zip": 1}, {"street": ""}]',
            "notes": '{"secret": "x"}',
            "more": "secret",
        },
    )
    assert {tuple(loc) for loc, _ in problems(response)} >= {
        ("form", "title"),
        ("form", "photo"),
        ("form", "address", "zip"),
        ("form", "address", "street"),
        ("form", "price"),
        ("form", "contacts", 1, "zip"),
    }
    assert (["form", "title"], "Field required" if model is ListingModel else "Required") in (
        problems(response)
    )
    values = [msg for _, msg in problems(response)]
    assert not any("secret" in msg for msg in values)


def test_json_is_read_strictly_and_texts_are_not(app: Quaff, client: QuaffClient) -> None:
    add_listing_view(app, Listing)
    data = {"title": "1", "photo": file(), "price": "3"}
    assert client.post("/", data={**data, "address": '{"zip": 1}'}).json["price"] == 3
    response = client.post("/", data={**data, "photo": file(), "address": '{"zip": "1"}'})
    assert problems(response) == [(["form", "address", "zip"], "Expected `int`, got `str`")]


def test_json_may_come_as_several_parts(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(form: Annotated[Several, Form()]) -> list[int]:
        return [address.zip for address in form.addresses]

    two = ['{"zip": 1}', '{"zip": 2}']
    assert client.post("/", data={"addresses": two}).json == [1, 2]
    assert client.post("/", data={"addresses": two[0]}).json == [1]
    assert client.post("/", data={"addresses": f"[{two[0]}]"}).json == [1]
    mixed = [two[0], file(two[1].encode(), "blob", "application/json")]
    assert client.post("/", data={"addresses": mixed}).json == [1, 2]
    response = client.post("/", data={"addresses": [two[0], '{"zip": "2"}']})
    assert problems(response) == [(["form", "addresses", 1, "zip"], "Expected `int`, got `str`")]
    response = client.post("/", data={"addresses": [two[0], "{"]})
    assert problems(response) == [(["form", "addresses"], "Expected JSON")]


@dataclass
class Inputs:
    name: str
    size: int = 7
    day: date | None = None
    kind: Literal["", "a"] | None = None
    sizes: list[int] = field(default_factory=list)


@pytest.mark.parametrize("whole", [True, False])
def test_an_input_left_empty_is_missing_unless_it_is_a_text(
    whole: bool, app: Quaff, client: QuaffClient
) -> None:
    if whole:

        @app.post("/")
        def view(inputs: Annotated[Inputs, Form()]) -> str:
            return repr(inputs)
    else:

        @app.post("/")
        def view(
            name: Annotated[str, Form()],
            size: Annotated[int, Form()] = 7,
            day: Annotated[date | None, Form()] = None,
            kind: Annotated[Literal["", "a"] | None, Form()] = None,
        ) -> str:
            return repr(Inputs(name, size, day, kind))

    empty = {"name": "", "size": "", "day": "", "kind": ""}
    expected = "Inputs(name='', size=7, day=None, kind='', sizes=[])"
    assert client.post("/", data=empty).text == expected
    assert problems(client.post("/", data={"size": "x", "day": ""})) == [
        (["form", "name"], "Required"),
        (["form", "size"], "Expected `int`"),
    ]


def test_an_input_left_empty_is_missing_where_it_is_required(
    app: Quaff, client: QuaffClient
) -> None:
    @app.post("/")
    def view(size: Annotated[int, Form()], count: Annotated[float, Form()]) -> str:
        return ""

    assert problems(client.post("/", data={"size": "", "count": ""})) == [
        (["form", "size"], "Required"),
        (["form", "count"], "Required"),
    ]


class Cat(msgspec.Struct, tag=True):
    lives: int


class Dog(msgspec.Struct, tag=True):
    size: int


class Home(msgspec.Struct, rename="camel"):
    first_pet: Cat | Dog
    house_number: int
    front_door: UploadedFile


def test_names_and_unions_are_those_of_the_model(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(home: Annotated[Home, Form()]) -> str:
        return f"{home.first_pet} {home.house_number} {home.front_door.filename}"

    data = {"firstPet": '{"type": "Dog", "size": 3}', "houseNumber": "5", "frontDoor": file()}
    assert client.post("/", data=data).text == "Dog(size=3) 5 a.txt"
    response = client.post("/", data={"firstPet": '{"type": "Dog"}', "frontDoor": "x"})
    assert problems(response) == [
        (["form", "firstPet", "size"], "Required"),
        (["form", "frontDoor"], "Expected a file"),
        (["form", "houseNumber"], "Required"),
    ]


@dataclass
class Several:
    addresses: list[Address]


@each_model
@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ('{"zip": 1', "The text ends too early to be JSON: line 1, column 10"),
        ('{"zip": 1,\n secret}', "The text is not valid JSON: line 2, column 2"),
        ("", "The text ends too early to be JSON: line 1, column 1"),
        (f'{{"zip": 1, "more": {"[" * 100_000}', "Nested too deep"),
        (file(b'{"zip": 1}', "a.txt", "text/plain"), "Expected JSON"),
        (file(b"\xff", "blob", "application/json"), "The text is not valid JSON: line 1, column 1"),
    ],
    ids=["ends", "secret", "empty", "deep", "file", "bytes"],
)
def test_what_is_no_json_is_told(
    model: Any, sent: Any, message: str, app: Quaff, client: QuaffClient
) -> None:
    add_listing_view(app, model)
    if isinstance(sent, tuple):
        sent = file(sent[0].getvalue(), *sent[1:])
    response = client.post("/", data={"title": "a", "photo": file(), "address": sent})
    assert problems(response) == [(["form", "address"], message)]


def test_a_whole_form_may_be_missing(app: Quaff, client: QuaffClient) -> None:
    otherwise = Several([Address(9)])

    @app.post("/")
    def view(form: Annotated[Several, Form()] = otherwise) -> str:
        return str(form.addresses[0].zip)

    assert client.post("/").text == "9"
    assert client.post("/", data={"addresses": '{"zip": 1}'}).text == "1"
    assert problems(client.post("/", data={"addresses": "{}"})) == [
        (["form", "addresses", 0, "zip"], "Required")
    ]


@dataclass
class Positive:
    photo: UploadedFile
    number: int = 1

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("A number must be positive.")


def test_a_model_checks_itself(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(form: Annotated[Positive, Form()]) -> str:
        return str(form.number)

    assert client.post("/", data={"photo": file(), "number": "2"}).text == "2"
    response = client.post("/", data={"photo": file(), "number": "-2"})
    assert problems(response) == [(["form"], "A number must be positive.")]


class WithPydantic(TypedDict):
    model: ListingPart


class ListingPart(pydantic.BaseModel):
    size: int = pydantic.Field(ge=1)


def test_json_may_be_a_model_of_pydantic(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(form: Annotated[WithPydantic, Form()]) -> str:
        return repr(form["model"])

    assert client.post("/", data={"model": '{"size": 3}'}).text == "ListingPart(size=3)"
    response = client.post("/", data={"model": '{"size": 0}'})
    assert [loc for loc, _ in problems(response)] == [["form", "model", "size"]]
    response = client.post("/", data={"model": "secret"})
    assert problems(response) == [
        (["form", "model"], "The text is not valid JSON: line 1, column 1")
    ]


class Grade(Enum):
    LOW = -1
    HIGH = 7


class Mark(NamedTuple):
    grade: Grade
    name: str = ""


class Marks(TypedDict):
    last: Grade
    by_name: dict[str, Grade]
    by_grade: dict[Grade, list[Mark]]


@dataclass
class Report:
    marks: Marks
    more: list[Marks] = field(default_factory=list)


def test_json_may_have_an_enum_of_numbers(app: Quaff, client: QuaffClient) -> None:
    @app.post("/")
    def view(report: Annotated[Report, Form()]) -> str:
        (marks,) = report.more or [report.marks]
        assert marks == Marks(
            last=Grade.LOW, by_name={"a": Grade.HIGH}, by_grade={Grade.HIGH: [Mark(Grade.LOW, "7")]}
        )
        assert type(marks["by_grade"][Grade.HIGH][0]) is Mark
        return "fits"

    marks = '{"last": -1, "by_name": {"a": 7}, "by_grade": {"7": [[-1, "7"]]}}'
    assert client.post("/", data={"marks": marks}).text == "fits"
    assert client.post("/", data={"marks": marks, "more": marks}).text == "fits"
    response = client.post("/", data={"marks": marks.replace("7}", "8}"), "more": marks})
    assert [loc for loc, _ in problems(response)] == [["form", "marks", "by_name", "*"]]


@dataclass
class Inner:
    photo: UploadedFile


@dataclass
class Outer:
    inner: Inner


@dataclass
class Odd:
    value: complex


@dataclass
class Aliased:
    photo: Annotated[UploadedFile, File(alias="picture")]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Outer, "files must be fields of the form's own model"),
        (Odd, "its field `value` is neither a scalar"),
        (Aliased, "which only parameters can have"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_models_that_no_form_can_hold_are_refused(model: Any, message: str, app: Quaff) -> None:
    def view(form: Any) -> str:
        return ""

    view.__annotations__["form"] = Annotated[model, Form()]
    app.add_url_rule("/", "view", view)
    with pytest.raises(AnnotationError, match=message):
        app.plan  # noqa: B018 - made when asked for


# Pydantic judges its models by itself.
@pytest.mark.parametrize("model", MODELS[:-1], ids=lambda model: model.__name__)
def test_models_with_files_come_in_forms_only(model: Any, app: Quaff) -> None:
    def view(body: Any) -> str:
        return ""

    view.__annotations__["body"] = Annotated[model, Body()]
    app.add_url_rule("/", "view", view)
    with pytest.raises(AnnotationError, match="UploadedFile in it, which cannot be read from JSON"):
        app.plan  # noqa: B018 - made when asked for


# -- bad input -----------------------------------------------------------------------------------


@dataclass
class Small:
    title: str = ""
    photo: UploadedFile | None = None
    address: Address | None = None


@pytest.fixture
def seen(app: Quaff) -> list[Any]:
    """What views were given."""
    seen: list[Any] = []

    @app.post("/")
    def model(form: Annotated[Small, Form()]) -> str:
        seen.append(form)
        return "model"

    @app.post("/file")
    def single(photo: UploadedFile | None = None) -> str:
        seen.append(photo)
        return "file"

    return seen


@pytest.mark.parametrize(
    ("parts", "end", "kind"),
    [
        ([], b"", MULTIPART),
        ([part("title", b"a")], b"", MULTIPART),
        ([part("photo", b"secret", "a")], b"", MULTIPART),
        ([part("title", b"a")], END, "multipart/form-data"),
        ([b"--b\r\nX: secret\r\n\r\nx\r\n"], END, MULTIPART),
        ([], b"title=\xff", "application/x-www-form-urlencoded"),
    ],
    ids=["nothing", "no end", "file without end", "no boundary", "no name", "urlencoded"],
)
def test_broken_forms_are_answered_with_400(
    parts: list[bytes], end: bytes, kind: str, app: Quaff, gateway: Gateway, seen: list[Any]
) -> None:
    reply = send(app, gateway, *parts, end=end, kind=kind)
    assert (reply.status, seen) == (400, [])
    assert "secret" not in reply.text


def test_an_empty_form_is_no_broken_one(app: Quaff, gateway: Gateway, seen: list[Any]) -> None:
    assert send(app, gateway).text == "model"


@pytest.mark.parametrize(
    ("setting", "limit", "parts"),
    [
        ("MAX_CONTENT_LENGTH", 100, [part("photo", b"x" * 200, "a")]),
        ("MAX_FORM_PARTS", 2, [part("title", b"x")] * 3),
        ("MAX_FORM_PARTS", 2, [part("photo", b"x", "a")] * 3),
        ("MAX_FORM_MEMORY_SIZE", 100_000, [part("title", b"x" * 100_001)]),
        (
            "MAX_FORM_MEMORY_SIZE",
            100_000,
            [part("address", b'{"zip": 1%s}' % (b" " * 100_000), "blob", "application/json")],
        ),
    ],
    ids=["length", "parts", "files", "field", "JSON in a file"],
)
def test_forms_have_limits(
    setting: str, limit: int, parts: list[bytes], app: Quaff, gateway: Gateway, seen: list[Any]
) -> None:
    app.config[setting] = limit
    assert (send(app, gateway, *parts).status, seen) == (413, [])


# -- the end -------------------------------------------------------------------------------------


@pytest.fixture
def opened(app: Quaff) -> list[Any]:
    """The files that requests have opened for their forms."""
    opened: list[Any] = []

    class Watched(app.request_class):  # type: ignore[name-defined, misc]
        def _get_file_stream(self, *args: Any, **kwargs: Any) -> Any:
            opened.append(super()._get_file_stream(*args, **kwargs))
            return opened[-1]

    app.request_class = Watched
    return opened


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        (200, [part("photo", b"x", "a"), part("photo", b"x" * 600_000, "a")]),
        (500, [part("photo", b"x" * 600_000, "a"), part("title", b"fail")]),
        (422, [part("photo", b"x" * 600_000, "a"), part("address", b"{}")]),
        (413, [part("photo", b"x" * 600_000, "a"), part("title", b"x" * 600_000)]),
        (400, [part("photo", b"x" * 600_000, "a"), b"--b\r\nX: y\r\n\r\n\r\n"]),
    ],
    ids=str,
)
def test_files_are_closed_whatever_happens(
    status: int, parts: list[bytes], app: Quaff, gateway: Gateway, opened: list[Any]
) -> None:
    @app.post("/")
    def view(form: Annotated[Small, Form()]) -> str:
        assert form.photo is not None
        assert not form.photo.closed
        return "" if form.title != "fail" else str(1 / 0)

    assert send(app, gateway, *parts).status == status
    assert opened
    assert all(stream.closed for stream in opened)


# -- what is generated ---------------------------------------------------------------------------


def test_what_is_generated_reads_like_a_list(app: Quaff) -> None:
    @app.post("/")
    def view(
        form: Annotated[Small, Form()],
        photos: list[UploadedFile],
        cover: UploadedFile | None = None,
    ) -> str:
        return ""

    [source] = app.plan.binders["view"].sources
    expected = """\
        form = form_of(request)
        found = gathered(form.getlist, form__fields)
        add_parts(found, request, form__parts)
        form_ = build_form_(found)
        photos = read_photos(request)
        cover = read_cover(request, None)
    except Exception as error:
        refuse(error, request, values, parameters)
        raise
    return {**values, 'form': form_, 'photos': photos, 'cover': cover}
"""
    assert source.endswith(expected)


# -- event loops ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "elsewhere"), [(1_000, False), (600_000, True)])
@pytest.mark.parametrize("whole", [True, False])
def test_a_large_form_keeps_no_event_loop_waiting(
    size: int, elsewhere: bool, whole: bool, app: Quaff, gateway: Gateway
) -> None:
    threads: list[int] = []

    class Watched(app.request_class):  # type: ignore[name-defined, misc]
        def _get_file_stream(self, *args: Any, **kwargs: Any) -> Any:
            threads.append(threading.get_ident())
            return super()._get_file_stream(*args, **kwargs)

    app.request_class = Watched

    async def view(it: Any) -> str:
        threads.append(threading.get_ident())
        return str((it.photo if whole else it).size)

    view.__annotations__["it"] = Annotated[Small, Form()] if whole else UploadedFile
    app.add_url_rule("/", "view", view, methods=["POST"])
    reply = send(app, gateway, part("photo" if whole else "it", b"x" * size, "a"))
    assert reply.text == str(size)
    # Under WSGI views run on the background loop, and forms are read in the server's thread.
    assert (threads[0] != threads[1]) is (elsewhere or gateway == "wsgi")


def test_on_an_event_loop_a_broken_form_is_answered_too(app: Quaff, gateway: Gateway) -> None:
    @app.post("/")
    async def view(photo: Annotated[UploadedFile, File(max_size=5)]) -> str:
        return ""

    large = part("photo", b"x" * 600_000, "a")
    assert send(app, gateway, large).status == 413
    assert send(app, gateway, large, end=b"").status == 400
    app.config["MAX_CONTENT_LENGTH"] = 1_000
    assert send(app, gateway, large).status == 413
