"""QuaffClient: calls an application as a browser would, without a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from copy import copy
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import werkzeug.test
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from werkzeug.utils import import_string
from werkzeug.wrappers import Request as WerkzeugRequest

from ..context import Context, current
from ..gateways.wsgi import PRESERVE_CONTEXT, TESTING
from ..signals import request_started
from .environ import EnvironBuilder
from .events import EventReader
from .websocket import WebSocketRefused, WebSocketTester, handshake

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ..app import Quaff
    from ..sessions import SessionMixin
    from .exchange import Answer

__all__ = ["QuaffClient"]

Gateway = Literal["wsgi", "asgi", "rsgi"]

#: The client whose request is under way here and wants to keep its context.
_keeper: ContextVar[QuaffClient | None] = ContextVar("quaff.testing.keeper", default=None)


class QuaffClient(werkzeug.test.Client):
    """A client of an application, with cookies.

    In a `with` block the context of the last request stays open, so that a test can look at
    `request`, `session` and `g`, until the next request or the end of the block.

    Args:
        args: the application, and as of `werkzeug.test.Client`: the class of the responses,
            use_cookies, allow_subdomain_redirects.
        gateway: how the application is called: "wsgi", or through an in-memory server that speaks
            "asgi" or "rsgi".
        kwargs: as of `werkzeug.test.Client`.

    Example::

        with app.test_client() as client:
            response = client.post("/login", json={"name": "me"}, follow_redirects=True)
            assert response.json == {"welcome": "me"}
            assert session["name"] == "me"
    """

    application: Quaff
    #: How the application is called; assign to change it.
    gateway: Gateway = "wsgi"

    def __init__(self, *args: Any, gateway: Gateway | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if gateway is not None:
            self.gateway = gateway
        #: What every request's environ has, unless it says otherwise.
        self.environ_base: dict[str, Any] = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": f"Werkzeug/{version('werkzeug')}",
        }
        self.preserve_context = False
        #: Contexts of requests that are held open, the last one at work in this thread.
        self._held: list[Context] = []
        self._at_work: Context | None = None

    # -- requests ----------------------------------------------------------------------------

    def open(
        self, *args: Any, buffered: bool = False, follow_redirects: bool = False, **kwargs: Any
    ) -> TestResponse:
        """The response to a request.

        Args:
            args: those of `quaff.testing.EnvironBuilder` (path, base_url, subdomain, url_scheme
                ...); or one EnvironBuilder, environ or Request.
            buffered: read the whole response now, and close it.
            follow_redirects: go on until a response is no redirect; the ones on the way are in
                the response's `history`.
            kwargs: those of `quaff.testing.EnvironBuilder`: method, data, json, headers ...

        Raises:
            Exception: what the application propagates, as it does when it is in testing mode.
        """
        self._let_go()
        request = self._request_of(args, kwargs)
        try:
            response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        except BaseException as error:
            self._let_go(error)
            raise
        response.json_module = self.application.json  # type: ignore[assignment]
        if self._held:
            # Only now, in this thread, after all that ran for the request.
            self._at_work = self._held.pop()
            self._at_work.push()
            self._at_work.release()
            self._at_work.let_go = self._let_go
        return response

    def _request_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> WerkzeugRequest:
        source = args[0] if args else None
        if isinstance(source, werkzeug.test.EnvironBuilder):
            builder = copy(source)
            builder.environ_base = self._environ(builder.environ_base or {})
            return builder.get_request()
        if isinstance(source, dict):
            return EnvironBuilder.from_environ(
                source, app=self.application, environ_base=self._environ({})
            ).get_request()
        if isinstance(source, WerkzeugRequest):
            request = copy(source)
            request.environ = self._environ(request.environ)
            return request
        kwargs["environ_base"] = self._environ(kwargs.get("environ_base") or {})
        builder = EnvironBuilder(self.application, *args, **kwargs)
        try:
            return builder.get_request()
        finally:
            builder.close()

    def _environ(self, environ: Mapping[str, Any]) -> WSGIEnvironment:
        merged = {**self.environ_base, **environ, TESTING: True}
        if self.preserve_context:
            merged[PRESERVE_CONTEXT] = self._keep
        return merged

    def run_wsgi_app(self, environ: WSGIEnvironment, buffered: bool = False) -> Answer:
        """Call the application through the gateway.

        Returns:
            The body as an iterable, the status line and the headers.
        """
        if self.gateway == "wsgi":
            return super().run_wsgi_app(environ, buffered=buffered)
        self._add_cookies_to_wsgi(environ)
        name = self.gateway
        call = import_string(f"quaff.testing.{name}:call")
        with self._keeping():
            answer: Answer = call(getattr(self.application, name), environ, buffered)
        self._update_cookies_from_response(
            environ["SERVER_NAME"], environ.get("PATH_INFO", "/"), answer[2].getlist("Set-Cookie")
        )
        return answer

    def events(
        self, *args: Any, last_event_id: str | int | None = None, **kwargs: Any
    ) -> EventReader:
        """The server-sent events of a response as they come, for a `with` block.

        Args:
            args: as of `open`: the path.
            last_event_id: what a browser sends that had received this event before.
            kwargs: as of `open`: headers, query_string ...

        Raises:
            RuntimeError: the response is no stream of events.

        Example::

            with client.events("/ticks") as events:
                assert next(events).data == "1"
        """
        headers = Headers(kwargs.pop("headers", None))
        headers.setdefault("Accept", "text/event-stream")
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        return EventReader(self.open(*args, headers=headers, **kwargs))

    def websocket(
        self, *args: Any, subprotocols: Sequence[str] = (), **kwargs: Any
    ) -> WebSocketTester:
        """A connection to a WebSocket, for a `with` block; through the client's gateway.

        Args:
            args: as of `open`: the path.
            subprotocols: what is offered, the best first.
            kwargs: as of `open`: headers, query_string ...

        Raises:
            WebSocketRefused: the application did not accept it; `response` is its answer.
            Exception: what the application propagates.

        Example::

            with client.websocket("/chat/lobby") as ws:
                ws.send("hello")
                assert ws.receive() == "hello"
        """
        self._let_go()
        offered = tuple(subprotocols)
        headers = Headers(kwargs.pop("headers", None))
        headers.extend(handshake(offered))
        request = self._request_of(args, {**kwargs, "headers": headers})
        if self.gateway == "wsgi":
            raise WebSocketRefused(super().open(request, buffered=True))
        environ = request.environ
        self._add_cookies_to_wsgi(environ)
        connect = import_string(f"quaff.testing.{self.gateway}:connect")
        connected = connect(getattr(self.application, self.gateway), environ, offered)
        self._update_cookies_from_response(
            environ["SERVER_NAME"], environ["PATH_INFO"], connected.headers.getlist("Set-Cookie")
        )
        if isinstance(connected, WebSocketTester):
            return connected
        status, headers, body = connected
        raise WebSocketRefused(self.response_wrapper([body], f"{status}", headers, request=request))

    # -- contexts ----------------------------------------------------------------------------

    def __enter__(self) -> Self:
        if self.preserve_context:
            raise RuntimeError(
                "Cannot nest client invocations: this client's `with` block is open already. Use "
                "another client for the inner block."
            )
        self.preserve_context = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.preserve_context = False
        self._let_go()

    def _keep(self, context: Context) -> None:
        context.hold()
        self._held.append(context)

    def _let_go(self, error: BaseException | None = None) -> None:
        """Close the contexts that are still open for the sake of the test."""
        while self._held:
            self._held.pop().release(error)
        context, self._at_work = self._at_work, None
        if context is not None:
            context.let_go = None
            context.pop()

    def _keeping(self) -> AbstractContextManager[Any]:
        """While this is open, contexts of this client's requests are kept, if it wants them.

        NOTE: only an environ can carry the function that keeps a context. Through other gateways
        the application's own signal tells of it, and a context variable whose request it is.
        """
        if not self.preserve_context:
            return nullcontext()
        return self._listening()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        token = _keeper.set(self)
        try:
            with request_started.connected_to(self._on_start, self.application):
                yield
        finally:
            _keeper.reset(token)

    def _on_start(self, sender: Any, **extra: Any) -> None:
        context = current.get()
        if _keeper.get() is self and context.has_request:
            context.keep = self._keep

    # -- sessions ----------------------------------------------------------------------------

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """The client's session, for a `with` block at whose end it is saved.

        Args:
            args: those of `Quaff.test_request_context`, for session interfaces that look at the
                request.
            kwargs: likewise.

        Raises:
            TypeError: the client has no cookies.
            RuntimeError: the session interface opened none, as without SECRET_KEY.

        Example::

            with client.session_transaction() as session:
                session["user"] = 1
        """
        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        app = self.application
        context = app.test_request_context(*args, **kwargs)
        request = context.request
        self._add_cookies_to_wsgi(request.environ)
        interface = app.session_interface
        with context:
            session = interface.open_session(app, request)
        if session is None:
            raise RuntimeError(
                "Session backend did not open a session. Quaff's own needs a SECRET_KEY."
            )
        yield session
        if interface.is_null_session(session):
            return
        response = app.response_class()
        with context:
            interface.save_session(app, session, response)
        self._update_cookies_from_response(
            request.host.partition(":")[0], request.path, response.headers.getlist("Set-Cookie")
        )
