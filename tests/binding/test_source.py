"""Binds of random signatures, held against reading each value on its own with msgspec."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from quaff import Cookie, Form, Header, Quaff, Query
from quaff.binding.binder import Binder
from quaff.binding.errors import ValidationError
from quaff.binding.forms import skips_empty
from quaff.binding.places import listed
from quaff.http.request import Request
from quaff.testing import EnvironBuilder


class Color(Enum):
    RED = "red"
    ONE = "1"


TYPES: list[Any] = [
    *(int, float, str, bool, Decimal, UUID, date, Color, Literal["a", "1"], Literal[1, 2]),
    *(int | None, str | None, bool | None, int | str, float | None, Color | None),
    *(list[int], list[str], set[bool], tuple[Color, ...], list[int | None], list[float]),
    Annotated[int, msgspec.Meta(ge=1, lt=100)],
    Annotated[int, msgspec.Meta(multiple_of=3)],
    Annotated[int, msgspec.Meta(ge=2)] | None,
    Annotated[float, msgspec.Meta(gt=0)],
    Annotated[str, msgspec.Meta(min_length=2, max_length=3)],
    Annotated[str, msgspec.Meta(pattern="^[a-z]+$")],
    Annotated[list[int], msgspec.Meta(max_length=1)],
]
TEXTS = [
    *(
        "",
        "0",
        "1",
        "-1",
        "3",
        "01",
        "1.0",
        "1e2",
        "+1",
        " 1",
        "1_0",
        "٣",
        "²",
        "99999999999999999999",
    ),
    *("1.5", ".5", "nan", "inf", "true", "TRUE", "false", "yes", "null", "None", "red", "a", "ab"),
    *("abcd", "äö", "2026-01-31", "2026-02-30", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
]
MANY = (list, set, tuple)
DEFAULT = object()
NAMES = ["query", "text", "values", "it_is", "other"]

parameters = st.tuples(
    st.sampled_from(TYPES),
    st.sampled_from([Query, Header, Cookie, Form]),
    st.booleans(),
    st.lists(st.sampled_from(TEXTS), max_size=3),
)


def is_many(annotation: Any) -> bool:
    return getattr(getattr(annotation, "__origin__", None), "__origin__", None) in MANY or (
        getattr(annotation, "__origin__", None) in MANY
    )


def expected(annotation: Any, optional: bool, texts: list[str]) -> Any:
    """The value, or ValidationError."""
    if not texts:
        return DEFAULT if optional else ValidationError
    try:
        value = texts if is_many(annotation) else texts[0]
        made = msgspec.convert(value, annotation, strict=False)
        numbers = made if is_many(annotation) else [made]
        finite = (isfinite(it) for it in numbers if isinstance(it, float | Decimal))
        return made if all(finite) else ValidationError
    except msgspec.ValidationError:
        return ValidationError


@settings(max_examples=300, deadline=None)
@given(st.lists(parameters, min_size=1, max_size=len(NAMES)))
def test_a_bind_does_what_reading_each_value_would_do(found: list[Any]) -> None:
    app = Quaff("example", static_folder=None)
    sent: dict[Any, list[tuple[str, str]]] = {Query: [], Header: [], Cookie: [], Form: []}
    wanted: dict[str, Any] = {}
    places: list[list[str]] = []
    defaults, annotations = {}, {}
    for name, (annotation, marker, optional, texts) in zip(NAMES, found, strict=False):
        if marker in (Header, Cookie):
            texts = [text for text in texts if text.isascii()][:1]
        if marker is Cookie and is_many(annotation):
            marker = Query
        if marker in (Header, Cookie):
            texts = [text.strip() for text in texts]
        alias = name.replace("_", "-") if marker is Header else name
        sent[marker] += [(alias, text) for text in texts]
        annotations[name] = Annotated[annotation, marker()]
        if optional:
            defaults[name] = DEFAULT
        if marker is Header and is_many(annotation):
            texts = listed(texts)
        if marker is Form and texts[:1] == [""] and skips_empty(annotation):
            wanted[name] = expected(annotation, optional, [])
        else:
            wanted[name] = expected(annotation, optional, texts)
        if wanted[name] is ValidationError:
            places.append([marker.source, alias])
    order = [name for name in annotations if name not in defaults] + list(defaults)

    def view(**values: Any) -> str:
        return ""

    namespace: dict[str, Any] = {"DEFAULT": DEFAULT}
    arguments = ", ".join(f"{name}=DEFAULT" if name in defaults else name for name in order)
    exec(f"def view({arguments}): ...", namespace)
    namespace["view"].__annotations__ = annotations
    app.add_url_rule("/", "view", namespace["view"], methods=["POST"])
    app.url_map.update()
    binder = Binder(list(app.url_map.iter_rules("view")), namespace["view"])
    builder = EnvironBuilder(
        app,
        "/",
        method="POST",
        query_string=urlencode(sent[Query]),
        headers=[*sent[Header], ("Cookie", "; ".join(f"{n}={t}" for n, t in sent[Cookie]))],
        data=urlencode(sent[Form]),
        content_type="application/x-www-form-urlencoded",
    )
    request = Request(builder.get_environ())
    request.url_rule = next(app.url_map.iter_rules("view"))
    with app.app_context():
        try:
            bound = binder.bind(request, {})
        except ValidationError as error:
            told = [problem["loc"][:2] for problem in error.errors]
            assert sorted(map(str, places)) == sorted(set(map(str, told)))
        else:
            assert places == []
            assert repr(bound) == repr({name: wanted[name] for name in order})
