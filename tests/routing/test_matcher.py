"""The compiled matcher, held against Werkzeug's."""

from __future__ import annotations

import gc
import linecache
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, MapAdapter, RequestRedirect, Rule, ValidationError

from quaff.routing.map import RouteMap
from quaff.routing.matcher import CompiledMatcher, Unsure, WerkzeugMatcher, matcher_for


class Even(BaseConverter):
    """Digits, of which only even numbers are values."""

    regex = r"(?:\d+)"
    weight = 60

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValidationError
        return int(value)


class Pair(BaseConverter):
    """Two segments in one variable, with a group of its own."""

    part_isolating = False
    regex = r"[a-z]+/([a-z]+)"

    def to_python(self, value: str) -> Any:
        return tuple(value.split("/"))


class Anything(BaseConverter):
    """Any text, even none."""

    regex = ".*"
    weight = 300


class Everything(Anything):
    """Any path, even none."""

    part_isolating = False


CONVERTERS = {"even": Even, "pair": Pair, "anything": Anything, "everything": Everything}

# -- making maps and paths -------------------------------------------------------------------

UUID_TEXT = "12345678-1234-1234-1234-123456789abC"
#: Segments of rules, with texts that fit or nearly do.
SEGMENTS = {
    "a": ["a", "A", "a ", "aa"],
    "b": ["b", "a"],
    "a.b": ["a.b", "axb"],
    "<x>": ["a", "é", "%2F", "x\n", "\n", "b", "?", ".."],
    "<string(length=2):x>": ["ab", "a\n", "abc", "é٣"],
    "<string(minlength=2,maxlength=3):x>": ["xy", "xyz", "x", "wxyz"],
    "<int:x>": ["1", "12", "007", "-3", "٣", "²", "1\n", "1.5", "9" * 5000],
    "<int(min=2,max=20):x>": ["2", "20", "21", "1", "٣"],
    "<int(fixed_digits=2):x>": ["12", "1", "02", "123"],
    "<int(signed=True):x>": ["-3", "3", "--3", "-٣", "-0"],
    "<float:x>": ["1.5", "1", "٣.٥", "-1.5", "1.", "9" * 400 + ".0"],  # noqa: RUF001
    "<float(signed=True,max=3.5):x>": ["-1.5", "3.5", "3.6"],
    "<uuid:x>": [UUID_TEXT, UUID_TEXT[:-1], UUID_TEXT + "\n", UUID_TEXT.replace("-", "")],
    "<any(a,b,cc):x>": ["a", "cc", "c", "b\n"],
    "<path:x>": ["a", "a/b", "a//b", "a/b\n", "\n", "\na", "a/1/edit"],
    "<path:x>.html": ["a.html", "a/b.html", "a/b", ".html"],
    "<even:x>": ["2", "3", "٤"],
    "<pair:x>": ["a/b", "a/", "a", "a/b/c"],
    "<anything:x>": ["", "a", "1"],
    "<everything:x>": ["", "a", "a/b", "/", "a/"],
    "<x>-<int:y>": ["a-1", "a-b-2", "-1", "a-"],
    "v<int:x>": ["v1", "v", "vv1"],
    "<int:x><path:y>": ["1a/b", "12", "1/a"],
}
PIECES = sorted({piece for pieces in SEGMENTS.values() for piece in pieces} | {"<x>", "\x00", "."})
METHODS = ["GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PURGE"]
DOMAINS = [*[""] * 12, "sub", "<d>", "<d>.sub"]


def seldom(value: Any, otherwise: Any = False) -> st.SearchStrategy[Any]:
    return st.sampled_from([otherwise] * 9 + [value])


@st.composite
def rules(draw: st.DrawFn, kinds: list[str], host_matching: bool) -> tuple[Rule, list[str]]:
    """A rule, and its segments."""
    segments = draw(st.lists(st.sampled_from(kinds), max_size=3))
    numbered = [
        segment.replace("x>", f"x{number}>").replace("y>", f"y{number}>")
        for number, segment in enumerate(segments)
    ]
    text = "/" + "/".join(numbered)
    if draw(st.booleans()) and segments:
        text += "/"
    websocket = draw(seldom(True))
    sets: list[list[str] | None] = [["GET"], ["GET"], ["GET", "OPTIONS"]]
    if not websocket:
        sets += [["POST"], ["GET", "POST"], ["PURGE"], None, []]
    domain = draw(st.sampled_from(DOMAINS)) or None
    rule = Rule(
        text,
        endpoint=draw(st.sampled_from(["one", "two", "three", "four"])),
        methods=draw(st.sampled_from([*sets, None] if websocket else sets)),
        strict_slashes=draw(st.sampled_from([None, None, True, False])),
        merge_slashes=draw(st.sampled_from([None, None, True, False])),
        defaults=draw(st.sampled_from([None, None, None, {"x0": 1}, {"x0": "a"}, {"page": 1}])),
        websocket=websocket,
        build_only=draw(seldom(True)),
        alias=draw(seldom(True)),
        redirect_to=draw(seldom("b", None)),
        **{"host" if host_matching else "subdomain": domain},  # type: ignore[arg-type]
    )
    return rule, segments


@st.composite
def paths(draw: st.DrawFn, known: list[list[str]]) -> str:
    """A path that one of the rules fits, or nearly."""
    pieces = []
    for segment in draw(st.sampled_from(known)) if known else []:
        likely = st.sampled_from(SEGMENTS[segment])
        pieces.append(draw(likely if draw(st.integers(0, 9)) else st.sampled_from(PIECES)))
    change = draw(st.sampled_from([*[""] * 12, "add", "drop", "swap", "empty"]))
    if change == "add":
        pieces.append(draw(st.sampled_from(PIECES)))
    elif change == "drop" and pieces:
        pieces.pop()
    elif change == "swap":
        pieces.reverse()
    elif change == "empty":
        pieces.insert(draw(st.integers(0, len(pieces))), "")
    start = draw(st.sampled_from([*["/"] * 18, "//", ""]))
    return start + "/".join(pieces) + draw(st.sampled_from([*[""] * 7, *["/"] * 4, "//"]))


def url_map_of(some_rules: list[Rule], **options: Any) -> RouteMap:
    """A map of those of the rules that are possible."""
    url_map = RouteMap(converters=CONVERTERS, **options)
    for rule in some_rules:
        try:
            url_map.add(rule)
        except ValueError:
            # The converter cannot write the rule's default.
            continue
    return url_map


# -- comparing -------------------------------------------------------------------------------


def outcome(call: Callable[[], Any]) -> Any:
    """What a match gives, in a form that can be compared."""
    try:
        rule, values = call()
    except RequestRedirect as error:
        return "redirect", error.code, error.new_url
    except MethodNotAllowed as error:
        return "method", error.code, sorted(error.valid_methods or ())
    except HTTPException as error:
        return "error", error.code, type(error)
    except (TypeError, ValueError) as error:
        # Werkzeug builds the URL of a redirect from a default that the converter cannot write.
        return "crash", type(error), str(error)
    types = {name: type(value) for name, value in values.items()}
    return "match", rule.endpoint, id(rule), repr(values), types


def adapter_of(url_map: Map, domain: str) -> MapAdapter:
    if url_map.host_matching:
        return url_map.bind(domain, query_args="q=1")
    return url_map.bind("example.test", subdomain=domain, query_args="q=1")


def is_plain(url_map: Map, path: str, reference: Any) -> bool:
    """Whether the compiled matcher has to find the answer itself."""
    special = any(rule.websocket or rule.alias or rule.redirect_to for rule in url_map.iter_rules())
    return (
        reference[0] in ("match", "method", "error")
        and not special
        and "//" not in path
        and path != ""
    )


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_same_answer_as_werkzeug(data: st.DataObject) -> None:
    host_matching = data.draw(seldom(True))
    kinds = data.draw(st.lists(st.sampled_from(sorted(SEGMENTS)), min_size=1, max_size=5))
    drawn = data.draw(st.lists(rules(kinds, host_matching), min_size=1, max_size=9))
    url_map = url_map_of(
        [rule for rule, _ in drawn],
        host_matching=host_matching,
        strict_slashes=data.draw(seldom(False, True)),
        merge_slashes=data.draw(seldom(False, True)),
        redirect_defaults=data.draw(seldom(False, True)),
    )
    matcher = matcher_for(url_map)
    for _ in range(12):
        path = data.draw(paths([segments for _, segments in drawn]))
        method = data.draw(st.sampled_from(METHODS))
        domain = data.draw(st.sampled_from([*[""] * 9, "sub", "other", "other.sub"]))
        websocket = data.draw(seldom(True))
        adapter = adapter_of(url_map, domain)
        domain = adapter.server_name if host_matching else adapter.subdomain or ""
        told = repr((domain, method, path, websocket, list(url_map.iter_rules())))
        reference = outcome(
            lambda: adapter.match(path, method, return_rule=True, websocket=websocket)  # noqa: B023
        )
        try:
            ours = outcome(lambda: matcher.match(domain, method, path, websocket))  # noqa: B023
        except Unsure:
            assert websocket or not is_plain(url_map, path, reference), told
        else:
            assert ours == reference, told


# -- what the matcher answers itself ---------------------------------------------------------


def site() -> RouteMap:
    return RouteMap(
        [
            Rule("/", endpoint="index", methods=["GET"]),
            Rule("/users", endpoint="users", methods=["GET"]),
            Rule("/users", endpoint="new", methods=["POST"]),
            Rule("/users/me", endpoint="me", methods=["GET"]),
            Rule("/users/<int:n>", endpoint="user", methods=["GET"]),
            Rule("/users/<name>", endpoint="named", methods=["GET"]),
            Rule("/users/<int:n>/posts/<int:post>", endpoint="post", methods=["GET"]),
            Rule("/files/<path:path>", endpoint="file", methods=["GET"]),
            Rule("/pages/", endpoint="pages", methods=["GET"], defaults={"page": 1}),
            Rule("/pages/<int:page>/", endpoint="pages", methods=["GET"]),
            Rule("/old", endpoint="users", methods=["GET"], alias=True),
            Rule("/moved", endpoint="moved", methods=["GET"], redirect_to="users"),
            Rule("/socket", endpoint="socket", websocket=True),
            Rule("/both", endpoint="both_socket", websocket=True),
            Rule("/both", endpoint="both", methods=["GET"]),
        ],
    )


@pytest.mark.parametrize(
    ("path", "endpoint", "values"),
    [
        ("/", "index", {}),
        ("/users", "users", {}),
        ("/users/me", "me", {}),
        ("/users/7", "user", {"n": 7}),
        ("/users/seven", "named", {"name": "seven"}),
        ("/users/7/posts/9", "post", {"n": 7, "post": 9}),
        ("/files/a//b.txt", "file", {"path": "a//b.txt"}),
        ("/pages/", "pages", {"page": 1}),
        ("/pages/2/", "pages", {"page": 2}),
        ("/both", "both", {}),
        ("users", "users", {}),
        ("///users/7", "user", {"n": 7}),
    ],
)
def test_a_plain_match_needs_no_other_matcher(
    path: str, endpoint: str, values: dict[str, Any]
) -> None:
    rule, found = matcher_for(site()).match("", "GET", path)
    assert (rule.endpoint, found) == (endpoint, values)


@pytest.mark.parametrize("path", ["/nothing", "/users/7/posts", "/users/7/posts/x", "/files/"])
def test_a_missing_path_needs_no_other_matcher(path: str) -> None:
    with pytest.raises(NotFound):
        matcher_for(site()).match("", "GET", path)


@pytest.mark.parametrize(
    ("path", "methods"), [("/users", ["GET", "HEAD", "POST"]), ("/users/7", ["GET", "HEAD"])]
)
def test_a_missing_method_needs_no_other_matcher(path: str, methods: list[str]) -> None:
    with pytest.raises(MethodNotAllowed) as error:
        matcher_for(site()).match("", "DELETE", path)
    assert error.value.valid_methods == methods


@pytest.mark.parametrize(
    "path",
    ["", "/pages", "/pages/1/", "/users//7", "/old", "/moved", "/socket"],
    ids=["empty", "slash", "default", "slashes", "alias", "redirect_to", "websocket"],
)
def test_what_is_not_plain_is_left_to_werkzeug(path: str) -> None:
    with pytest.raises(Unsure):
        matcher_for(site()).match("", "GET", path)


@pytest.mark.parametrize("path", ["/", "/users/7", "/socket", "/nothing"])
def test_websockets_are_left_to_werkzeug(path: str) -> None:
    with pytest.raises(Unsure):
        matcher_for(site()).match("", "GET", path, websocket=True)


@pytest.mark.parametrize("path", ["/users", "/users/7", "/pages/"])
def test_values_are_the_callers_own(path: str) -> None:
    matcher = matcher_for(site())
    _, first = matcher.match("", "GET", path)
    kept = dict(first)
    first["page"] = first["other"] = "changed"
    _, second = matcher.match("", "GET", path)
    assert second == kept


def test_a_number_of_thousands_of_digits_is_not_found() -> None:
    # Werkzeug's converter lets the error of int() through before 3.1.7.
    matcher = matcher_for(site())
    with pytest.raises(NotFound):
        matcher.match("", "GET", f"/users/{'9' * 5000}/posts/1")


def test_a_fault_of_a_converter_is_not_a_missing_path() -> None:
    class Faulty(BaseConverter):
        def to_python(self, value: str) -> Any:
            raise ValueError(value)

    url_map = RouteMap(converters={"faulty": Faulty})
    url_map.add(Rule("/<int:n>/<faulty:x>", endpoint="a", methods=["GET"]))
    with pytest.raises(ValueError, match="text"):
        matcher_for(url_map).match("", "GET", "/1/text")


def test_a_refusal_names_the_methods_of_the_rules_before() -> None:
    url_map = RouteMap(converters=CONVERTERS)
    url_map.add(Rule("/<even:x>", endpoint="read", methods=["GET"]))
    url_map.add(Rule("/<even:x>", endpoint="write", methods=["POST"]))
    matcher = matcher_for(url_map)
    with pytest.raises(NotFound):
        matcher.match("", "GET", "/3")
    with pytest.raises(MethodNotAllowed) as error:
        matcher.match("", "POST", "/3")
    assert error.value.valid_methods == ["GET", "HEAD"]


def test_rules_of_many_parts_and_many_rules_of_one_part() -> None:
    deep = "/".join(f"<part{number}>" for number in range(60))
    wide = [Rule(f"/{name}/<int:x>", endpoint=name, methods=["GET"]) for name in "abcdefgh"]
    url_map = RouteMap([Rule(f"/{deep}/end", endpoint="deep", methods=["GET"]), *wide])
    matcher = matcher_for(url_map)
    rule, values = matcher.match("", "GET", "/x" * 60 + "/end")
    assert (rule.endpoint, values) == ("deep", {f"part{number}": "x" for number in range(60)})
    assert [matcher.match("", "GET", f"/{name}/1")[0].endpoint for name in "abcdefgh"] == [
        *"abcdefgh"
    ]


def test_a_map_without_rules_has_no_paths() -> None:
    matcher = CompiledMatcher(RouteMap())
    for path in ("/", "/a"):
        with pytest.raises(NotFound):
            matcher.match("", "GET", path)


@pytest.mark.parametrize("path", ["a/7", "//a/7", "///a/7"])
def test_every_path_begins_with_one_slash(path: str) -> None:
    matcher = CompiledMatcher(RouteMap([Rule("/a/<int:n>", endpoint="a", methods=["GET"])]))
    rule, values = matcher.search("GET", path, "")
    assert (rule.endpoint, values) == ("a", {"n": 7})


def test_a_domain_of_any_parts_is_left_to_werkzeug() -> None:
    url_map = RouteMap([Rule("/a", endpoint="a", methods=["GET"], subdomain="<path:where>")])
    with pytest.raises(Unsure):
        matcher_for(url_map).match("sub", "GET", "/a")


# -- the source ------------------------------------------------------------------------------


def test_the_source_can_be_read_before_and_after_it_is_used() -> None:
    matcher = CompiledMatcher(site())
    before = matcher.source
    matcher.match("", "GET", "/users/7")
    assert matcher.source == before
    assert "# '/users'\ndef search(parts, size, method, missed):\n" in before
    assert "{'n': int(part2), 'post': int(part4)}" in before


def test_what_a_rule_is_made_of_is_never_code() -> None:
    names = ["'", '"', "\\", "\n", "'''", "x'\n    raise SystemExit #", "\x00", "\u2028"]
    rules = [Rule(f"/{name}/<x>/{name}", endpoint=name, methods=["GET"]) for name in names]
    matcher = matcher_for(RouteMap(rules))
    for name in names:
        rule, values = matcher.match("", "GET", f"/{name}/v/{name}")
        assert (rule.endpoint, values) == (name, {"x": "v"})


def sources_in_tracebacks() -> set[str]:
    return {name for name in linecache.cache if name.startswith("<quaff routes")}


def test_tracebacks_show_the_source_as_long_as_there_is_the_matcher() -> None:
    class Broken(BaseConverter):
        def to_python(self, value: str) -> Any:
            raise RuntimeError

    def traceback_of_a_match() -> str:
        url_map = RouteMap(converters={"broken": Broken})
        url_map.add(Rule("/a/<broken:thing>", endpoint="a", methods=["GET"]))
        with pytest.raises(RuntimeError) as error:
            matcher_for(url_map).match("", "GET", "/a/b")
        return "".join(traceback.format_exception(error.value))

    gc.collect()
    before = sources_in_tracebacks()
    assert "{'thing': convert_" in traceback_of_a_match()
    gc.collect()
    assert sources_in_tracebacks() == before


# -- when Werkzeug matches alone -------------------------------------------------------------


class WithAnotherBind(RouteMap):
    def bind(self, *args: Any, **kwargs: Any) -> MapAdapter:
        return super().bind(*args, **kwargs)


@pytest.mark.parametrize("kind", [Map, WithAnotherBind])
def test_maps_that_may_match_in_another_way_are_left_to_werkzeug(kind: type[Map]) -> None:
    matcher = matcher_for(kind([Rule("/a", endpoint="a")]))
    assert isinstance(matcher, WerkzeugMatcher)
    with pytest.raises(Unsure):
        matcher.match("", "GET", "/a")


def test_werkzeug_still_has_what_the_matcher_reads() -> None:
    url_map = RouteMap([Rule("/a/<int:n>/<path:p>/", endpoint="a")])
    url_map.update()
    root: Any = url_map._matcher._root  # type: ignore[attr-defined]
    assert set(vars(root)) == {"dynamic", "rules", "static"}
    (number, below), *_ = root.static[""].static[""].static["a"].dynamic
    assert (number.content, number.final, number.suffixed) == (
        r"(?P<__werkzeug_0>\d+)\Z",
        False,
        False,
    )
    (rest, below), *_ = below.dynamic
    assert (rest.content, rest.final, rest.suffixed) == (
        r"(?P<__werkzeug_0>[^/].*?)(?<!/)(/?)\Z",
        True,
        True,
    )
    (rule,) = below.static[""].rules
    assert list(rule._converters) == ["n", "p"]
