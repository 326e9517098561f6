"""Tagged JSON."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import uuid

import pytest
from markupsafe import Markup

from quaff.tags import (
    JSONTag,
    PassList,
    TagBytes,
    TagDict,
    TaggedJSONSerializer,
    TagTuple,
)

UTC = datetime.UTC
EAST = datetime.timezone(datetime.timedelta(hours=2))
Pair = collections.namedtuple("Pair", "a b")


@pytest.fixture
def serializer():
    return TaggedJSONSerializer()


class Html:
    def __html__(self):
        return "<b>"


@dataclasses.dataclass
class Point:
    x: int


class Colour(enum.IntEnum):
    RED = 1


class Name(str):
    __slots__ = ()


#: Written by Flask 3.1.3: value, text, and what comes back if that is another value.
WRITTEN_BY_FLASK = [
    (None, "null"),
    ("é☃</script>", '"\\u00e9\\u2603</script>"'),
    ("\ud800", '"\\ud800"'),
    ([1, 1.5, True], "[1,1.5,true]"),
    ({"b": 1, "a": 2}, '{"b":1,"a":2}'),
    ((1, 2), '{" t":[1,2]}'),
    ((), '{" t":[]}'),
    ({"a": (1, [2, (3,)])}, '{"a":{" t":[1,[2,{" t":[3]}]]}}'),
    ([(1,), b"x", {"a": b"y"}], '[{" t":[1]},{" b":"eA=="},{"a":{" b":"eQ=="}}]'),
    (b"\xff\x00", '{" b":"/wA="}'),
    (Markup("<b>"), '{" m":"<b>"}'),
    (Html(), '{" m":"<b>"}', Markup("<b>")),
    (uuid.UUID(int=5), '{" u":"00000000000000000000000000000005"}'),
    (
        datetime.datetime(2020, 1, 2, 3, 4, 5, 678),
        '{" d":"Thu, 02 Jan 2020 03:04:05 GMT"}',
        datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    ),
    (
        datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=EAST),
        '{" d":"Thu, 02 Jan 2020 01:04:05 GMT"}',
    ),
    (datetime.date(2020, 1, 2), '"Thu, 02 Jan 2020 00:00:00 GMT"', "Thu, 02 Jan 2020 00:00:00 GMT"),
    (decimal.Decimal("1.0"), '"1.0"', "1.0"),
    (Point(1), '{"x":1}', {"x": 1}),
    (Pair(1, 2), '{" t":[1,2]}', (1, 2)),
    ({1: 2, None: 3, 1.5: 4}, '{"1":2,"null":3,"1.5":4}', {"1": 2, "null": 3, "1.5": 4}),
    ({" t": 1}, '{" di":{" t__":1}}'),
    ({" t": (1,)}, '{" di":{" t__":{" t":[1]}}}'),
    ({" t__": 1}, '{" t__":1}'),
    ({" di": 1}, '{" di":{" di__":1}}'),
    ({" t": 1, "x": 2}, '{" t":1,"x":2}'),
    ({" unknown": 1}, '{" unknown":1}'),
    ({"a": {" b": b"1"}}, '{"a":{" di":{" b__":{" b":"MQ=="}}}}'),
    ({"": 1}, '{"":1}'),
    ({}, "{}"),
    ({"a": "é☃", "b": None}, '{"a":"\\u00e9\\u2603","b":null}'),
    ({"é": True}, '{"\\u00e9":true}'),
    ({"a": "\x7f"}, '{"a":"\\u007f"}'),
    ({"a": "\ud800"}, '{"a":"\\ud800"}'),
    ({"a": '\x00\x1f\b\f\n\r\t"\\/<'}, '{"a":"\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\/<"}'),
    ({"a": 1e16, "b": 1e-7, "c": 2.0}, '{"a":1e+16,"b":1e-07,"c":2.0}'),
    ({"a": 2**64, "b": -(2**63) - 1}, '{"a":18446744073709551616,"b":-9223372036854775809}'),
    ({"a": 10**400}, f'{{"a":1{"0" * 400}}}'),
    ({"a": float("inf"), "b": -float("inf")}, '{"a":Infinity,"b":-Infinity}'),
    ({"a": {"b": {}}, "c": []}, '{"a":{"b":{}},"c":[]}'),
    (collections.OrderedDict(a=1), '{"a":1}', {"a": 1}),
    ({"a": Colour.RED}, '{"a":1}', {"a": 1}),
    ({"a": Name("x")}, '{"a":"x"}', {"a": "x"}),
]


@pytest.mark.parametrize("case", WRITTEN_BY_FLASK, ids=lambda case: case[1])
def test_it_writes_and_reads_what_flask_does(serializer, case):
    value, text, *back = case
    assert serializer.dumps(value) == text
    expected = back[0] if back else value
    result = serializer.loads(text)
    assert result == expected
    assert type(result) is type(expected)
    assert serializer.loads(text.encode()) == expected


@pytest.mark.parametrize("value", [{1}, bytearray(b"x"), len, {(1, 2): 3}, {b"a": 1}])
def test_what_has_no_form_is_a_type_error(serializer, value):
    with pytest.raises(TypeError):
        serializer.dumps(value)


@pytest.mark.parametrize("text", ["", "nul", "[1,]"])
def test_what_is_not_json_is_a_value_error(serializer, text):
    with pytest.raises(ValueError, match=r"."):
        serializer.loads(text)


def test_what_a_subclass_does_with_values_is_done_with_all_of_them():
    class Shouting(TaggedJSONSerializer):
        def tag(self, value):
            return value.upper() if isinstance(value, str) else super().tag(value)

        def untag(self, value):
            return {key: value[key] for key in value if key != "secret"}

    assert Shouting().dumps({"a": "x"}) == '{"a":"X"}'
    assert Shouting().loads('{"a":1,"secret":2}') == {"a": 1}


def test_a_tag_for_what_json_knows_is_asked_in_plain_dicts(serializer):
    class TagYes(JSONTag):
        key = " yes"

        def check(self, value):
            return value is True

        def to_json(self, value):
            return 1

        def to_python(self, value):
            return "yes"

    serializer.register(TagYes, index=0)
    assert serializer.dumps({"a": True}) == '{"a":{" yes":1}}'
    assert serializer.loads('{"a":{" yes":1}}') == {"a": "yes"}
    assert serializer.loads('{" yes":1}') == "yes"


def test_dicts_with_a_tag_and_more_are_no_tags(serializer):
    assert serializer.loads('{" t":[1],"x":1}') == {" t": [1], "x": 1}


def test_tag_and_untag_are_the_two_steps(serializer):
    assert serializer.tag((1, b"2")) == {" t": [1, {" b": "Mg=="}]}
    assert serializer.untag({" t": [1]}) == (1,)
    assert serializer.untag({"a": {" t": [1]}}) == {"a": {" t": [1]}}
    assert serializer.untag({}) == {}


class Temperature:
    def __init__(self, degrees):
        self.degrees = degrees


class TagTemperature(JSONTag):
    key = " temp"

    def check(self, value):
        return isinstance(value, Temperature)

    def to_json(self, value):
        return self.serializer.tag(value.degrees)

    def to_python(self, value):
        return Temperature(value)


def test_a_tag_of_ones_own(serializer):
    serializer.register(TagTemperature)
    text = serializer.dumps({"inside": [Temperature((1, 2))]})
    assert text == '{"inside":[{" temp":{" t":[1,2]}}]}'
    assert serializer.loads(text)["inside"][0].degrees == (1, 2)


def test_a_tag_of_ones_own_may_be_for_a_type_that_json_knows(serializer):
    class TagText(JSONTag):
        key = " text"

        def check(self, value):
            return isinstance(value, str)

        def to_json(self, value):
            return value[::-1]

        def to_python(self, value):
            return value[::-1]

    serializer.register(TagText, index=0)
    assert serializer.dumps(["abc", 1]) == '[{" text":"cba"},1]'
    assert serializer.loads('[{" text":"cba"},1]') == ["abc", 1]


def test_the_order_of_tags(serializer):
    class OrderedTag(JSONTag):
        key = " od"

        def check(self, value):
            return isinstance(value, collections.OrderedDict)

        def to_json(self, value):
            return list(value)

    serializer.register(OrderedTag, index=0)
    assert isinstance(serializer.order[0], OrderedTag)
    assert serializer.dumps(collections.OrderedDict(a=1)) == '{" od":["a"]}'
    serializer.register(TagTemperature, index=-1)
    assert isinstance(serializer.order[-2], TagTemperature)
    serializer.register(PassList)
    assert isinstance(serializer.order[-1], PassList)
    assert "" not in serializer.tags


def test_a_key_is_taken_by_one_tag(serializer):
    class Other(JSONTag):
        key = TagTuple.key

    with pytest.raises(KeyError, match="' t' is already registered"):
        serializer.register(Other)
    serializer.register(Other, force=True, index=0)
    assert isinstance(serializer.tags[" t"], Other)


def test_a_serializer_with_other_tags():
    class Small(TaggedJSONSerializer):
        default_tags = (TagDict, TagBytes)

    assert Small().dumps(b"x") == '{" b":"eA=="}'
    assert Small().loads('{" t":[1]}') == {" t": [1]}


def test_the_base_says_what_a_tag_is_missing():
    tag = JSONTag(None)
    for method in (tag.check, tag.to_json, tag.to_python, tag.tag):
        with pytest.raises(NotImplementedError, match="JSONTag does not define"):
            method(None)
