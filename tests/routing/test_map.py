"""A map that says when it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.routing import BaseConverter, Rule, Submount

from quaff.routing.map import RouteMap


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
