"""JSON providers."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import gc
import io
import json
import math
import random
import uuid
import weakref

import pytest
from markupsafe import Markup
from werkzeug.datastructures import Headers, ImmutableMultiDict, MultiDict
from werkzeug.test import Client
from werkzeug.wrappers import Response

from quaff import Quaff, jsonify
from quaff.providers import (
    DefaultJSONProvider,
    FastJSONProvider,
    JSONProvider,
    default_for_json,
    fast_default,
)

UTC = datetime.UTC
NAIVE = datetime.datetime(2020, 1, 2, 3, 4, 5)
AWARE = datetime.datetime(
    2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2))
)
DAY = datetime.date(2020, 1, 2)


class Application:
    """What a provider uses of an application."""

    response_class = Response
    debug = False


@pytest.fixture
def app():
    return Application()


@pytest.fixture
def default(app):
    return DefaultJSONProvider(app)


@pytest.fixture
def fast(app):
    return FastJSONProvider(app)


@dataclasses.dataclass
class Point:
    x: int
    y: object = (1,)
    _hidden: object = None


class Html:
    def __html__(self):
        return "<b>"


class Text(str):
    pass


class Number(int):
    pass


class Fraction(float):
    pass


class Money(decimal.Decimal):
    pass


class Day(datetime.date):
    pass


class Moment(datetime.datetime):
    pass


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


Pair = collections.namedtuple("Pair", "a b")

ID = uuid.UUID(int=5)
CYCLE: list[object] = []
CYCLE.append(CYCLE)


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


# -- what both write alike -------------------------------------------------------------------

SAME = {
    "null": (None, None),
    "text": ("é☃\u2028</script>\x00😀", "é☃\u2028</script>\x00😀"),
    "number": ([0, -1, 1.5, 2**70, -(2**65)], [0, -1, 1.5, 2**70, -(2**65)]),
    "bool": ([True, False], [True, False]),
    "decimal": (decimal.Decimal("1.10"), "1.10"),
    "decimal subclass": (Money("1.10"), "1.10"),
    "uuid": (ID, "00000000-0000-0000-0000-000000000005"),
    "dataclass": (
        Point(1, Point(2)),
        {"x": 1, "y": {"x": 2, "y": [1], "_hidden": None}, "_hidden": None},
    ),
    "html": ({"a": Html()}, {"a": "<b>"}),
    "markup": (Markup("<b>"), "<b>"),
    "str subclass": ([Text("x")], ["x"]),
    "int subclass": ([Number(3)], [3]),
    "float subclass": ([Fraction(1.5)], [1.5]),
    "int enum": (Level.LOW, 1),
    "tuple": ((1, (2,)), [1, [2]]),
    "namedtuple": (Pair(1, 2), [1, 2]),
    "dict subclasses": (
        [
            collections.OrderedDict(a=1),
            collections.defaultdict(list, a=[1]),
            collections.Counter("a"),
        ],
        [{"a": 1}, {"a": [1]}, {"a": 1}],
    ),
    "multidict": (MultiDict([("a", 1), ("a", 2), ("b", 3)]), {"a": 1, "b": 3}),
    "immutable multidict": (ImmutableMultiDict([("a", 1), ("a", 2)]), {"a": 1}),
    "multidicts inside": (
        {"list": [1], "deep": [{"form": MultiDict({"a": 1})}, ({"b": MultiDict({"b": 2})},)]},
        {"list": [1], "deep": [{"form": {"a": 1}}, [{"b": {"b": 2}}]]},
    ),
    "multidict in dict subclass": (collections.OrderedDict(a=MultiDict({"b": 1})), {"a": {"b": 1}}),
    "number keys": ({1: 2, 1.5: 3}, {"1": 2, "1.5": 3}),
    "constant keys": (
        {None: 1, "a": {True: 2, False: 3}},
        {"null": 1, "a": {"true": 2, "false": 3}},
    ),
    "str subclass keys": ({Text("a"): 1}, {"a": 1}),
    "enum keys": ({Level.LOW: 1}, {"1": 1}),
    "int subclass keys": ({Number(2): 1}, {"2": 1}),
    "lone surrogate": ({"a": ["\ud800", "é"]}, {"a": ["\ud800", "é"]}),
    "constant keys in dataclass": (
        Point(1, {None: 2}),
        {"x": 1, "y": {"null": 2}, "_hidden": None},
    ),
}


@pytest.mark.parametrize(("value", "expected"), SAME.values(), ids=SAME)
def test_both_providers_write_the_same_values(app, value, expected):
    default, fast = DefaultJSONProvider(app), FastJSONProvider(app)
    default.sort_keys = False
    assert json.loads(default.dumps(value)) == expected
    assert json.loads(fast.dumps(value)) == expected
    assert json.loads(fast.encode(value)) == expected
    assert json.loads(fast.dumps(value, indent=1)) == expected


UNKNOWN = [Point, Html, len, ValueError("x"), 1j, range(3), Headers([("a", "1")]), {(1,): 2}]


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_what_json_has_no_form_for_is_a_type_error(app, provider, value):
    with pytest.raises(TypeError):
        provider(app).dumps([value])


@pytest.mark.parametrize("write", ["dumps", "encode"])
def test_a_refusal_is_said_once(app, write):
    with pytest.raises(TypeError, match="not JSON serializable") as caught:
        getattr(FastJSONProvider(app), write)({"a": object()})
    assert caught.value.__context__ is None


@pytest.mark.parametrize("default", [default_for_json, fast_default])
def test_the_type_error_names_the_type_and_what_to_do(default):
    with pytest.raises(TypeError, match=r"type range is not JSON serializable.*app.json.default"):
        default(range(3))


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_a_value_that_contains_itself_is_a_value_error(app, provider):
    with pytest.raises(ValueError, match=r"Circular|contains itself"):
        provider(app).dumps(CYCLE)


# -- what differs ----------------------------------------------------------------------------

DIFFERENT = [
    # value, Flask's JSON, Quaff's JSON
    (NAIVE, '"Thu, 02 Jan 2020 03:04:05 GMT"', '"2020-01-02T03:04:05"'),
    (
        NAIVE.replace(microsecond=678),
        '"Thu, 02 Jan 2020 03:04:05 GMT"',
        '"2020-01-02T03:04:05.000678"',
    ),
    (AWARE, '"Thu, 02 Jan 2020 01:04:05 GMT"', '"2020-01-02T03:04:05+02:00"'),
    (NAIVE.replace(tzinfo=UTC), '"Thu, 02 Jan 2020 03:04:05 GMT"', '"2020-01-02T03:04:05Z"'),
    (Moment(2020, 1, 2, 3, 4, 5), '"Thu, 02 Jan 2020 03:04:05 GMT"', '"2020-01-02T03:04:05"'),
    (Moment(2020, 1, 2, tzinfo=UTC), '"Thu, 02 Jan 2020 00:00:00 GMT"', '"2020-01-02T00:00:00Z"'),
    (DAY, '"Thu, 02 Jan 2020 00:00:00 GMT"', '"2020-01-02"'),
    (Day(2020, 1, 2), '"Thu, 02 Jan 2020 00:00:00 GMT"', '"2020-01-02"'),
    ({"b": [1, 2], "a": "é"}, '{"a": "\\u00e9", "b": [1, 2]}', '{"b":[1,2],"a":"é"}'),
    ([math.nan, math.inf, -math.inf], "[NaN, Infinity, -Infinity]", "[null,null,null]"),
]

FAST_ONLY = [
    ({1}, "[1]"),
    (b"x", '"eA=="'),
    (Colour.RED, '"red"'),
    (datetime.time(1, 2), '"01:02:00"'),
    (datetime.timedelta(days=1), '"P1D"'),
    ({"b": 1, 1: 2}, '{"b":1,"1":2}'),
    ({ID: 1, DAY: 2}, '{"00000000-0000-0000-0000-000000000005":1,"2020-01-02":2}'),
    (Point(1, {Colour.RED}), '{"x":1,"y":["red"],"_hidden":null}'),
]


@pytest.mark.parametrize(("value", "flask", "quaff"), DIFFERENT)
def test_the_default_provider_writes_what_flask_writes(default, fast, value, flask, quaff):
    assert default.dumps(value) == flask
    assert fast.dumps(value) == quaff


@pytest.mark.parametrize(("value", "quaff"), FAST_ONLY)
def test_the_fast_provider_writes_types_that_flask_refuses(default, fast, value, quaff):
    assert fast.dumps(value) == quaff
    with pytest.raises(TypeError):
        default.dumps(value)


def test_the_default_provider_obeys_its_settings(default):
    value = {"b": "é", "a": 1}
    default.ensure_ascii = False
    default.sort_keys = False
    assert default.dumps(value) == '{"b": "é", "a": 1}'
    assert default.dumps(value, sort_keys=True, indent=1) == '{\n "a": 1,\n "b": "é"\n}'
    default.default = list
    assert default.dumps({1}) == "[1]"
    assert default.dumps({1}, default=repr) == '"{1}"'


def test_the_fast_provider_obeys_the_same_settings(fast):
    value = {"b": "é", "a": [DAY, {1}]}
    assert fast.dumps(value, sort_keys=True) == '{"a":["2020-01-02",[1]],"b":"é"}'
    assert fast.dumps(value, ensure_ascii=True) == '{"b":"\\u00e9","a":["2020-01-02",[1]]}'
    assert fast.dumps([1], indent=1) == "[\n 1\n]"
    fast.sort_keys = True
    fast.ensure_ascii = True
    assert fast.dumps(value) == '{"a":["2020-01-02",[1]],"b":"\\u00e9"}'
    assert fast.encode(value) == b'{"a":["2020-01-02",[1]],"b":"\\u00e9"}\n'


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("sort_keys", True, b'{"a":1,"b":"\xc3\xa9"}\n'),
        ("ensure_ascii", True, b'{"b":"\\u00e9","a":1}\n'),
        ("compact", False, b'{\n  "b": "\xc3\xa9",\n  "a": 1\n}\n'),
        ("default", repr, b'{"b":"\xc3\xa9","a":1}\n'),
    ],
)
def test_a_setting_that_changes_between_two_answers_counts(fast, setting, value, expected):
    obj = {"b": "é", "a": 1}
    plain = fast.encode(obj)
    setattr(fast, setting, value)
    assert fast.encode(obj) == expected
    assert fast.encode(DAY) == (
        b'"datetime.date(2020, 1, 2)"\n' if value is repr else b'"2020-01-02"\n'
    )
    delattr(fast, setting)
    assert fast.encode(obj) == plain == b'{"b":"\xc3\xa9","a":1}\n'


def random_value(chance, depth=0):
    """A value that both providers write, with every kind of container in every other."""
    kind = chance.randrange(9 if depth < 3 else 5)
    size = range(chance.randrange(4))
    if kind < 5:
        return [None, 1.5, chance.randrange(9), '":[', "a["][kind]
    if kind == 5:
        return [random_value(chance, depth + 1) for _ in size]
    if kind == 6:
        return MultiDict([(chance.choice("ab"), random_value(chance, depth + 1)) for _ in size])
    return {chance.choice("abcd"): random_value(chance, depth + 1) for _ in size}


def test_the_fast_provider_writes_random_values_as_the_standard_library_does(default, fast):
    chance = random.Random(3)
    for _ in range(2_000):
        value = random_value(chance)
        expected = json.loads(default.dumps(value))
        assert json.loads(fast.encode(value)) == expected, value
        assert json.loads(fast.dumps(value)) == expected, value


@pytest.mark.parametrize("on_instance", [True, False])
def test_the_fast_provider_asks_a_default_of_the_user_for_all_types_unknown_to_json(
    app, on_instance
):
    def own_default(obj):
        return "a day" if isinstance(obj, datetime.date) else FastJSONProvider.default(obj)

    class Own(FastJSONProvider):
        default = staticmethod(own_default)

    provider = FastJSONProvider(app) if on_instance else Own(app)
    provider.default = own_default
    assert provider.dumps([DAY, {1}, ID]) == f'["a day",[1],"{ID}"]'
    assert provider.encode(DAY) == b'"a day"\n'


# -- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
@pytest.mark.parametrize(
    "document", ['{"a": ["é", 1.5, 2, null]}', '{"a": ["é", 1.5, 2, null]}'.encode()]
)
def test_reading_text_and_bytes(app, provider, document):
    assert provider(app).loads(document) == {"a": ["é", 1.5, 2, None]}
    assert provider(app).loads(b"\xef\xbb\xbf[1]") == [1]
    assert provider(app).loads(bytearray(b"[1]")) == [1]
    assert provider(app).loads(str(2**70)) == 2**70
    assert provider(app).loads('{"a": 1, "a": 2}') == {"a": 2}
    assert provider(app).loads("1.5", parse_float=decimal.Decimal) == decimal.Decimal("1.5")


BAD = [
    "",
    "  ",
    "nul",
    "[1,]",
    '{"a":}',
    "{1:2}",
    "'a'",
    "[1}",
    '"abc',
    "1 2",
    "-",
    "01",
    ".5",
    '"\t"',
]


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
@pytest.mark.parametrize("document", BAD)
def test_what_is_not_json_says_where(app, provider, document):
    for form in (document, document.encode()):
        with pytest.raises(json.JSONDecodeError, match=r"line 1 column \d+"):
            provider(app).loads(form)


@pytest.mark.parametrize("document", ['["é",\n"é", x]', '["é",\n"é", x]'.encode()])
def test_line_and_column_count_characters(default, fast, document):
    for provider in (default, fast):
        with pytest.raises(json.JSONDecodeError) as caught:
            provider.loads(document)
        error = caught.value
        assert (error.lineno, error.colno, error.pos) == (2, 6, 11)
        assert error.doc == '["é",\n"é", x]'


def test_truncated_json_ends_at_its_end(fast):
    with pytest.raises(json.JSONDecodeError, match="Input data was truncated: line 2 column 3"):
        fast.loads('[\n"a')


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_deep_nesting_is_a_fault_of_the_document(app, provider, opening):
    for document in (opening * 100_000, (opening * 100_000).encode()):
        with pytest.raises(json.JSONDecodeError, match="nested too deeply"):
            provider(app).loads(document)
    assert provider(app).loads("[" * 500 + "]" * 500) == nested(499)


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
@pytest.mark.parametrize("document", [b"\xff", b'"\xff"', b'{"a": "\xc3"}'])
def test_bytes_that_are_no_text_are_a_value_error(app, provider, document):
    with pytest.raises(ValueError, match=r"."):
        provider(app).loads(document)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_read_by_the_default_provider_and_refused_by_the_fast(
    default, fast, encoding
):
    document = '{"a": "é"}'.encode(encoding)
    assert default.loads(document) == {"a": "é"}
    with pytest.raises(json.JSONDecodeError):
        fast.loads(document)


@pytest.mark.parametrize("document", ["NaN", "-Infinity", "[1e400]", '"\\ud800"', '"\ud800"'])
def test_the_fast_provider_refuses_what_it_could_not_send_back(fast, document):
    with pytest.raises(ValueError, match=r"."):
        fast.loads(document)


def test_many_byte_order_marks_are_no_json(fast):
    with pytest.raises(json.JSONDecodeError):
        fast.loads(b"\xef\xbb\xbf" * 5000 + b"1")


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_files(app, provider):
    json_provider = provider(app)
    file = io.StringIO()
    json_provider.dump({"a": 1}, file)
    assert json.loads(file.getvalue()) == {"a": 1}
    file.seek(0)
    assert json_provider.load(file) == {"a": 1}
    assert json_provider.load(io.BytesIO(b"[1]")) == [1]


# -- responses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kwargs", "body"),
    [
        ((), {}, b"null\n"),
        ((None,), {}, b"null\n"),
        (([1],), {}, b"[1]\n"),
        ((1, 2), {}, b"[1,2]\n"),
        ((), {"a": 1, "b": [2]}, b'{"a":1,"b":[2]}\n'),
    ],
)
@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_a_response_of_arguments(app, provider, args, kwargs, body):
    response = provider(app).response(*args, **kwargs)
    assert type(response) is Response
    assert response.data == body
    assert response.mimetype == "application/json"


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_a_response_of_both_kinds_of_arguments_is_a_type_error(app, provider):
    with pytest.raises(TypeError, match="takes either args or kwargs, not both"):
        provider(app).response(1, a=2)


PRETTY = b'{\n  "a": [\n    1,\n    "x"\n  ]\n}\n'
COMPACT = b'{"a":[1,"x"]}\n'


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
@pytest.mark.parametrize(
    ("compact", "debug", "body"),
    [
        (None, False, COMPACT),
        (None, True, PRETTY),
        (True, True, COMPACT),
        (False, False, PRETTY),
    ],
)
def test_the_layout_of_responses(app, provider, compact, debug, body):
    app.debug = debug
    json_provider = provider(app)
    json_provider.compact = compact
    json_provider.mimetype = "application/vnd.example+json"
    response = json_provider.response(a=[1, "x"])
    assert response.data == body
    assert response.mimetype == "application/vnd.example+json"


def test_only_flasks_provider_has_another_layout_in_debug_mode_by_itself(app, default, fast):
    app.debug = True
    assert default.response(a=[1, "x"]).data == PRETTY
    assert fast.response(a=[1, "x"]).data == COMPACT


def test_encode_gives_the_body_of_the_response(fast):
    value = {"é": [1, {"b": MultiDict({"c": 2})}]}
    assert fast.encode(value) == fast.response(value).data == '{"é":[1,{"b":{"c":2}}]}\n'.encode()
    fast.compact = False
    assert fast.encode(value) == fast.response(value).data
    assert fast.encode(2**70) == f"{2**70}\n".encode()


@pytest.mark.parametrize("compact", [True, False])
def test_a_returned_dict_and_jsonify_are_the_same_bytes(compact):
    app = Quaff("json")
    app.json.compact = compact
    app.json.mimetype = "application/vnd.example+json"
    value = {"b": [1, MultiDict({"c": "é"})], "a": DAY}
    app.add_url_rule("/dict", "dict", lambda: value)
    app.add_url_rule("/jsonify", "jsonify", lambda: jsonify(value))
    client = Client(app)
    first, second = client.get("/dict"), client.get("/jsonify")
    assert first.data == second.data == app.json.encode(value)
    assert first.mimetype == second.mimetype == "application/vnd.example+json"


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
@pytest.mark.parametrize(
    ("name", "value", "body", "kind"),
    [
        ("mimetype", "application/vnd.example+json", b'{"a":1}\n', "application/vnd.example+json"),
        ("dumps", lambda obj, **kwargs: "dumped", b"dumped\n", "application/json"),
        ("response", lambda obj: Response("response"), b"response", "text/plain; charset=utf-8"),
    ],
)
def test_what_is_assigned_to_a_provider_counts(provider, name, value, body, kind, is_late):
    app = Quaff("json")
    app.json = provider(app)
    app.add_url_rule("/dict", "dict", lambda: {"a": 1})
    app.add_url_rule("/jsonify", "jsonify", lambda: jsonify({"a": 1}))
    client = Client(app)
    if is_late:
        assert client.get("/dict").data == b'{"a":1}\n'
    setattr(app.json, name, value)
    for path in ("/dict", "/jsonify"):
        response = client.get(path)
        assert (response.data, response.content_type) == (body, kind)
    delattr(app.json, name)
    assert client.get("/dict").data == b'{"a":1}\n'


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_an_overridden_dumps_writes_responses_too(app, provider):
    class Own(provider):
        def dumps(self, obj, **kwargs):
            return f"{sorted(kwargs)} {super().dumps(obj)}"

    assert Own(app).response([1]).data == b"['separators'] [1]\n"


def test_a_provider_needs_only_dumps_and_loads(app):
    class Own(JSONProvider):
        def dumps(self, obj, **kwargs):
            return f"{obj} {kwargs}"

        def loads(self, s, **kwargs):
            return [s, kwargs]

    provider = Own(app)
    file = io.StringIO()
    provider.dump(1, file, a=2)
    assert file.getvalue() == "1 {'a': 2}"
    assert provider.load(io.StringIO("x"), b=3) == ["x", {"b": 3}]
    response = provider.response(1, 2)
    assert response.data == b"(1, 2) {}"
    assert response.mimetype == "application/json"


def test_the_base_says_what_is_missing(app):
    with pytest.raises(NotImplementedError, match="does not define dumps"):
        JSONProvider(app).response(1)
    with pytest.raises(NotImplementedError, match="does not define loads"):
        JSONProvider(app).loads("1")


@pytest.mark.parametrize("provider", [DefaultJSONProvider, FastJSONProvider])
def test_a_provider_does_not_keep_its_application_alive(provider):
    app = Application()
    app.json = provider(app)
    assert app.json._app.response_class is Response
    gone = weakref.ref(app)
    gc.disable()
    try:
        del app
        assert gone() is None
    finally:
        gc.enable()
