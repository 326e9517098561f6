"""flask.globals"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from werkzeug.local import LocalProxy

from ..context import OUTSIDE_APP as _no_app_msg
from ..context import OUTSIDE_REQUEST as _no_req_msg
from ..context import current
from ..globals import app_ctx, current_app, g, request, request_ctx, session

__all__ = [
    "ContextVar",
    "LocalProxy",
    "_cv_app",
    "_cv_request",
    "_no_app_msg",
    "_no_req_msg",
    "app_ctx",
    "current_app",
    "g",
    "request",
    "request_ctx",
    "session",
]

_MISSING: Any = object()


class _RequestVariable:
    """The one context variable, as far as it holds contexts with a request."""

    def get(self, default: Any = _MISSING) -> Any:
        context = current.get(None)
        if context is not None and context.has_request:
            return context
        if default is _MISSING:
            raise LookupError(self)
        return default

    set = current.set
    reset = current.reset


_cv_app = current
_cv_request = _RequestVariable()
