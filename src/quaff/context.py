"""Context: what belongs to one request, or to one command.

There is one class and one ContextVar. A context with a request serves a request; one without
serves a command, a script or a test. Nothing of it is made before it is asked for: `g`, the
session and the URL adapter appear when they are first read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token
from functools import update_wrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from werkzeug.exceptions import HTTPException

from .bridge import is_async, read_loop_from, running_loop
from .http.settings import DEFAULT_SETTINGS, RequestSettings, read_settings_from
from .lazy import lazy

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from werkzeug.routing import MapAdapter

    from .app import Quaff
    from .finder import Arrival, Found
    from .http.request import Request
    from .http.response import Plain, Response
    from .sessions import SessionMixin

__all__ = [
    "AppGlobals",
    "Context",
    "after_this_request",
    "copy_current_request_context",
    "current",
    "has_app_context",
    "has_request_context",
]

#: The context at work in this thread or task.
current: ContextVar[Context] = ContextVar("quaff.context")

OUTSIDE_APP = (
    "Working outside of an application context: this needs to know the application, but no "
    "request or command is being handled. Wrap the code in `with app.app_context():`."
)
OUTSIDE_REQUEST = (
    "Working outside of a request context: this needs a request, but none is being handled. "
    "In a test, wrap the code in `with app.test_request_context():`."
)
OUTSIDE_WEBSOCKET = (
    "Working outside of a WebSocket: this needs a connection, but none is being served. It works "
    "in the view of @app.websocket() and in the hooks of WebSockets."
)

NO_RESPONSE = (
    "{} needs a response, and a WebSocket has none. What is to be done at its end is done in an "
    "`app.after_websocket` function, or after the view's loop; `app.add_background_task()` begins "
    "at once."
)

_MISSING = object()
F = TypeVar("F", bound=Callable[..., Any])


class AppGlobals:
    """`g`: a namespace for the duration of one context."""

    if TYPE_CHECKING:
        # Attributes are anything.
        def __getattr__(self, name: str) -> Any: ...

    def get(self, name: str, default: Any = None) -> Any:
        """The attribute, or the default."""
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: Any = _MISSING) -> Any:
        """Remove and return the attribute; KeyError if it is missing without default."""
        if default is _MISSING:
            return self.__dict__.pop(name)
        return self.__dict__.pop(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The attribute, which is set to the default if it is missing."""
        return self.__dict__.setdefault(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        context = current.get(None)
        where = "" if context is None else f" of {context.app.name!r}"
        return f"<quaff.g{where}>"


class _LateRequest:
    """The request of a context, made when it is first asked for; RuntimeError if there is none."""

    def __get__(self, context: Context | None, owner: type | None = None) -> Any:
        if context is None:
            return self
        if context.arrival is None:
            raise RuntimeError(OUTSIDE_REQUEST)
        plan, make, message = context.arrival
        # PERF: its next requests are made at once, which costs less (benchmark: parameter and
        # JSON).
        context.found[0].makes_request = True
        request = make(plan.request_class, message)
        request.found = context.found
        if context.made is None:
            # From now on it is an attribute of the context itself.
            context.request = context.made = request
        # Another thread may have been faster.
        return context.made


class Context:
    """The state of one request or command.

    Args:
        app: the application.
        request: the request, if there is one and it is made already.
        arrival: what makes it when it is first asked for: the plan, a function, and what this
            takes beside the class of the request.
        found: where the request leads, if that is known.
    """

    _tokens: list[Token[Context]] | None = None
    _torn_down = False
    #: The error that ended the work, for whoever held the context and releases it.
    error: BaseException | None = None
    #: The context around this one that `g` and its end belong to; None if they are its own.
    _g_owner: Context | None = None
    #: Whether its request belongs to another context, around this one, which also ends it.
    _borrows_request = False
    #: Ends a context that is at work only because a test wants to look at it; None for others.
    let_go: Callable[[], None] | None = None
    #: The messages flashed so far, once `get_flashed_messages` was called.
    flashes: list[tuple[str, str]] | None = None
    #: The event loop that the request is answered on; None under WSGI, and before its view has
    #: waited for anything.
    loop: AbstractEventLoop | None = None
    #: What the pipeline answers; None if the client went away before.
    answer: Response | Plain | None = None

    def __init__(
        self,
        app: Quaff,
        request: Request | None = None,
        arrival: Arrival | None = None,
        found: Found | None = None,
    ) -> None:
        # PERF: attributes that each request reads are read faster where they are the instance's
        # own (benchmark: plain text).
        self.app = app
        self.arrival = arrival
        #: Where the request leads; None before that is known.
        self.found: Any = found
        #: The request, once it is made.
        self.made = request
        if request is not None:
            self.request = request
        #: How often this context was pushed or held and not yet released.
        self._holds = 0
        self._after: list[Callable[..., Any]] | None = None
        #: The session once it is open.
        self._open_session: SessionMixin | None = None
        #: Called with the context before it is torn down, so that a test can keep it.
        self.keep: Callable[[Context], None] | None = None

    if TYPE_CHECKING:
        request: Request
    else:
        request = _LateRequest()

    @property
    def has_request(self) -> bool:
        """Whether this context serves a request."""
        return self.made is not None or self.arrival is not None

    @lazy
    def g(self) -> Any:
        """The namespace of this context."""
        return self.app.app_ctx_globals_class()

    @property
    def session(self) -> SessionMixin:
        """The session, opened when it is first read, and marked as read."""
        session = self._open_session
        if session is None:
            session = self.opened_session()
        # What was read can differ from visitor to visitor, so the response must vary by cookie.
        session.accessed = True
        return session

    def opened_session(self) -> SessionMixin:
        """The session, opened but not marked as read."""
        session = self._open_session
        if session is None:
            interface = self.app.session_interface
            session = interface.open_session(self.app, self.request)
            if session is None:
                session = interface.make_null_session(self.app)
            self._open_session = session
        return session

    @property
    def _session(self) -> SessionMixin:
        # Flask's name for the session as such; its tests and extensions look at it and set it.
        return self.opened_session()

    @_session.setter
    def _session(self, session: SessionMixin) -> None:
        self._open_session = session

    @lazy
    def url_adapter(self) -> MapAdapter | None:
        """What builds URLs here; None outside a request without SERVER_NAME."""
        try:
            return self.app.create_url_adapter(self.request if self.has_request else None)
        except HTTPException as error:
            if not self.has_request:
                raise
            # A host that is not trusted: the hooks still run, and dispatching raises it.
            self.request.routing_exception = error
            return None

    # -- life --------------------------------------------------------------------------------

    def push(self) -> None:
        """Make this the context at work.

        The first push opens it: signals are sent, the session opens and the URL is matched. A
        context that is pushed again must be popped as often, and is torn down at the last pop.
        """
        if self._tokens is None:
            self._tokens = []
        token = current.set(self)
        self._tokens.append(token)
        self._holds += 1
        if self._holds == 1:
            self._torn_down = False
            self.app.plan.open(self, token.old_value)

    def pop(self, exc: BaseException | None = None) -> None:
        """Undo one push.

        Args:
            exc: the error that ended the work, handed to the teardown functions.

        Raises:
            RuntimeError: another context was pushed after this one and is still at work.
        """
        self._check_at_work()
        assert self._tokens is not None
        try:
            self.release(exc)
        finally:
            current.reset(self._tokens.pop())

    def _check_at_work(self) -> None:
        inner = current.get(None)
        # The block of a client may be around that of this context, and then ends after it.
        while self._tokens and inner is not self and inner is not None and inner.let_go is not None:
            inner.let_go()
            inner = current.get(None)
        if not self._tokens or inner is not self:
            raise RuntimeError(
                f"{self!r} cannot be popped: it is not the context at work. Contexts must be "
                "popped in the reverse order of their pushes."
            )

    def hold(self) -> None:
        """Keep the context alive until `release`, whoever else pops it meanwhile."""
        self._holds += 1

    def release(self, exc: BaseException | None = None) -> None:
        """Let go of the context; the last one to do so tears it down."""
        if self._was_last():
            token = current.set(self)
            try:
                self.app.plan.close(self, exc)
            finally:
                current.reset(token)

    async def release_async(self, exc: BaseException | None = None) -> None:
        """`release` on an event loop, where teardown functions may be awaited."""
        if self._was_last():
            token = current.set(self)
            try:
                await self.app.plan.close_async(self, exc)
            finally:
                current.reset(token)

    def _was_last(self) -> bool:
        self._holds -= 1
        if self._holds > 0 or self._torn_down:
            return False
        self._torn_down = True
        return True

    def copy(self) -> Self:
        """A context of the same application with the same request and session, and a new `g`."""
        twin = type(self)(self.app, self.request if self.has_request else None)
        if "url_adapter" in self.__dict__:
            twin.url_adapter = self.url_adapter
        if self.has_request:
            twin.found, twin.loop = self.found, _loop_of(self)
            twin._open_session = self.opened_session()
        twin.flashes = self.flashes
        return twin

    def share_g(self, outer: Context) -> None:
        """Use the `g` of the context around this one, which also ends it."""
        self.__dict__["g"] = outer.g
        self._g_owner = outer._g_owner or outer

    def borrow_request(self, outer: Context) -> None:
        """Show the request and the session of the context around this one until it ends."""
        self._borrows_request = True
        self.made, self.found, self.loop = outer.request, outer.found, _loop_of(outer)
        self.request = self.made
        self._open_session = outer.opened_session()
        outer._after = self._after = outer._after if outer._after is not None else []

    def return_request(self) -> None:
        """Undo `borrow_request`."""
        self._borrows_request = False
        self.made = self.found = self._open_session = self._after = None
        for name in ("request", "url_adapter"):
            self.__dict__.pop(name, None)

    def add_after(self, function: Callable[[Any], Any]) -> None:
        """Let a function see the response before the after hooks do; it returns the one to send."""
        if self._after is None:
            self._after = []
        self._after.append(function)

    def match_request(self) -> None:
        """Find the rule of the request and store it there, or the error that was met instead."""
        self.app.plan.finder.match(self)

    async def __aenter__(self) -> Self:
        self.push()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._check_at_work()
        assert self._tokens is not None
        try:
            await self.release_async(error)
        finally:
            current.reset(self._tokens.pop())

    def __enter__(self) -> Self:
        self.push()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pop(error)

    def __repr__(self) -> str:
        what = f"{self.request.method} {self.request.url!r}" if self.has_request else "no request"
        return f"<Context of {self.app.name!r}, {what}>"


def needed() -> Context:
    """The context at work, for code that cannot do without.

    Raises:
        RuntimeError: none is at work.
    """
    context = current.get(None)
    if context is None:
        raise RuntimeError(OUTSIDE_APP)
    return context


def needed_request(what: str) -> Context:
    """The context of the request being handled.

    Raises:
        RuntimeError: no request is being handled; the message names `what` needs one.
    """
    context = current.get(None)
    if context is None or not context.has_request:
        raise RuntimeError(f"{what} works only while a request is handled. {OUTSIDE_REQUEST}")
    return context


def needed_response(what: str) -> Context:
    """The context of the request being handled, which will have a response.

    Raises:
        RuntimeError: no request is being handled, or a WebSocket; the message names `what` needs
            one.
    """
    context = needed_request(what)
    if getattr(context.made, "blocking", None) is not None:
        raise RuntimeError(NO_RESPONSE.format(what))
    return context


def template_variables() -> dict[str, Any]:
    """The variables that every template sees: the objects themselves instead of proxies.

    NOTE: a session that nobody has read is left to the global proxy. Reading it through the proxy
    marks it as read, on which `Vary: Cookie` depends, and opening it costs a signature check.
    """
    work = current.get(None)
    if work is None:
        return {}
    if not work.has_request:
        return {"g": work.g}
    names = {"g": work.g, "request": work.request}
    session = work._open_session
    if session is not None and session.accessed:
        names["session"] = session
    return names


def has_request_context() -> bool:
    """Whether a request is being handled here, so that `request` and `session` work."""
    context = current.get(None)
    return context is not None and context.has_request


def has_app_context() -> bool:
    """Whether an application is at work here, so that `current_app` and `g` work."""
    return current.get(None) is not None


def after_this_request(function: F) -> F:
    """Call `function(response)` after the current request; it returns the response to send.

    Raises:
        RuntimeError: no request is being handled, or a WebSocket, which has no response.
    """
    needed_response("after_this_request()").add_after(function)
    return function


def copy_current_request_context(function: F) -> F:
    """`function`, which runs with a copy of the current context wherever it is called.

    For threads, greenlets and tasks that work for a request: request and session are the same, `g`
    is new. A coroutine function gives a coroutine on an event loop; in a thread it is waited for.

    Raises:
        RuntimeError: no request is being handled.
    """
    copied = needed_request("copy_current_request_context()").copy()
    awaited = is_async(function)

    async def on_loop(*args: Any, **kwargs: Any) -> Any:
        async with copied:
            return await function(*args, **kwargs)

    def inside(*args: Any, **kwargs: Any) -> Any:
        if awaited and running_loop() is not None:
            return on_loop(*args, **kwargs)
        with copied:
            return copied.app.ensure_sync(function)(*args, **kwargs)

    return update_wrapper(inside, function)  # type: ignore[return-value]


def _active_settings() -> RequestSettings:
    context = current.get(None)
    if context is None:
        return DEFAULT_SETTINGS
    plan = context.app._plan or context.app.plan
    return plan.settings


def _active_loop() -> AbstractEventLoop | None:
    context = current.get(None)
    return None if context is None else _loop_of(context)


def _loop_of(context: Context) -> AbstractEventLoop | None:
    """The loop that answers a request of an async server."""
    made, arrival = context.made, context.arrival
    if context.loop is None and (arrival[0].hops if arrival else made and made.source):
        # Its view has not waited for anything yet, so it can only be here.
        return running_loop()
    return context.loop


read_settings_from(_active_settings)
read_loop_from(_active_loop)
