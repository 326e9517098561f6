"""Query strings: the fields that Werkzeug finds, in a class that seems to be Werkzeug's."""

from __future__ import annotations

import copy
import pickle
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import datastructures
from werkzeug.exceptions import BadRequestKeyError
from werkzeug.wrappers import Request as WerkzeugRequest

from quaff import Request
from quaff.gateways.asgi import request_of
from quaff.http.query import ImmutableMultiDict, fields_of, parse_fields

PIECES = [*"ab1==&&%+;é\xff", "%41", "%C3%A9", "%ff", "%2"]


def queries() -> list[bytes]:
    """Query strings of pieces that mean something, well-formed or not."""
    chance = random.Random(7)
    return [
        "".join(chance.choices(PIECES, k=chance.randrange(12))).encode(
            chance.choice(["utf-8", "latin1"])
        )
        for _ in range(3_000)
    ]


def by_werkzeug(query: bytes) -> datastructures.MultiDict[str, str]:
    # It refuses bytes that are not UTF-8, which a client may well send.
    text = query.decode(errors="replace").encode().decode("latin1")
    return WerkzeugRequest({"QUERY_STRING": text}).args


def test_the_fields_are_those_that_werkzeug_finds() -> None:
    for query in queries():
        expected = list(by_werkzeug(query).items(multi=True))
        scope = {"method": "GET", "path": "/", "query_string": query, "headers": []}
        for request in (
            Request({"QUERY_STRING": query.decode("latin1")}),
            request_of(Request, scope),
        ):
            assert list(request.args.items(multi=True)) == expected, query
            assert list(request.args) == list(by_werkzeug(query)), query
            # Pairs stand in the order of the URL, and the fields in that of their names.
            assert datastructures.MultiDict(request.query_fields) == request.args, query


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5))
def test_a_query_string_gives_what_was_put_into_it(fields: list[tuple[str, str]]) -> None:
    fields = [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode())
        for name, value in fields
    ]
    assert parse_fields(urlencode(fields)) == fields
    assert fields_of(urlencode(fields)) == datastructures.MultiDict(fields)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=%C3%A9+%2B", [("a", "é +")]),
        (b"a=%zz&b=%", [("a", "%zz"), ("b", "%")]),
        (b"a=\xff", [("a", "\ufffd")]),
        (b"a=\xff%20", [("a", "\ufffd ")]),
    ],
)
def test_query_strings(query: bytes, fields: list[tuple[str, str]]) -> None:
    assert parse_fields(query.decode(errors="replace")) == fields


# -- the class -----------------------------------------------------------------------------------

QUERY = "a=1&a=x&b=&c=2"


def answers(fields: Any) -> list[Any]:
    """What somebody can find out of fields."""
    keys = ["a", "b", "c", "missing", None]
    return [
        repr(fields),
        [fields.get(key) for key in keys],
        [fields.get(key, 5) for key in keys],
        [fields.get(key, type=int) for key in keys],
        [fields.get(key, default="d", type=lambda value: [value]) for key in keys],
        [fields.getlist(key, type=int) for key in keys],
        [key in fields for key in keys],
        [fields[key] for key in "abc"],
        list(fields),
        list(fields.values()),
        list(fields.items(multi=True)),
        fields.to_dict(),
        fields.to_dict(flat=False),
        hash(fields),
        fields == by_werkzeug(QUERY.encode()),
        by_werkzeug(QUERY.encode()) == fields,
        dict(fields),
        len(fields),
        type(fields.copy()),
        fields.copy(),
        fields | {"d": 1},
        copy.deepcopy(fields),
        list(fields.deepcopy().items(multi=True)),
    ]


def test_the_class_answers_as_werkzeugs_does() -> None:
    fields = fields_of(QUERY)
    assert isinstance(fields, datastructures.ImmutableMultiDict)
    assert answers(fields) == answers(by_werkzeug(QUERY.encode()))
    assert answers(type(fields)(list(fields.items(multi=True)))) == answers(fields)
    assert copy.copy(fields) is fields


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_who_unpickles_fields_need_not_know_us(protocol: int) -> None:
    pickled = pickle.dumps(fields_of(QUERY), protocol)
    assert b"quaff" not in pickled
    assert pickled == pickle.dumps(by_werkzeug(QUERY.encode()), protocol)
    assert pickle.loads(pickled) == fields_of(QUERY)


@pytest.mark.parametrize("fields", [fields_of(QUERY), by_werkzeug(QUERY.encode())])
def test_a_field_that_is_missing_is_400_and_names_the_field(fields: Any) -> None:
    with pytest.raises(BadRequestKeyError) as caught:
        fields["missing"]
    assert caught.value.args == ("missing",)
    with pytest.raises(TypeError, match="unhashable"):
        fields[[]]
    with pytest.raises(TypeError, match="unhashable"):
        fields.get([])


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.add("a", "1"),
        lambda fields: fields.update({"a": "1"}),
        lambda fields: fields.setdefault("d", "1"),
        lambda fields: fields.__setitem__("a", "1"),
        lambda fields: fields.pop("a"),
    ],
)
def test_fields_cannot_be_changed(change: Any) -> None:
    with pytest.raises(TypeError, match="'ImmutableMultiDict' objects are immutable"):
        change(fields_of(QUERY))


def test_an_empty_list_of_values_is_as_good_as_none() -> None:
    for kind in (ImmutableMultiDict, datastructures.ImmutableMultiDict):
        fields: Any = kind.__new__(kind)
        dict.update(fields, a=[])
        assert fields.get("a", 1) == 1
        with pytest.raises(BadRequestKeyError):
            fields["a"]


# -- on requests ---------------------------------------------------------------------------------


def test_a_class_of_requests_may_have_a_container_of_its_own() -> None:
    class Own(Request):
        parameter_storage_class = datastructures.MultiDict  # type: ignore[assignment]

    for query in (QUERY, "a=%41", ""):
        args = Own({"QUERY_STRING": query}).args
        assert type(args) is datastructures.MultiDict
        assert args == fields_of(query)


def test_args_can_be_replaced_and_so_can_what_they_are_made_of() -> None:
    request = Request({"QUERY_STRING": QUERY})
    request.query_string = b"other=%31"
    assert request.args == {"other": ["1"]}
    assert request.args is request.args
    request.args = args = ImmutableMultiDict([("z", "1")])
    assert request.args is args
    assert request.query_string == b"other=%31"


def test_a_class_of_requests_may_read_args_in_its_own_way() -> None:
    class Own(Request):
        @property
        def args(self) -> Any:
            return datastructures.MultiDict({**super().args, "own": "1"})

    assert Own({"QUERY_STRING": "a=1"}).args.to_dict() == {"a": "1", "own": "1"}
