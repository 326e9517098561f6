"""How a request arrives: its context is made at once, and the request when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from ..context import Context
from ..routing.search import Unsure

if TYPE_CHECKING:
    from ..http.request import Request
    from ..plan import Plan


def arrive(
    plan: Plan,
    make: Callable[[type[Request], Any], Request],
    message: Any,
    method: str,
    path: str,
    host: str | bytes | None,
    is_read: Any,
) -> Context:
    """The context of a request, with the route if it is known.

    PERF: many views have no need of a Request (benchmark: plain text).

    Args:
        plan: the application's.
        make: makes the request, of a class and the message.
        message: what the server said.
        method: as of `Finder.find`.
        path: likewise.
        host: the Host field as it came, as text or in Latin-1.
        is_read: whether the request is read in any case: for its body, or for cookies that may have
            to be refreshed.
    """
    finder = plan.finder
    if not finder.finds_early:
        return Context(plan.app, make(plan.request_class, message))
    try:
        if host not in finder.valid_hosts:
            finder.check_host(host)
        known = finder.known.get(path)
        found = finder.find(method, path) if known is None else known[method]
    except Unsure:
        return Context(plan.app, make(plan.request_class, message))
    except HTTPException as error:
        context = Context(plan.app, make(plan.request_class, message))
        finder.refuse(context, error)
        return context
    route = found[0]
    if not (is_read or route.makes_request):
        return Context(plan.app, None, (plan, make, message), found)
    request = make(plan.request_class, message)
    request.found = found
    context = Context(plan.app, request, None, found)
    if route.timeout is not None:
        finder.lead(context, found)
    return context
