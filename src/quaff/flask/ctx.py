"""flask.ctx"""

from __future__ import annotations

from werkzeug.exceptions import HTTPException

from ..context import (
    AppGlobals,
    after_this_request,
    copy_current_request_context,
    current,
    has_app_context,
    has_request_context,
)
from ..context import Context as AppContext
from ..signals import appcontext_popped, appcontext_pushed
from .globals import _cv_app, _cv_request

#: There is one class of contexts, with or without a request.
RequestContext = AppContext

__all__ = [
    "AppContext",
    "HTTPException",
    "RequestContext",
    "_AppCtxGlobals",
    "_cv_app",
    "_cv_request",
    "after_this_request",
    "appcontext_popped",
    "appcontext_pushed",
    "copy_current_request_context",
    "has_app_context",
    "has_request_context",
]


class _AppCtxGlobals(AppGlobals):
    def __repr__(self) -> str:
        context = current.get(None)
        if context is not None:
            return f"<flask.g of '{context.app.name}'>"
        return object.__repr__(self)
