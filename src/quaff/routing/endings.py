"""What a path is answered with that ends at a node of Werkzeug's tree of rules.

All requests here are plain HTTP requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from werkzeug.routing import Rule

if TYPE_CHECKING:
    # NOTE: private, and the same in all of Werkzeug 3.1; a test fails if it changes.
    from werkzeug.routing.matcher import State

__all__ = ["Answer", "Ending", "ending_at", "ending_before_slash"]


class Answer(NamedTuple):
    """What some methods are answered with."""

    #: None stands for all methods that were not answered before.
    methods: frozenset[str] | None
    #: None where Werkzeug must be asked: for a redirect, an alias or a rule for WebSockets.
    rule: Rule | None
    #: The methods of the rules before, which a request is told that the rule's converters refuse.
    passed: frozenset[str]


class Ending:
    """The answers to requests whose path ends at a node; the first rule with the method wins."""

    def __init__(self) -> None:
        #: No method stands twice.
        self.answers: list[Answer] = []
        #: The methods of the rules that end here, which a request with another is told.
        self.missed: frozenset[str] = frozenset()
        self._answered: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.answers or self.missed)

    def answer(self, methods: set[str] | None, rule: Rule | None) -> None:
        """Add an answer, for methods that have none."""
        if self.answers and self.answers[-1].methods is None:
            return
        if methods is None:
            self.answers.append(Answer(None, rule, self.missed))
        elif methods - self._answered:
            self.answers.append(Answer(frozenset(methods - self._answered), rule, self.missed))
            self._answered |= methods

    def add(self, rules: list[Rule]) -> None:
        """Add rules that the path fits."""
        mixed = any(rule.websocket for rule in rules)
        for rule in rules:
            if not rule.websocket:
                # Had its converters to refuse the path, it would be a mismatch for WebSockets.
                simple = _is_plain(rule) and not (mixed and rule.arguments)
                self.answer(rule.methods, rule if simple else None)
            self.missed |= rule.methods or frozenset()

    def add_mismatched(self, rules: list[Rule]) -> None:
        """Add those of the rules that are for WebSockets: a mismatch, if no other rule matches."""
        for rule in rules:
            if rule.websocket:
                self.answer(rule.methods, None)


def ending_at(node: State) -> Ending:
    """What answers a path that ends at the node, with or without the slash of a rule."""
    ending = Ending()
    ending.add(node.rules)
    if "" in node.static:
        for rule in node.static[""].rules:
            if not rule.websocket:
                simple = _is_plain(rule) and not rule.strict_slashes
                ending.answer(rule.methods, rule if simple else None)
    ending.add_mismatched(node.rules)
    return ending


def ending_before_slash(node: State) -> Ending:
    """What answers a path that has just a slash more than the node."""
    ending = Ending()
    loose = [rule for rule in node.rules if not rule.strict_slashes]
    ending.add(loose)
    ending.add_mismatched(loose)
    return ending


def _is_plain(rule: Rule) -> bool:
    return not rule.alias and rule.redirect_to is None
