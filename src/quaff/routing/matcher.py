"""From a method and a path to a rule and its values.

Werkzeug parses the rules and keeps them as a tree; this module only makes searching the tree fast,
and answers the plain questions: this rule, no rule, not with this method. Where a request is
answered by anything else (a redirect, an alias, a WebSocket rule), Werkzeug's own matcher answers
it, as the reference that a differential test compares this one with.

Rules of this file:

* In doubt, `Unsure` is raised and Werkzeug decides. Being unsure is slow and never wrong.
* A path without variables costs look-ups in tables, whatever other rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

from werkzeug.routing import Map, Rule
from werkzeug.routing.matcher import StateMachineMatcher

from .endings import ending_at
from .map import RouteMap
from .search import ROOT, Match, Redirects, Search, Unsure

if TYPE_CHECKING:
    # NOTE: private, and the same in all of Werkzeug 3.1; a test fails if it changes.
    from werkzeug.routing.matcher import State

__all__ = ["CompiledMatcher", "Match", "Matcher", "Unsure", "WerkzeugMatcher", "matcher_for"]


class Matcher(Protocol):
    """What finds the rule of a request."""

    def match(self, domain: str, method: str, path: str, websocket: bool = False) -> Match:
        """The rule and the values of its variables, in a dict of the caller's own.

        Args:
            domain: the subdomain, or the host where rules match by host; as a MapAdapter has it.
            method: the method in upper case.
            path: the path, decoded.
            websocket: whether the request asks for a WebSocket.

        Raises:
            NotFound: no rule has this path.
            MethodNotAllowed: there are rules with this path, none with this method.
            Unsure: Werkzeug's own matcher must be asked.
        """
        ...

    def static_rules(self, domain: str) -> Mapping[str, Mapping[str, Rule]]:
        """The rules without variables, by path and method, whose match is plain.

        PERF: whoever has the same domain for every request looks here first (benchmark: plain
        text).
        """
        ...

    def search(self, method: str, path: str, domain: str, /) -> Match:
        """`match` without the tables of static rules, and never for a WebSocket."""
        ...


def matcher_for(url_map: Map) -> Matcher:
    """The matcher of a map: compiled if the map says when it changes, or else Werkzeug's.

    Classes of rules need not be asked: their parts are what Werkzeug put into its tree.
    """
    kind = type(url_map)
    if (
        isinstance(url_map, RouteMap)
        and type(url_map._matcher) is StateMachineMatcher
        # These make adapters, which may match in a way of their own.
        and kind.bind is Map.bind
        and kind.bind_to_environ is Map.bind_to_environ
    ):
        return CompiledMatcher(url_map)
    return WerkzeugMatcher()


class WerkzeugMatcher:
    """Leaves matching to Werkzeug."""

    def match(self, domain: str, method: str, path: str, websocket: bool = False) -> Match:
        """See Matcher."""
        raise Unsure

    def static_rules(self, domain: str) -> Mapping[str, Mapping[str, Rule]]:
        """See Matcher."""
        return {}

    def search(self, method: str, path: str, domain: str, /) -> Match:
        """See Matcher."""
        raise Unsure


class CompiledMatcher:
    """Tables of the static paths, and functions that search for the others.

    Args:
        url_map: the map; the matcher knows the rules that it has now.
    """

    def __init__(self, url_map: Map) -> None:
        url_map.update()
        root = url_map._matcher._root
        redirects = _redirects(url_map)
        #: domain -> path -> method -> rule
        self._static = {
            domain: dict(_static_rules(node.static[""], "", redirects))
            for domain, node in root.static.items()
            if "" in node.static
        }
        self._root = Search(root, ROOT, redirects, {}, "")
        #: See Matcher.
        self.search: Callable[[str, str, str], Match] = self._root.compiled()

    @property
    def source(self) -> str:
        """The functions that search for paths with variables, as they are or would be written."""
        return "\n\n".join(self._root.sources())

    def match(self, domain: str, method: str, path: str, websocket: bool = False) -> Match:
        """See Matcher."""
        if websocket:
            raise Unsure
        paths = self._static.get(domain)
        if paths is not None:
            rules = paths.get(path)
            if rules is not None:
                rule = rules.get(method)
                if rule is not None:
                    return rule, {}
        return self.search(method, path, domain)

    def static_rules(self, domain: str) -> Mapping[str, Mapping[str, Rule]]:
        """See Matcher."""
        return self._static.get(domain, {})


def _redirects(url_map: Map) -> Redirects:
    with_defaults = set()
    if url_map.redirect_defaults:
        with_defaults = {rule.endpoint for rule in url_map.iter_rules() if rule.defaults}

    def redirects(rule: Rule) -> tuple[Rule, ...]:
        if rule.endpoint not in with_defaults:
            return ()
        # Rules later in Werkzeug's order are less specific than the rule itself.
        others = takewhile(lambda other: other is not rule, url_map.iter_rules(rule.endpoint))
        return tuple(other for other in others if other.provides_defaults_for(rule))

    return redirects


def _static_rules(
    node: State, path: str, redirects: Redirects
) -> Iterator[tuple[str, dict[str, Rule]]]:
    """The paths without variables below a node, with the rules that match them, by method."""
    for text, below in node.static.items():
        longer = f"{path}/{text}"
        rules = {
            method: rule
            for methods, rule, _ in ending_at(below).answers
            if rule is not None and not rule.defaults and not redirects(rule)
            for method in methods or ()
        }
        if rules:
            yield longer, rules
        yield from _static_rules(below, longer, redirects)
