"""Which function answers a rule and a method, and what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

from werkzeug import exceptions
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Rule

from ..binding.annotations import innermost
from ..binding.parameters import MISSING, Parameter
from ..binding.rules import answering
from ..documentation import Documentation
from ..http.request import enclosing_blueprints
from .docstrings import Docstring, read_docstring
from .paths import path_template, path_variables

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["Handler", "handlers_of", "merged"]

#: The methods that OpenAPI 3.1 has a place for, in the order in which they are listed.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Handler:
    """What answers the requests for one rule with one method.

    Args:
        app: the application.
        rule: the URL rule.
        method: the HTTP method.
    """

    def __init__(self, app: Quaff, rule: Rule, method: str) -> None:
        self.rule = rule
        self.method = method
        self.path = path_template(rule)
        self.variables = path_variables(rule)
        view = app.view_functions[rule.endpoint]
        #: The function whose code, docstring and annotations count.
        answers = answering(view, method) or view
        self.function = _written(answers)
        #: The blueprint's name with those it is nested in, or None.
        self.blueprint = rule.endpoint.rpartition(".")[0] or None
        self._blueprints = app.blueprints
        scopes = [app, *(app.blueprints[n] for n in _outermost_first(app, self.blueprint))]
        #: Whether its errors are problem details; the innermost word counts.
        self.has_problems = [scope.errors for scope in scopes if scope.errors][-1:] == ["problem"]
        signature = app.plan.signature(rule, method)
        #: What a client sends, also for dependencies.
        self.takes: tuple[Parameter, ...] = signature.wire_parameters() if signature else ()
        #: The annotation of what the view returns; MISSING without one.
        self.returns: Any = signature.returns if signature else MISSING
        self.documentation = merged(
            *(scope.openapi_defaults for scope in scopes),
            *_said_by_dependencies(signature.parameters if signature else ()),
            _said(getattr(view, "view_class", None)),
            _said(view),
            _said(answers),
            cast("Documentation", getattr(rule, "documentation", {})),
        )
        self.docstring = self._docstring(view)

    def _docstring(self, view: Any) -> Docstring:
        own = read_docstring(getattr(self.function, "__doc__", None))
        view_class = getattr(view, "view_class", None)
        return own if own.summary or view_class is None else read_docstring(view_class.__doc__)

    def converters(self) -> list[BaseConverter]:
        """What takes the variables of the path, in their order."""
        return [self.rule._converters[name] for name in self.variables]

    def errors(self) -> dict[str, str]:
        """When the view raises which HTTP error, as the docstring says it: status -> text."""
        found: dict[str, list[str]] = {}
        for name, text in self.docstring.raises.items():
            error = _class_named(name, getattr(self.function, "__globals__", {}))
            if isinstance(error, type) and issubclass(error, HTTPException) and error.code:
                found.setdefault(str(error.code), []).append(text or error.__name__)
        return {status: "; ".join(texts) for status, texts in found.items()}

    @property
    def tags(self) -> list[str]:
        """The groups it is listed in."""
        own = [self.blueprint] if self.blueprint in self._blueprints else []
        return list(self.documentation.get("tags", own))

    @property
    def title(self) -> str:
        """The summary that the docstring gives, or else the name of the endpoint in words."""
        if self.docstring.summary:
            return self.docstring.summary
        words = self.rule.endpoint.rpartition(".")[2].replace("_", " ").replace("-", " ").strip()
        if self.function.__name__ == self.method.lower():
            words = f"{self.function.__name__} {words}"
        return f"{words[:1].upper()}{words[1:]}"


def _said_by_dependencies(parameters: Iterable[Parameter]) -> Iterator[Documentation]:
    """What the functions that a view depends on say of every route that needs them."""
    for parameter in parameters:
        if parameter.provider is not None:
            yield from _said_by_dependencies(parameter.dependencies)
            said = _said(parameter.provider)
            kept = {name: said[name] for name in ("responses", "security") if name in said}
            yield cast("Documentation", kept)


def _said(function: Any) -> Documentation:
    return cast("Documentation", getattr(function, "__openapi__", {}))


def _class_named(name: str, names: dict[str, Any]) -> Any:
    """What a docstring means by a name: as its module knows it, or one of Werkzeug's errors."""
    first, *rest = name.split(".")
    if first in names:
        return reduce(lambda value, part: getattr(value, part, None), rest, names[first])
    return getattr(exceptions, name, None)


def _outermost_first(app: Quaff, blueprint: str | None) -> list[str]:
    return [name for name in reversed(enclosing_blueprints(blueprint)) if name in app.blueprints]


def _written(view: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it was written, without decorators."""
    function: Callable[..., Any] = innermost(view)
    if hasattr(function, "__name__"):
        return function
    # An object that can be called.
    return type(function).__call__


def merged(*said: Documentation) -> Documentation:
    """What was said of a route, the last first; responses are joined."""
    result: dict[str, Any] = {}
    for documentation in said:
        responses = {**result.get("responses", {}), **documentation.get("responses", {})}
        result.update(documentation)
        if responses:
            result["responses"] = responses
    return cast("Documentation", result)


def handlers_of(app: Quaff) -> Iterator[Handler]:
    """The handlers that a document lists.

    Endpoints are in the order in which they were added; of one's rules, those with few variables
    come first, for the map keeps no order of them.
    """
    endpoints = dict.fromkeys(rule.endpoint for rule in app.url_map.iter_rules())
    for rule in (rule for endpoint in endpoints for rule in _rules(app, endpoint)):
        if not _is_listed(app, rule):
            continue
        for method in _methods_of(rule):
            handler = Handler(app, rule, method)
            if handler.documentation.get("openapi") is not False:
                yield handler


def _rules(app: Quaff, endpoint: str) -> list[Rule]:
    rules = app.url_map.iter_rules(endpoint)
    return sorted(rules, key=lambda rule: (len(path_variables(rule)), rule.rule))


def _is_listed(app: Quaff, rule: Rule) -> bool:
    leads_elsewhere = rule.build_only or rule.alias or rule.redirect_to is not None
    is_static = rule.endpoint.rpartition(".")[2] == "static" and "<path:filename>" in rule.rule
    return (
        not (leads_elsewhere or is_static or rule.websocket) and rule.endpoint in app.view_functions
    )


def _methods_of(rule: Rule) -> list[str]:
    methods = set(rule.methods or ())
    if "GET" in methods:
        methods.discard("HEAD")
    if getattr(rule, "provide_automatic_options", False):
        methods.discard("OPTIONS")
    return [method for method in _METHODS if method in methods]
