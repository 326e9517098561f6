"""A map that says when it changes."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule, Submount

from quaff.routing.map import RouteMap


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
    assert [rule.rule for rule in url_map.added] == ["/s/a", "/s/b"]


@pytest.mark.parametrize("setting", ["strict_slashes", "host_matching", "default_subdomain"])
def test_assigning_a_setting_is_a_change(
    url_map: RouteMap, changes: list[str], setting: str
) -> None:
    setattr(url_map, setting, getattr(url_map, setting))
    assert changes == ["changed"]


def test_building_is_no_change(url_map: RouteMap, changes: list[str]) -> None:
    url_map.add(Rule("/a/<int:n>", endpoint="a"))
    changes.clear()
    assert url_map.bind("example.test").build("a", {"n": 3}) == "/a/3"
    assert changes == []


def test_rules_given_to_the_constructor_are_known() -> None:
    url_map = RouteMap([Rule("/a", endpoint="a")])
    assert [rule.rule for rule in url_map.added] == ["/a"]
