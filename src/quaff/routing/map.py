"""RouteMap: Werkzeug's Map, which says when it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Map, Rule, RuleFactory

__all__ = ["RouteMap"]


class RouteMap(Map):
    """The rules of an application; everything a Werkzeug Map is.

    `on_change` is called after a rule was added or a setting was assigned.
    """

    on_change: Callable[[], None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        #: The rules in the order they were added; the Map itself sorts its own list.
        self.added: list[Rule] = []
        super().__init__(*args, **kwargs)

    def add(self, rulefactory: RuleFactory) -> None:
        """Add a rule, or the rules of a factory.

        Raises:
            ValueError: a rule is malformed.
        """
        for rule in rulefactory.get_rules(self):
            super().add(rule)
            self.added.append(rule)
        self._changed()

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if not name.startswith("_") and name != "on_change":
            self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
