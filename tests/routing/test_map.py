"""A map that says when it changes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import process_time
from typing import Any

import pytest
from werkzeug import routing
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Submount

from quaff.routing.map import RouteMap, Rule


class Word(BaseConverter):
    regex = "[a-z]+"


@pytest.fixture
def changes() -> list[str]:
    return []


@pytest.fixture
def url_map(changes: list[str]) -> RouteMap:
    url_map = RouteMap()
    url_map.on_change = lambda: changes.append("changed")
    return url_map


def test_adding_a_rule_is_a_change(url_map: RouteMap, changes: list[str]) -> None:
    url_map.add(Rule("/a", endpoint="a"))
    assert changes == ["changed"]


def test_a_factory_is_one_change_and_all_its_rules(url_map: RouteMap, changes: list[str]) -> None:
    url_map.add(Submount("/s", [Rule("/a", endpoint="a"), Rule("/b", endpoint="b")]))
    assert changes == ["changed"]
    assert [rule.rule for rule in url_map.iter_rules()] == ["/s/a", "/s/b"]


def test_a_factory_with_a_malformed_rule_is_a_change(url_map: RouteMap, changes: list[str]) -> None:
    malformed = Rule("/<unknown:b>", endpoint="b")
    with pytest.raises(LookupError):
        url_map.add(Submount("/s", [Rule("/a", endpoint="a"), malformed]))
    assert [rule.rule for rule in url_map.iter_rules()] == ["/s/a"]
    assert changes == ["changed"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("strict_slashes", False),
        ("merge_slashes", False),
        ("redirect_defaults", False),
        ("host_matching", True),
        ("default_subdomain", "www"),
        ("sort_parameters", True),
        ("converters", {"word": Word}),
    ],
)
def test_assigning_a_setting_is_a_change(
    url_map: RouteMap, changes: list[str], setting: str, value: Any
) -> None:
    setattr(url_map, setting, value)
    assert getattr(url_map, setting) == value
    assert changes == ["changed"]


@pytest.mark.parametrize(
    "change",
    [
        lambda converters: converters.update(word=Word),
        lambda converters: converters.__setitem__("word", Word),
        lambda converters: converters.pop("int"),
    ],
    ids=["update", "set", "pop"],
)
def test_changing_a_converter_is_a_change(
    url_map: RouteMap, changes: list[str], change: Callable[[dict[str, Any]], object]
) -> None:
    change(url_map.converters)
    assert changes == ["changed"]


def test_converters_that_were_assigned_are_watched(url_map: RouteMap, changes: list[str]) -> None:
    url_map.converters = {"default": Word}
    changes.clear()
    url_map.converters["word"] = Word
    assert changes == ["changed"]


def test_building_and_matching_are_no_changes(url_map: RouteMap, changes: list[str]) -> None:
    url_map.add(Rule("/a/<int:n>", endpoint="a"))
    changes.clear()
    adapter = url_map.bind("example.test")
    assert adapter.build("a", {"n": 3}) == "/a/3"
    assert adapter.match("/a/3") == ("a", {"n": 3})
    assert changes == []


def test_a_map_that_nobody_listens_to_is_a_map() -> None:
    url_map = RouteMap([Rule("/<word:a>", endpoint="a")], converters={"word": Word})
    url_map.converters["other"] = Word
    assert url_map.bind("example.test").match("/x") == ("a", {"a": "x"})


# -- URLs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("/", {}),
        ("/", {"q": "a b"}),
        ("/a b/<x>", {"x": "é/"}),
        ("/<rule>/<self>/<values>", {"rule": "1", "self": "2", "values": "3"}),
        ("/<int(fixed_digits=3):n>-<path:rest>", {"n": 7, "rest": "a/b c"}),
    ],
)
@pytest.mark.parametrize("append_unknown", [True, False])
def test_urls_are_those_of_werkzeug(
    rule: str, values: dict[str, Any], append_unknown: bool
) -> None:
    urls = []
    for kind in (Rule, routing.Rule):
        adapter = RouteMap([kind(rule, endpoint="x")]).bind("example.org")
        for _ in range(2):
            urls.append(adapter.build("x", values, append_unknown=append_unknown))
    assert len({*urls}) == 1


def test_what_builds_urls_is_compiled_when_it_is_first_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []
    compile_builder = routing.Rule._compile_builder

    def count(rule: routing.Rule, append_unknown: bool = True) -> Any:
        compiled.append((rule.endpoint, append_unknown))
        return compile_builder(rule, append_unknown)

    monkeypatch.setattr(routing.Rule, "_compile_builder", count)
    url_map = RouteMap([Rule("/a", endpoint="a"), Rule("/b", endpoint="b")])
    assert compiled == []
    adapter = url_map.bind("example.org")
    assert [adapter.build("a"), adapter.build("a")] == ["/a", "/a"]
    assert compiled == [("a", True)]


def test_a_default_that_cannot_stand_in_a_url_is_refused_with_the_rule() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        RouteMap([Rule("/<int:n>", endpoint="x", defaults={"n": "none"})])


@pytest.mark.parametrize("rule", ["/<x>/<x>", "/<None>", "/<True>/x", "/<__debug__>"])
def test_variables_that_cannot_be_told_apart_or_named_are_refused_with_the_rule(rule: str) -> None:
    for kind in (Rule, routing.Rule):
        with pytest.raises((SyntaxError, ValueError)):
            RouteMap([kind(rule, endpoint="x")])


def test_threads_may_build_their_first_urls_at_once() -> None:
    url_map = RouteMap([Rule(f"/{n}/<x>/<y>", endpoint=str(n)) for n in range(200)])
    url_map.update()
    adapter = url_map.bind("example.org")
    together = Barrier(4)

    def build_all() -> list[str]:
        together.wait()
        return [adapter.build(str(n), {"x": "x", "y": "y"}) for n in range(200)]

    with ThreadPoolExecutor(4) as pool:
        built = [job.result() for job in [pool.submit(build_all) for _ in range(4)]]
    assert built == [[f"/{n}/x/y" for n in range(200)]] * 4


@pytest.mark.parametrize("rule", ["/<path:a>/tree/<path:b>/edit", "/x/<path:a>/<path:b>/"])
@pytest.mark.parametrize("end", ["", "/edit", "/"])
def test_long_paths_are_not_searched_for_two_variables(rule: str, end: str) -> None:
    """It would take time by the square of their length."""
    adapter = RouteMap([Rule(rule, endpoint="x")]).bind("localhost")
    for path in ("/x/tree" * 20_000 + end, "/x//tree" * 20_000 + end, "/x/tree" * 9_000 + "\n"):
        began = process_time()
        with pytest.raises(NotFound):
            adapter.match(path)
        assert process_time() - began < 1


def test_paths_of_usual_length_may_have_two_variables() -> None:
    adapter = RouteMap([Rule("/<path:a>/tree/<path:b>/edit", endpoint="x")]).bind("localhost")
    long = "b" * (4_096 - len("a/tree//edit"))
    assert adapter.match(f"/a/tree/{long}/edit") == ("x", {"a": "a", "b": long})
    with pytest.raises(NotFound):
        adapter.match(f"/a/tree/{long}b/edit")
