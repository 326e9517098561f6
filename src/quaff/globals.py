"""The proxies that user code imports: `request`, `session`, `g`, `current_app`.

They are for users only. The framework passes the context instead: it is faster, and it shows in
a signature what a function depends on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug import local

from .bridge import running_loop
from .context import OUTSIDE_APP, OUTSIDE_REQUEST, OUTSIDE_WEBSOCKET, Context, current

if TYPE_CHECKING:
    from .app import Quaff
    from .context import AppGlobals
    from .http.request import Request
    from .http.websocket import WebSocket
    from .sessions import SessionMixin

__all__ = ["app_ctx", "current_app", "g", "request", "request_ctx", "session", "websocket"]


class LocalProxy(local.LocalProxy[Any]):
    """A proxy that has attributes and items in fewer steps.

    PERF: half of what reading `request.method` costs (benchmarks: parameter and JSON, session).
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get_current_object(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._get_current_object(), name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._get_current_object()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._get_current_object()[key] = value


#: The application at work.
current_app: Quaff = LocalProxy(current, "app", unbound_message=OUTSIDE_APP)  # type: ignore[assignment]
#: A namespace for the duration of one request or command.
g: AppGlobals = LocalProxy(current, "g", unbound_message=OUTSIDE_APP)  # type: ignore[assignment]
#: The request being handled.
request: Request = LocalProxy(current, "request", unbound_message=OUTSIDE_REQUEST)  # type: ignore[assignment]
#: The session of the client whose request is being handled.
session: SessionMixin = LocalProxy(current, "session", unbound_message=OUTSIDE_REQUEST)  # type: ignore[assignment]

#: The context at work.
app_ctx: Context = LocalProxy(current, unbound_message=OUTSIDE_APP)  # type: ignore[assignment]


def _request_context() -> Any:
    context = current.get(None)
    if context is None or not context.has_request:
        raise RuntimeError(OUTSIDE_REQUEST)
    return context


#: The context at work, if it serves a request.
request_ctx: Context = LocalProxy(_request_context, unbound_message=OUTSIDE_REQUEST)  # type: ignore[assignment]


def _websocket() -> Any:
    context = current.get(None)
    request: Any = context.request if context is not None and context.has_request else None
    blocking = getattr(request, "blocking", None)
    if blocking is None:
        raise RuntimeError(OUTSIDE_WEBSOCKET)
    return request if running_loop() is not None else blocking


#: The WebSocket being served: its methods are awaited in `async def` views, and wait in plain ones.
websocket: WebSocket = LocalProxy(_websocket, unbound_message=OUTSIDE_WEBSOCKET)  # type: ignore[assignment]
