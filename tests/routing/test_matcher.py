"""The compiled matcher, held against Werkzeug's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule, ValidationError
from werkzeug.routing.exceptions import RequestAliasRedirect  # noqa: F401 - part of the contract

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


CONVERTERS = {"even": Even, "pair": Pair}
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


def outcome(call: Any) -> Any:
    """What a match gives, in a form that can be compared."""
    try:
        rule, values = call()
    except RequestRedirect as error:
        return "redirect", error.code, error.new_url
    except MethodNotAllowed as error:
        return "method", sorted(error.valid_methods or ())
    except HTTPException as error:
        return "error", type(error).__name__
    except ValueError as error:
        # Werkzeug builds the URL of a default that the rule's converter cannot write.
        return "crash", str(error)
    return "match", rule.endpoint, rule.rule, values


def both(url_map: RouteMap, method: str, path: str, subdomain: str = "") -> tuple[Any, Any]:
    """What the compiled matcher and Werkzeug's say."""
    if url_map.host_matching:
        adapter = url_map.bind(subdomain, path_info=path, default_method=method, query_args="q=1")
        domain = adapter.server_name
    else:
        adapter = url_map.bind(
            "example.test",
            subdomain=subdomain,
            path_info=path,
            default_method=method,
            query_args="q=1",
        )
        domain = adapter.subdomain or ""
    reference = outcome(lambda: adapter.match(return_rule=True))
    try:
        return outcome(lambda: CompiledMatcher(url_map).match(domain, method, path)), reference
    except Unsure:
        return reference, reference


SEGMENTS = st.sampled_from(
    [
        "a",
        "b",
        "a.b",
        "<x>",
        "<string(length=2):x>",
        "<string(minlength=2,maxlength=3):x>",
        "<int:x>",
        "<int(min=2,max=20):x>",
        "<int(fixed_digits=2):x>",
        "<int(signed=True):x>",
        "<float:x>",
        "<uuid:x>",
        "<any(a,b,cc):x>",
        "<path:x>",
        "<even:x>",
        "<pair:x>",
        "<x>-<int:y>",
        "v<int:x>",
        "<x>.html",
    ]
)


@st.composite
def rules(draw: Any, host_matching: bool = False) -> Rule:
    segments = draw(st.lists(SEGMENTS, max_size=3))
    named = []
    for number, segment in enumerate(segments):
        named.append(segment.replace("x>", f"x{number}>").replace("y>", f"y{number}>"))
    text = "/" + "/".join(named) + draw(st.sampled_from(["", "/"]))
    options: dict[str, Any] = {
        "endpoint": draw(st.sampled_from(["one", "two", "three", "four"])),
        "methods": draw(
            st.sampled_from([None, ["GET"], ["POST"], ["GET", "POST"], ["GET", "OPTIONS"]])
        ),
        "strict_slashes": draw(st.sampled_from([None, None, True, False])),
        "merge_slashes": draw(st.sampled_from([None, None, True, False])),
        "defaults": draw(st.sampled_from([None, None, None, {"x0": 1}, {"page": 1}])),
        "websocket": draw(st.sampled_from([False] * 9 + [True])),
        "build_only": draw(st.sampled_from([False] * 9 + [True])),
        "alias": draw(st.sampled_from([False] * 9 + [True])),
        "redirect_to": draw(st.sampled_from([None] * 9 + ["b"])),
    }
    where = draw(st.sampled_from(["", "", "", "sub", "<d>"]))
    options["host" if host_matching else "subdomain"] = where or None
    if options["websocket"]:
        options["methods"] = None
    return Rule(text.replace("//", "/"), **options)


ODD = ["é", "٣", "a\n", "%2F", "\x00", "<x>", ""]
PLAIN = ["a", "b", "cc", "a.b", "1", "12", "2", "-3", "1.5", "x-1", "v7", "z.html", "xy", "xyz"]
PIECES = st.sampled_from([*PLAIN, *ODD, "12345678-1234-1234-1234-123456789abc"])


@st.composite
def paths(draw: Any) -> str:
    path = "/" + "/".join(draw(st.lists(PIECES, max_size=4)))
    return path + draw(st.sampled_from(["", "", "/", "//"]))


def url_map_of(some_rules: list[Rule], **options: Any) -> RouteMap:
    url_map = RouteMap(converters=CONVERTERS, **options)
    for rule in some_rules:
        try:
            url_map.add(rule)
        except ValueError:
            # A default that the rule's own converter cannot write: no such rule can exist.
            reject()
    return url_map


@settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_same_answer_as_werkzeug(data: st.DataObject) -> None:
    host_matching = data.draw(st.sampled_from([False, False, True]))
    some_rules = data.draw(st.lists(rules(host_matching=host_matching), min_size=1, max_size=7))
    url_map = url_map_of(
        some_rules,
        host_matching=host_matching,
        strict_slashes=data.draw(st.booleans()),
        merge_slashes=data.draw(st.booleans()),
        redirect_defaults=data.draw(st.booleans()),
    )
    for _ in range(6):
        path = data.draw(paths())
        path = "/" + path.lstrip("/")
        method = data.draw(st.sampled_from(METHODS))
        subdomain = data.draw(st.sampled_from(["", "sub", "other"]))
        ours, reference = both(url_map, method, path, subdomain)
        assert ours == reference, (path, method, subdomain, [repr(rule) for rule in some_rules])


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/", {}),
        ("/users", {}),
        ("/users/7", {"n": 7}),
        ("/users/me", {"name": "me"}),
        ("/files/a/b.txt", {"path": "a/b.txt"}),
        ("/users/7/posts/9", {"n": 7, "post": 9}),
    ],
)
def test_plain_matches_need_no_other_matcher(path: str, values: dict[str, Any]) -> None:
    url_map = url_map_of(
        [
            Rule("/", endpoint="index", methods=["GET"]),
            Rule("/users", endpoint="users", methods=["GET"]),
            Rule("/users/<int:n>", endpoint="user", methods=["GET"]),
            Rule("/users/<name>", endpoint="named", methods=["GET"]),
            Rule("/users/<int:n>/posts/<int:post>", endpoint="post", methods=["GET"]),
            Rule("/files/<path:path>", endpoint="file", methods=["GET"]),
        ]
    )
    _, found = CompiledMatcher(url_map).match("", "GET", path)
    assert found == values


def test_missing_paths_and_methods_need_no_other_matcher() -> None:
    url_map = url_map_of([Rule("/a/<int:n>", endpoint="a", methods=["GET"])])
    matcher = CompiledMatcher(url_map)
    with pytest.raises(NotFound):
        matcher.match("", "GET", "/b")
    with pytest.raises(MethodNotAllowed) as error:
        matcher.match("", "POST", "/a/1")
    assert set(error.value.valid_methods or ()) == {"GET", "HEAD"}


def test_values_are_the_callers_own() -> None:
    matcher = CompiledMatcher(url_map_of([Rule("/a", endpoint="a", methods=["GET"])]))
    _, first = matcher.match("", "GET", "/a")
    first["changed"] = True
    _, second = matcher.match("", "GET", "/a")
    assert second == {}


def test_other_maps_are_left_to_werkzeug() -> None:
    url_map = Map([Rule("/a", endpoint="a")])
    matcher = matcher_for(url_map)
    assert isinstance(matcher, WerkzeugMatcher)
    with pytest.raises(Unsure):
        matcher.match("", "GET", "/a")


def test_werkzeug_still_has_what_the_matcher_reads() -> None:
    url_map = url_map_of([Rule("/a/<int:n>", endpoint="a")])
    rule = url_map.added[0]
    assert [part.static for part in rule._parts] == [True, True, True, False]
    assert list(rule._converters) == ["n"]
    part = rule._parts[-1]
    assert (part.final, part.suffixed) == (False, False)
    assert part.content == r"(?P<__werkzeug_0>\d+)\Z"
