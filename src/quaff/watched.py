"""Lists and dicts that say when they change.

An application decides once, on first use, what every request runs through. Extensions write to
its tables directly (`app.before_request_funcs[None].append(...)`), so the tables themselves must
say that what was decided is out of date.

Rules of this file:

* Reading costs what it costs on the plain type: no reading method is overridden.
* `on_change` is called after a change, once a call, and not when the call raised.
* A copy, also a deep or pickled one, is a plain list or dict: nobody watches it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, TypeVar
from weakref import WeakMethod

if TYPE_CHECKING:
    from _typeshed import SupportsKeysAndGetItem

__all__ = ["NotifyingDict", "WatchedDefaultDict", "WatchedDict", "WatchedList", "Weakly", "watched"]

OnChange = Callable[[], object]

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Weakly:
    """Calls a bound method as long as its object lives."""

    def __init__(self, method: Callable[[], object]) -> None:
        self.method = WeakMethod(method)

    def __call__(self) -> None:
        method = self.method()
        if method is not None:
            method()


class _Notifier:
    """What the containers share: whom to tell."""

    _on_change: OnChange | None = None

    @property
    def on_change(self) -> OnChange | None:
        """Called without arguments after every change; None tells nobody.

        NOTE: a bound method is held weakly. The owner of a container usually passes a method of
        its own, and must still be freed as soon as nobody refers to it.
        """
        return self._on_change

    @on_change.setter
    def on_change(self, value: OnChange | None) -> None:
        self._on_change = Weakly(value) if isinstance(value, MethodType) else value

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


class NotifyingDict(_Notifier, dict[K, V]):
    """A dict that calls `on_change` after every change to itself; its values stay as they are."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self._changed()

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self._changed()

    def __ior__(self, other: Any) -> Self:  # type: ignore[override, misc]
        self.update(other)
        return self

    def setdefault(self, key: K, default: Any = None) -> Any:
        """The value of `key`, which is set to `default` if it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set all pairs of a mapping or an iterable, and the keywords."""
        super().update(*args, **kwargs)
        self._changed()

    def pop(self, key: K, *default: Any) -> Any:
        """Remove `key` and return its value, or the default."""
        present = key in self
        value = super().pop(key, *default)
        if present:
            self._changed()
        return value

    def popitem(self) -> tuple[K, V]:
        """Remove and return the newest pair."""
        pair = super().popitem()
        self._changed()
        return pair

    def clear(self) -> None:
        """Remove everything."""
        super().clear()
        self._changed()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_on_change"}


class WatchedList(_Notifier, list[T]):
    """A list that calls `on_change` after every change to itself.

    Args:
        items: what it holds first.
        on_change: called without arguments after every change.
    """

    def __init__(self, items: Iterable[T] = (), *, on_change: OnChange | None = None) -> None:
        super().__init__(items)
        self.on_change = on_change

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value)
        self._changed()

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        super().__delitem__(index)
        self._changed()

    def __iadd__(self, items: Iterable[T]) -> Self:  # type: ignore[override, misc]
        self.extend(items)
        return self

    def __imul__(self, times: SupportsIndex) -> Self:
        super().__imul__(times)
        self._changed()
        return self

    def append(self, item: T) -> None:
        """Add an item at the end."""
        super().append(item)
        self._changed()

    def extend(self, items: Iterable[T]) -> None:
        """Add items at the end."""
        super().extend(items)
        self._changed()

    def insert(self, index: SupportsIndex, item: T) -> None:
        """Put an item before `index`."""
        super().insert(index, item)
        self._changed()

    def pop(self, index: SupportsIndex = -1) -> T:
        """Remove and return the item at `index`."""
        item = super().pop(index)
        self._changed()
        return item

    def remove(self, item: T) -> None:
        """Remove the first item equal to `item`."""
        super().remove(item)
        self._changed()

    def clear(self) -> None:
        """Remove everything."""
        super().clear()
        self._changed()

    def reverse(self) -> None:
        """Turn the order round."""
        super().reverse()
        self._changed()

    def sort(self, **options: Any) -> None:
        """Put the items in order."""
        super().sort(**options)
        self._changed()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return list, (), None, iter(self)


class WatchedDict(NotifyingDict[K, V]):
    """A dict that calls `on_change` after every change to itself or to a list or dict in it.

    A plain list, dict or defaultdict that is put into it is copied into a watched one.

    Args:
        items: what it holds first.
        on_change: called without arguments after every change.
    """

    def __init__(
        self,
        items: SupportsKeysAndGetItem[K, V] | Iterable[tuple[K, V]] = (),
        *,
        on_change: OnChange | None = None,
    ) -> None:
        super().__init__()
        self.on_change = on_change
        self._fill(dict(items))

    def _fill(self, items: Mapping[Any, Any]) -> None:
        for key, value in items.items():
            dict.__setitem__(self, key, watched(value, self.on_change))

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, watched(value, self.on_change))

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set all pairs of a mapping or an iterable, and the keywords."""
        self._fill(dict(*args, **kwargs))
        self._changed()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return dict, (), None, None, iter(self.items())


class WatchedDefaultDict(WatchedDict[K, V], defaultdict[K, V]):
    """A WatchedDict that makes missing values with `default_factory`, as defaultdict does.

    Args:
        default_factory: makes the value of a missing key; None raises KeyError instead.
        items: what it holds first.
        on_change: called without arguments after every change.
    """

    def __init__(
        self,
        default_factory: Callable[[], V] | None = None,
        items: SupportsKeysAndGetItem[K, V] | Iterable[tuple[K, V]] = (),
        *,
        on_change: OnChange | None = None,
    ) -> None:
        super().__init__(items, on_change=on_change)
        self.default_factory = default_factory

    def __missing__(self, key: K) -> V:
        if self.default_factory is None:
            raise KeyError(key)
        value: V = dict.setdefault(self, key, watched(self.default_factory(), self.on_change))
        # NOTE: an empty default means what a missing key meant. Looking a name up must not make
        # the application decide everything anew.
        if value:
            self._changed()
        return value

    def copy(self) -> defaultdict[K, V]:  # type: ignore[override]
        """A plain defaultdict with the same pairs."""
        return defaultdict(self.default_factory, self)

    __copy__ = copy  # type: ignore[assignment]

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return defaultdict, (self.default_factory,), None, None, iter(self.items())


def watched(value: Any, on_change: OnChange | None) -> Any:
    """A list, dict or defaultdict as a container that reports its changes; other values as given.

    One of another owner is copied.
    """
    kind = type(value)
    if isinstance(value, _Notifier) and value.on_change is on_change:
        return value
    if kind is list or kind is WatchedList:
        return WatchedList(value, on_change=on_change)
    if kind is dict or kind is WatchedDict:
        return WatchedDict(value, on_change=on_change)
    if kind is defaultdict or kind is WatchedDefaultDict:
        return WatchedDefaultDict(value.default_factory, value, on_change=on_change)
    return value
