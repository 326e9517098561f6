"""WSGI (PEP 3333): one call a request, in a thread of the server's.

Async code of the application runs on the background loop while this thread waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from ..bridge import iterate
from ..context import Context, current
from ..http.response import BODILESS, sends_plainly
from ..pipeline_sync import respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from ..http.request import Request
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
    request = plan.request_class(environ)
    if PRESERVE_CONTEXT in environ:
        request.keep_context = environ[PRESERVE_CONTEXT]
    if plan.must_start and TESTING not in environ:
        start(plan)
    if plan.has_middleware:
        return _answer_inside(plan, request, environ, start_response)
    response: Any = respond(plan, request)
    if response.__class__ is tuple:
        body, kind = response
        start_response("200 OK", [kind.field, ("Content-Length", str(len(body)))])
        return [body] if request.method != "HEAD" else []
    if response.__class__ is plan.plain_class:
        plain = response.plain_sending(request.method)
        if plain is not None:
            start_response(response._status, plain[0])
            return plain[1]
    return _send(response, environ, start_response)


def _answer_inside(
    plan: Plan, request: Request, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer within middleware, whose `start_response` may look at the request.

    The context is at work until the response has begun, and only then torn down.
    """
    contexts: list[Context] = []
    keeper = request.keep_context

    def keep(context: Context) -> None:
        context.hold()
        contexts.append(context)
        if keeper is not None:
            keeper(context)

    request.keep_context = keep
    try:
        response = respond(plan, request)
        token = current.set(contexts[0])
        try:
            return _send(response, environ, start_response)
        finally:
            current.reset(token)
    except BaseException as error:
        for context in contexts:
            context.error = error
        raise
    finally:
        for context in contexts:
            context.release(context.error)


def _send(
    response: Any, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    body: Any = getattr(response, "response", None)
    if hasattr(body, "__aiter__"):
        body = response.response = iterate(body.__aiter__())
    if not sends_plainly(type(response)):
        sent = response(environ, start_response)
        if sent is body and response._on_close:
            # Werkzeug hands the body of direct_passthrough over as it is, and would not close.
            return ClosingIterator(sent, response.close)
        return sent  # type: ignore[no-any-return]
    start_response(response._status, response.sent_headers())
    code = response._status_code
    waits = response.__dict__.get("_on_close")
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
