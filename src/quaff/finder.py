"""Finder: where the requests of an application lead."""

from __future__ import annotations

from collections.abc import Callable, Container
from copy import copy
from time import monotonic
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import WebsocketMismatch
from werkzeug.utils import import_string

from .http.validity import check_host
from .route import Route
from .routing.matcher import Match, Unsure, matcher_for

if TYPE_CHECKING:
    from werkzeug.routing import MapAdapter, Rule

    from .context import Context
    from .http.request import Request
    from .plan import Plan

__all__ = ["Arrival", "Finder", "Found"]

#: Where a request leads: its route, its rule, and the values of the URL's variables. There is no
#: rule where nothing matched, and None instead of no values.
Found = tuple[Route, "Rule | None", dict[str, Any] | None]

#: How a request is made when it is first asked for: the plan, a function, and what this takes
#: beside the class of the request.
Arrival = tuple["Plan", Callable[[type["Request"], Any], "Request"], Any]


class Known(dict[str, Found]):
    """Where requests for a path without variables lead, by method, as far as there were some.

    Args:
        finder: finds it for other methods.
        path: the path.
        methods: those that are worth keeping. There are as many as there are rules; clients cannot
            fill the memory.
    """

    __slots__ = ("finder", "methods", "path")

    def __init__(self, finder: Finder, path: str, methods: Container[str]) -> None:
        self.finder = finder
        self.path = path
        self.methods = methods

    def __missing__(self, method: str) -> Found:
        found = self.finder.find(method, self.path)
        if method in self.methods:
            # A dict of values would be shared by all requests; there are none anyway.
            found = self[method] = found[0], found[1], None
        return found


class Routes(dict[str, Route]):
    """The routes of endpoints, each compiled when it is first asked for.

    Args:
        plan: the plan they are for.
    """

    __slots__ = ("plan",)

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __missing__(self, endpoint: str) -> Route:
        plan = self.plan
        route = Route(plan.in_threads, endpoint)
        if plan.hops:
            route = route.for_loop(plan.app.threads.hop)
        self[endpoint] = route
        return route


class Finder:
    """Finds where requests lead.

    Args:
        plan: the plan of the application.
    """

    # PERF: attributes of a copied object are read slowly on Python 3.11 (benchmark: plain text on
    # ASGI).
    __slots__ = (
        "_api_pages",
        "_has_api_pages",
        "_search",
        "finds_early",
        "known",
        "matcher",
        "plan",
        "routes",
        "subdomain",
        "valid_hosts",
    )

    def __init__(self, plan: Plan) -> None:
        app = plan.app
        url_map = app.url_map
        self.plan = plan
        self.matcher = matcher_for(url_map)
        self._search: Callable[..., Match] = self.matcher.search
        #: The subdomain of every request, where it does not depend on the request's host.
        self.subdomain: str | None = None
        if not (
            url_map.host_matching
            or app.subdomain_matching
            or app.config.get("TRUSTED_HOSTS") is not None
            or plan.create_url_adapter is not None
        ):
            self.subdomain = url_map.default_subdomain
        #: Whether gateways may ask where a request leads before it is made; see `find`.
        self.finds_early = (
            self.subdomain is not None
            and plan.lazy_session
            and plan.middleware is None
            and not plan.has_own_converters
            and plan.request_class.is_matched_as_it_came
        )
        #: Host fields that were checked before.
        self.valid_hosts: set[str | bytes | None] = {None}
        wanted = app.config.get("OPENAPI_DOCS")
        #: Whether the documents of the application have pages; the pages are made on first use.
        self._has_api_pages: bool = plan.settings.debug if wanted is None else bool(wanted)
        self._api_pages: Any = None
        self._forget()

    def _forget(self) -> None:
        self.routes = Routes(self.plan)
        #: Where requests for paths without variables lead, by path and method.
        self.known: dict[str, Known] = {}
        if self.subdomain is not None:
            rules = self.matcher.static_rules(self.subdomain)
            self.known = {path: Known(self, path, rules[path]) for path in rules if path.isascii()}

    def on_loop(self, plan: Plan) -> Finder:
        """The same for a plan for event loops, with routes of its own."""
        twin = copy(self)
        twin.plan = plan
        twin._forget()
        return twin

    def find(self, method: str, path: str) -> Found:
        """Where a request leads, which need not be made for it.

        Only where `finds_early` says so.

        Args:
            method: the method in upper case.
            path: the path, decoded, below the root path; if it is in `known`, ask there.

        Raises:
            HTTPException: it leads nowhere.
            Unsure: Werkzeug must be asked, by `match`.
        """
        rule, values = self._search(method, path, self.subdomain)
        if method == "OPTIONS":
            return self._leading(method, rule, values)
        # PERF: for other methods it does no more (benchmark: parameter and JSON).
        return self.routes[rule.endpoint], rule, values

    def _leading(self, method: str, rule: Rule, values: dict[str, Any] | None) -> Found:
        route = self.routes[rule.endpoint]
        if method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
            route = route.with_view(self._automatic_options)
        return route, rule, values

    def _automatic_options(self, **values: Any) -> Any:
        return self.plan.app.make_default_options_response()

    def match(self, context: Context) -> Found:
        """Find where the request of a context leads; what matching raises is stored on it."""
        request = context.request
        try:
            if request.host_header not in self.valid_hosts:
                self.check_host(request.host_header)
            rule, values = self._rule_of(context)
        except HTTPException as error:
            return self.refuse(context, error)
        return self.lead(context, self._leading(request.method, rule, values))

    def _rule_of(self, context: Context) -> Match:
        request, domain = context.request, self.subdomain
        if domain is None:
            adapter = _adapter(context)
            domain = (adapter.server_name if adapter.map.host_matching else adapter.subdomain) or ""
        if request.source is None and not request.environ.get("PATH_INFO"):
            # What was asked for is the place where WSGI middleware or a server mounted the
            # application; Werkzeug adds the slash at its end.
            return _ask_werkzeug(_adapter(context))
        try:
            return self.matcher.match(domain, request.method, request.path)
        except Unsure:
            return _ask_werkzeug(_adapter(context))

    def refuse(self, context: Context, error: HTTPException | None) -> Found:
        """Lead a request to a page about the application, or else to no view of it.

        Args:
            context: the context of the request.
            error: what matching ended in; None if it did not come to that.
        """
        request = context.request
        found = None
        if self._has_api_pages and isinstance(error, NotFound):
            found = self._api_page(request)
        if found is None:
            if error is not None:
                # The frames of its traceback would hold the request, which holds the error.
                request.routing_exception = error.with_traceback(None)
            found = self.plan.unmatched, None, None
        return self.lead(context, found)

    def _api_page(self, request: Request) -> Found | None:
        """The page of which the application's rules say nothing, if it is asked for."""
        if self._api_pages is None:
            self._api_pages = import_string("quaff.api_pages.pages:ApiPages")(self.plan.app)
        page = self._api_pages.find(request.method, request.path)
        if page is None:
            return None
        rule, view = page
        return self.plan.unmatched.with_view(view), rule, None

    def lead(self, context: Context, found: Found) -> Found:
        """Let a request know where it leads, and how much time it has."""
        request = context.request
        request.found = context.found = found
        timeout = found[0].timeout
        if timeout is not None:
            request.deadline = monotonic() + timeout
        return found

    def check_host(self, host: str | bytes | None) -> None:
        """Let no name pass that is none; what is valid is in `valid_hosts` from then on.

        Args:
            host: the Host field as it came, as text or in Latin-1.

        Raises:
            BadRequest: it is no name of a host.
        """
        if host is not None:
            check_host(host if isinstance(host, str) else host.decode("latin1"))
            # The same few hosts come again and again; clients cannot fill the memory with others.
            if len(self.valid_hosts) < 1_000:
                self.valid_hosts.add(host)


def _adapter(context: Context) -> MapAdapter:
    adapter = context.url_adapter
    if adapter is None:
        # The host is not trusted; the error is on the request already.
        raise context.request.routing_exception or NotFound()
    return adapter


def _ask_werkzeug(adapter: MapAdapter) -> Match:
    try:
        # What a client says of upgrading is of no importance here: this is a plain request.
        rule, values = adapter.match(return_rule=True, websocket=False)
    except WebsocketMismatch:
        raise import_string("quaff.http.websocket:UpgradeRequired")() from None
    except ValueError as error:
        # A converter met text that it cannot turn into a value, such as a thousand digits.
        raise NotFound from error
    return rule, dict(values)
