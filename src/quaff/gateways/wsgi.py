"""WSGI (PEP 3333): one call a request, in a thread of the server's.

Async code of the application runs on the background loop while this thread waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from ..bridge import iterate
from ..context import Context, current
from ..http.environ import path_of
from ..http.request import Request
from ..http.response import BODILESS, LENGTHS, sends_plainly
from ..pipeline_sync import respond
from .arrivals import arrive

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from ..plan import Plan

#: Where a test client leaves a function that keeps the context of its request.
PRESERVE_CONTEXT = "werkzeug.debug.preserve_context"

#: What the environ of a request has that comes from a test client, which starts no application.
TESTING = "quaff.testing"


def start(plan: Plan) -> None:
    """Start the application with its first request: WSGI servers say nothing of starting."""
    plan.app.lifespan.start_or_die()
    plan.must_start = False


def handle(plan: Plan, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request.

    Raises:
        Exception: what the application propagates.
    """
    if plan.must_start and TESTING not in environ:
        start(plan)
    path: str = environ.get("PATH_INFO", "")
    if not path.isascii():
        path = path_of(path)
    method = environ.get("REQUEST_METHOD", "GET").upper()
    host = environ.get("HTTP_HOST")
    if not host:
        # Granian makes an empty one where the client has sent none.
        host = environ.pop("HTTP_HOST", None) or None
    is_read = environ.get("CONTENT_LENGTH") or (
        plan.session_cookie is not None and "HTTP_COOKIE" in environ
    )
    context = arrive(plan, _make, environ, method, path, host, is_read)
    if PRESERVE_CONTEXT in environ:
        context.keep = environ[PRESERVE_CONTEXT]
    if plan.middleware is not None:
        return _answer_inside(plan, context, environ, start_response)
    respond(plan, context)
    answer: Any = context.answer
    if answer.__class__ is tuple:
        body, kind = answer
        start_response("200 OK", [kind.field, LENGTHS[len(body)].field])
        return [body] if method != "HEAD" else []
    if answer.__class__ is plan.plain_class and (plain := answer.plain_sending(method)):
        fields, body = plain
        start_response(answer._status, fields)
        return [body] if body else []
    return _send(answer, environ, start_response)


_new: Any = object.__new__


def _make(kind: type[Request], environ: WSGIEnvironment) -> Request:
    if kind is not Request:
        return kind(environ)
    # PERF: its __init__ does no more (benchmark: parameter and JSON).
    request: Request = _new(kind)
    request.environ = environ
    return request


def _answer_inside(
    plan: Plan, context: Context, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer within middleware, whose `start_response` may look at the request.

    The context is at work until the response has begun, and only then torn down.
    """
    keeper = context.keep

    def keep(context: Context) -> None:
        context.hold()
        if keeper is not None:
            keeper(context)

    context.keep = keep
    try:
        respond(plan, context)
        token = current.set(context)
        try:
            return _send(context.answer, environ, start_response)
        finally:
            current.reset(token)
    except BaseException as error:
        context.error = error
        raise
    finally:
        context.release(context.error)


def _send(
    response: Any, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    body: Any = getattr(response, "response", None)
    if hasattr(body, "__aiter__"):
        body = response.response = iterate(body.__aiter__())
    if not sends_plainly(type(response)):  # type: ignore[arg-type]
        sent = response(environ, start_response)
        if sent is body and response._on_close:
            # Werkzeug hands the body of direct_passthrough over as it is, and would not close.
            return ClosingIterator(sent, response.close)
        return sent  # type: ignore[no-any-return]
    start_response(response._status, response.sent_headers())
    code = response._status_code
    waits = response._on_close
    if environ["REQUEST_METHOD"] == "HEAD" or code < 200 or code in BODILESS:
        if not waits and not hasattr(body, "close"):
            return ()
        body = ()
    elif not response.direct_passthrough:
        body = response.iter_encoded()
    elif not waits:
        # The server may have its own way to send a file, and closes it itself.
        return response.response  # type: ignore[no-any-return]
    return ClosingIterator(body, response.close)
