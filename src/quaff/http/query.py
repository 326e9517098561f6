"""The query string of a URL, as the fields that it holds.

Fields are separated by `&`; `%41` is a letter and `+` a space, in names and values alike
(application/x-www-form-urlencoded, in the URL Standard). Bytes that are not UTF-8 are replaced.
"""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qsl

from werkzeug import datastructures
from werkzeug.exceptions import BadRequestKeyError

__all__ = ["ImmutableMultiDict", "fields_of", "parse_fields"]

K = TypeVar("K")
V = TypeVar("V")

# PERF: a MultiDict is a dict of lists, and these are the dict's own methods (benchmark: parameter
# and JSON).
_new: Any = dict.__new__
_values: Any = dict.get
_setdefault: Any = dict.setdefault


class ImmutableMultiDict(datastructures.ImmutableMultiDict[K, V]):
    """Werkzeug's class of that name, which finds a value in one step.

    PERF: a missing field is no exception on the way to a default (benchmark: parameter and JSON).
    """

    def __getitem__(self, key: K) -> V:
        values = _values(self, key)
        if values:
            return values[0]  # type: ignore[no-any-return]
        raise BadRequestKeyError(key)

    def get(self, key: Any, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        """The first value of a key, or the default.

        Args:
            key: the key.
            default: for keys that are missing, and for values that `type` cannot take.
            type: called with the value; ValueError and TypeError mean that it cannot take it.
        """
        values = _values(self, key)
        if not values:
            return default
        return values[0] if type is None else super().get(key, default, type)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # Whoever unpickles it may know Werkzeug alone.
        return datastructures.ImmutableMultiDict, super().__reduce_ex__(protocol)[1]


def fields_of(text: str) -> ImmutableMultiDict[str, str]:
    """The fields of a query string by name."""
    fields: ImmutableMultiDict[str, str] = _new(ImmutableMultiDict)
    if "%" in text or "+" in text:
        for name, value in parse_fields(text):
            _setdefault(fields, name, []).append(value)
        return fields
    # PERF: most have nothing to unquote, and need not be pairs (benchmark: parameter and JSON).
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            _setdefault(fields, name, []).append(value)
    return fields


def parse_fields(text: str) -> list[tuple[str, str]]:
    """The fields of a query string, as pairs."""
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")
    # PERF: the same, where there is nothing to unquote (benchmark: typed path and query).
    pairs = []
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            pairs.append((name, value))
    return pairs
