"""From a method and a path to a rule and its values.

Werkzeug parses the rules; this module only arranges what it parsed for speed, and answers the
plain questions: this rule, no rule, not with this method. Where a request is answered by anything
else (a redirect, an alias, a WebSocket rule), Werkzeug's own matcher answers it, as the reference
that a differential test compares this one with.

Rules of this file:

* Static before dynamic, dynamic by weight, backtracking: the order is Werkzeug's.
* In doubt, `Unsure` is raised and Werkzeug decides. Being unsure is slow and never wrong.
* A path without variables costs two look-ups, whatever other rules there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.routing.converters import IntegerConverter, PathConverter, UnicodeConverter

from .map import RouteMap

if TYPE_CHECKING:
    from werkzeug.routing import BaseConverter

    # NOTE: private, and the same in all of Werkzeug 3.1; a test fails if they vanish.
    from werkzeug.routing.rules import RulePart

__all__ = ["CompiledMatcher", "Match", "Matcher", "Unsure", "WerkzeugMatcher", "matcher_for"]

Match = tuple[Rule, dict[str, Any]]


class Unsure(Exception):
    """The answer is not plain, so Werkzeug must give it."""


class Matcher(Protocol):
    """What finds the rule of a request."""

    def match(self, domain: str, method: str, path: str) -> Match:
        """The rule and the values of its variables.

        Args:
            domain: the subdomain, or the host where rules match by host.
            method: the method in upper case.
            path: the path, decoded, with a slash in front.

        Raises:
            NotFound: no rule has this path.
            MethodNotAllowed: there are rules with this path, none with this method.
            Unsure: Werkzeug's own matcher must be asked.
        """
        ...


def matcher_for(url_map: Map) -> Matcher:
    """The matcher of a map: compiled if the map says when it changes, or else Werkzeug's."""
    return CompiledMatcher(url_map) if isinstance(url_map, RouteMap) else WerkzeugMatcher()


class WerkzeugMatcher:
    """Leaves matching to Werkzeug."""

    def match(self, domain: str, method: str, path: str) -> Match:
        """See Matcher."""
        raise Unsure


class _Node:
    """A place in the tree of path segments."""

    __slots__ = ("all_methods", "by_method", "dynamic", "slash", "static", "unsure")

    def __init__(self) -> None:
        self.static: dict[str, _Node] = {}
        self.dynamic: list[_Branch] = []
        #: method -> the first rule that has it and ends here
        self.by_method: dict[str, _Leaf] = {}
        self.all_methods: set[str] = set()
        #: Whether a rule with a slash more ends right below.
        self.slash = False
        #: Whether what ends here is not for this matcher to decide.
        self.unsure = False


class _Branch:
    """A variable segment that leads from one node to another."""

    __slots__ = ("accepts", "content", "final", "groups", "node", "suffixed", "weight")

    def __init__(self, part: RulePart) -> None:
        self.content = part.content
        self.final = part.final
        self.suffixed = part.suffixed
        self.weight = part.weight
        self.node = _Node()
        pattern = re.compile(part.content)
        # The groups of the converters, beside those inside their expressions.
        names = [name for name in pattern.groupindex if name.startswith("__werkzeug_")]
        self.groups = [pattern.groupindex[name] for name in sorted(names)]
        #: What the text must match, or None if any text that is not empty does.
        self.accepts: Callable[[str], Any] | None = _test_of(part, pattern)


_GROUP = re.compile(r"\(\?P<__werkzeug_\d+>")
_ANY_SEGMENT = r"([^/]{1,})\Z"
_DIGITS = r"(\d+)\Z"


def _test_of(part: RulePart, pattern: re.Pattern[str]) -> Callable[[str], Any] | None:
    if not part.final:
        content = _GROUP.sub("(", part.content)
        if content == _ANY_SEGMENT:
            return None
        if content == _DIGITS:
            # PERF: the same characters as \d, without a match object (benchmark: routing).
            return str.isdecimal
    return pattern.match


class _Leaf:
    """The end of a rule: how the texts of its variables become values."""

    __slots__ = ("convert", "names", "rule", "unsure")

    def __init__(self, rule: Rule, unsure: bool) -> None:
        self.rule = rule
        self.unsure = unsure
        self.names = tuple(rule._converters)
        self.convert = tuple(_conversion(value) for value in rule._converters.values())


def _conversion(converter: BaseConverter) -> Callable[[str], Any] | None:
    """How a converter makes a value; None if the value is the text."""
    kind = type(converter)
    if kind is UnicodeConverter or kind is PathConverter:
        return None
    if kind is IntegerConverter and not (
        converter.fixed_digits or converter.min is not None or converter.max is not None  # type: ignore[attr-defined]
    ):
        return int
    return converter.to_python


class CompiledMatcher:
    """A tree of path segments, with a table of the static paths beside it.

    Args:
        url_map: the map; the matcher knows the rules that it has now.
    """

    def __init__(self, url_map: RouteMap) -> None:
        self._root = _Node()
        #: domain -> path -> method -> leaf
        self._static: dict[str, dict[str, dict[str, _Leaf]]] = {}
        rules = [rule for rule in url_map.added if not rule.build_only]
        redirecting = {rule.endpoint for rule in url_map.added if rule.defaults}
        for rule in rules:
            self._add(rule, rule.endpoint in redirecting)
        _sort(self._root)
        #: domain -> where its paths begin, if no domain is a variable
        self._start: dict[str, _Node] = {}
        if not self._root.dynamic:
            for domain, node in self._root.static.items():
                if not node.dynamic and list(node.static) == [""]:
                    self._start[domain] = node.static[""]

    def _add(self, rule: Rule, redirecting: bool) -> None:
        node = self._root
        parts = rule._parts
        for part in parts:
            node = _below(node, part)
        unsure = bool(redirecting or rule.alias or rule.redirect_to or rule.websocket)
        leaf = _Leaf(rule, unsure)
        if rule.websocket or rule.methods is None:
            node.unsure = True
        for method in rule.methods or ():
            node.by_method.setdefault(method, leaf)
        node.all_methods.update(rule.methods or ())
        if all(part.static for part in parts) and not unsure and not node.unsure:
            path = "/".join(part.content for part in parts[1:])
            table = self._static.setdefault(parts[0].content, {}).setdefault(path, {})
            for method in rule.methods or ():
                if node.by_method[method] is leaf:
                    table[method] = leaf

    def match(self, domain: str, method: str, path: str) -> Match:
        """See Matcher."""
        paths = self._static.get(domain)
        if paths is not None:
            leaf = paths.get(path, _NOWHERE).get(method)
            if leaf is not None:
                return leaf.rule, {}
        allowed: set[str] = set()
        values: list[str] = []
        try:
            parts = path.split("/")
            start = self._start.get(domain)
            if start is not None:
                leaf = _find(start, parts, 1, method, values, allowed)
            else:
                leaf = _find(self._root, [domain, *parts], 0, method, values, allowed)
            if leaf is not None:
                return leaf.rule, _values(leaf, values)
            if "//" in path:
                raise Unsure
        except ValueError:
            # A converter refused the text, or int() so many digits.
            raise Unsure from None
        if allowed:
            raise MethodNotAllowed(valid_methods=list(allowed))
        raise NotFound


_NOWHERE: dict[str, _Leaf] = {}


def _below(node: _Node, part: RulePart) -> _Node:
    """The node that a part of a rule leads to, made if it is not there."""
    if part.static:
        if part.content == "":
            node.slash = True
        return node.static.setdefault(part.content, _Node())
    for branch in node.dynamic:
        if (branch.content, branch.final, branch.suffixed, branch.weight) == (
            part.content,
            part.final,
            part.suffixed,
            part.weight,
        ):
            return branch.node
    branch = _Branch(part)
    node.dynamic.append(branch)
    return branch.node


def _sort(node: _Node) -> None:
    node.dynamic.sort(key=lambda branch: branch.weight)
    for child in node.static.values():
        _sort(child)
    for branch in node.dynamic:
        _sort(branch.node)


def _find(
    node: _Node, parts: list[str], index: int, method: str, values: list[str], allowed: set[str]
) -> _Leaf | None:
    """The leaf that the parts from `index` on lead to.

    Args:
        values: takes the texts of the variables.
        allowed: takes the methods of rules that have the path and not the method.
    """
    # PERF: where there is one way on, it is taken without a call (benchmark: routing).
    end = len(parts)
    while index < end:
        part = parts[index]
        if not part:
            break
        branches = node.dynamic
        if not branches:
            child = node.static.get(part)
            if child is None:
                return None
            node = child
        elif len(branches) == 1 and part not in node.static and branches[0].accepts is None:
            values.append(part)
            node = branches[0].node
        else:
            break
        index += 1
    if index == end:
        return _end(node, method, allowed)
    return _find_branching(node, parts, index, method, values, allowed)


def _find_branching(
    node: _Node, parts: list[str], index: int, method: str, values: list[str], allowed: set[str]
) -> _Leaf | None:
    """`_find` where several ways may lead on: static, then dynamic by weight."""
    part = parts[index]
    size = len(values)
    child = node.static.get(part)
    if child is not None:
        leaf = _find(child, parts, index + 1, method, values, allowed)
        if leaf is not None:
            return leaf
        del values[size:]
    for branch in node.dynamic:
        if branch.final:
            leaf = _find_rest(branch, "/".join(parts[index:]), method, values, allowed)
        else:
            accepts = branch.accepts
            found = accepts(part) if accepts is not None else part != ""
            if not found:
                continue
            if found is True:
                values.append(part)
            else:
                values.extend(found.group(*branch.groups, 0)[:-1])
            leaf = _find(branch.node, parts, index + 1, method, values, allowed)
        if leaf is not None:
            return leaf
        del values[size:]
    if part == "" and index == len(parts) - 1 and (node.by_method or node.unsure):
        # The path has a slash more than the rule, which the rule may allow.
        raise Unsure
    return None


def _find_rest(
    branch: _Branch, text: str, method: str, values: list[str], allowed: set[str]
) -> _Leaf | None:
    """The leaf below a branch that takes all the rest of the path."""
    assert branch.accepts is not None
    found = branch.accepts(text)
    if found is None:
        return None
    values.extend(found.group(*branch.groups, 0)[:-1])
    slash = branch.suffixed and found.group(found.re.groups) == "/"
    return _find(branch.node, [""] if slash else [], 0, method, values, allowed)


def _end(node: _Node, method: str, allowed: set[str]) -> _Leaf | None:
    if node.unsure:
        raise Unsure
    leaf = node.by_method.get(method)
    if leaf is None:
        if node.slash:
            # The path lacks the slash of a rule.
            raise Unsure
        allowed.update(node.all_methods)
        return None
    if leaf.unsure:
        raise Unsure
    return leaf


def _values(leaf: _Leaf, texts: list[str]) -> dict[str, Any]:
    if len(texts) == 1:
        convert = leaf.convert[0]
        return {leaf.names[0]: texts[0] if convert is None else convert(texts[0])}
    return {
        name: text if convert is None else convert(text)
        for name, convert, text in zip(leaf.names, leaf.convert, texts, strict=True)
    }
