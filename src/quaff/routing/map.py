"""RouteMap: Werkzeug's Map, which says when it changes; and the rules in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from werkzeug import routing
from werkzeug.routing import Map, RuleFactory

from ..watched import NotifyingDict

if TYPE_CHECKING:
    from werkzeug.routing.rules import RulePart

__all__ = ["RouteMap", "Rule"]

Builder = Callable[..., tuple[str, str]]

# NOTE: CPython 3.11 raises SystemError where two threads make syntax trees at once.
_lock = Lock()


#: What no parameter of a function can be called, and so no variable of a rule.
NO_NAMES = frozenset({"None", "True", "False", "__debug__"})


#: In the pattern of a variable that takes any number of segments.
_ANY = ".*?"
#: Characters in which two such variables are looked for, of a path behind what comes before them.
LONGEST_FOR_TWO = 4_096


class Rule(routing.Rule):
    """A rule of an application; everything a Werkzeug Rule is.

    PERF: what builds its URLs is compiled when it is first used, since that takes longer than all
    the rest of a rule (benchmark: start-up with 1,000 rules).
    """

    # NOTE: private, and the same in all of Werkzeug 3; a test fails if it changes.
    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        """The parts of the rule, with their patterns.

        SECURITY: to find out that `<path:a>/tree/<path:b>/edit` does not match takes time by the
        square of the path's length, and by its cube with three. A path of 60 kB took seconds.
        """
        for part in super()._parse_rule(rule):
            if part.content.count(_ANY) > 1:
                short = f"(?!(?s:.{{{LONGEST_FOR_TWO + 1}}}))"
                part = replace(part, content=short + part.content)
            yield part

    # NOTE: private, and the same in all of Werkzeug 3; a test fails if it changes.
    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        names = [name for is_variable, name in self._trace if is_variable]
        if (
            self.defaults
            or not self.rule.isascii()
            or len({*names}) < len(names)
            or not NO_NAMES.isdisjoint(names)
        ):
            # It may be wrong, and then its author is to be told at once.
            return super()._compile_builder(append_unknown)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            with _lock:
                compiled = super(Rule, rule)._compile_builder(append_unknown)
            function: Builder = compiled.__get__(rule, None)
            if append_unknown:
                rule._build_unknown = function
            else:
                rule._build = function
            return function(**values)

        return build


class RouteMap(Map):
    """The rules of an application; everything a Werkzeug Map is.

    `on_change` is called after a rule was added, a setting was assigned or the table of converters
    was changed. A rule that was added says nothing when it changes.
    """

    on_change: Callable[[], None] | None = None

    def add(self, rulefactory: RuleFactory) -> None:
        """Add a rule, or the rules of a factory.

        Raises:
            ValueError: a rule is malformed, or belongs to a map already.
        """
        try:
            super().add(rulefactory)
        finally:
            # A factory may have added some rules before the one that is wrong.
            self._changed()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "converters":
            value = NotifyingDict(value)
            value.on_change = self._changed
        super().__setattr__(name, value)
        if not name.startswith("_") and name != "on_change":
            self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
