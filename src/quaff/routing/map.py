"""RouteMap: Werkzeug's Map, which says when it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Map, RuleFactory

from ..watched import NotifyingDict

__all__ = ["RouteMap"]


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
