"""The proxies that user code imports: `request`, `session`, `g`, `current_app`.

They are for users only. The framework passes the context instead: it is faster, and it shows in
a signature what a function depends on.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from werkzeug.local import LocalProxy

from .bridge import running_loop
from .context import OUTSIDE_APP, OUTSIDE_REQUEST, OUTSIDE_WEBSOCKET, Context, current, needed

if TYPE_CHECKING:
    from .app import Quaff
    from .context import AppGlobals
    from .http.request import Request
    from .http.websocket import WebSocket
    from .sessions import SessionMixin

__all__ = ["app_ctx", "current_app", "g", "request", "request_ctx", "session", "websocket"]


#: The attributes that are a proxy's own.
OF_PROXIES = frozenset(dir(LocalProxy))


def _proxy(name: str, message: str) -> Any:
    """A proxy for what the context at work has under a name.

    PERF: reading an attribute looks at the proxy itself only for names that are its own, and takes
    a third of the time of Werkzeug's (benchmarks: parameter and JSON, session).

    Args:
        name: the attribute of Context.
        message: what a RuntimeError says where no context is at work.
    """
    of_context = attrgetter(name)
    # Also for speed: see `set_current` in the pipeline.
    at_work = current.get

    def target() -> Any:
        try:
            context = at_work()
        except LookupError:
            raise RuntimeError(message) from None
        return of_context(context)

    class Proxy(LocalProxy[Any]):
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            if name in OF_PROXIES:
                return super().__getattribute__(name)
            try:
                context = at_work()
            except LookupError:
                raise RuntimeError(message) from None
            return getattr(of_context(context), name)

        def __setattr__(self, name: str, value: Any) -> None:
            try:
                context = at_work()
            except LookupError:
                raise RuntimeError(message) from None
            setattr(of_context(context), name, value)

        def __getitem__(self, key: Any) -> Any:
            return target()[key]

        def __setitem__(self, key: Any, value: Any) -> None:
            target()[key] = value

    Proxy.__name__ = Proxy.__qualname__ = LocalProxy.__name__
    return Proxy(current, name, unbound_message=message)


#: The application at work.
current_app: Quaff = _proxy("app", OUTSIDE_APP)
#: A namespace for the duration of one request or command.
g: AppGlobals = _proxy("g", OUTSIDE_APP)
#: The request being handled.
request: Request = _proxy("request", OUTSIDE_REQUEST)
#: The session of the client whose request is being handled.
session: SessionMixin = _proxy("session", OUTSIDE_REQUEST)


def _app_context() -> Any:
    context = needed()
    # Extensions keep what lives as long as `g` by the identity of this object.
    return context._g_owner or context


#: The context that `g` belongs to: the one at work, or the one around it that shares its `g`.
app_ctx: Context = LocalProxy(_app_context, unbound_message=OUTSIDE_APP)  # type: ignore[assignment]


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
