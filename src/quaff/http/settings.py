"""What an application decides about every request it receives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol


class JSONLoader(Protocol):
    """Anything with `loads`: a JSON provider, or the standard library's module."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any: ...


class RequestSettings(NamedTuple):
    """The limits and parsers of a request; an application makes one from its configuration.

    Sizes are bytes; None means no limit.
    """

    json: JSONLoader = json
    max_content_length: int | None = None
    max_form_memory_size: int | None = 500_000
    max_form_parts: int | None = 1_000
    max_cookie_size: int = 4093
    debug: bool = False


DEFAULT_SETTINGS = RequestSettings()


def _outside_any_application() -> RequestSettings:
    return DEFAULT_SETTINGS


_source: Callable[[], RequestSettings] = _outside_any_application


def active_settings() -> RequestSettings:
    """The settings of the application that is at work, or the defaults."""
    return _source()


def read_settings_from(source: Callable[[], RequestSettings]) -> None:
    """Let `source` say which settings are active; the context module does so at import.

    NOTE: messages know no application, yet `request.json` and `response.set_cookie` obey one. So
    the upper layer hands the lower one a question it can ask.
    """
    global _source
    _source = source
