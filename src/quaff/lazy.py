"""`lazy`: an attribute computed when it is first read, and plain from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Type checkers know what functools' decorator means; ours means the same.
    from functools import cached_property as lazy
else:
    keep = object.__setattr__

    class lazy:
        """A method whose result replaces it on the instance.

        It has no `__set__`, so assigning to the instance overrides it, and the second read is an
        ordinary attribute look-up.

        PERF: functools.cached_property takes a lock on Python 3.11 (benchmark: plain text).
        """

        def __init__(self, make: Callable[[Any], Any]) -> None:
            self.make = make
            self.name = make.__name__
            self.__doc__ = make.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = self.make(instance)
            # PERF: through its __dict__ all attributes of the instance would become slower on
            # Python 3.11 (benchmark: parameter and JSON).
            keep(instance, self.name, value)
            return value


__all__ = ["lazy"]
