"""Binder: what fills the parameters of an endpoint's view, for each rule and method it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from werkzeug.routing import Map, Rule
from werkzeug.routing.converters import (
    DEFAULT_CONVERTERS,
    FloatConverter,
    IntegerConverter,
    UUIDConverter,
)

from .annotations import signature as function_signature
from .conversion import fields_of
from .errors import AnnotationError, place_of
from .forms import form_of_model, has_parts
from .parameters import Parameter, Signature
from .rules import signature_for
from .source import Bind, Hop, Writer

if TYPE_CHECKING:
    from ..http.request import Request

__all__ = ["Binder", "binders_of"]

#: What the converters of Werkzeug make, where it is not a text.
MADE = {IntegerConverter: int, FloatConverter: float, UUIDConverter: UUID}


#: What a rule without methods is asked with.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class _Part(NamedTuple):
    """What is bound for one rule and method."""

    title: str
    parameters: tuple[Parameter, ...]
    #: See Writer.
    dropped: tuple[str, ...] = ()


class Binder:
    """Fills the parameters of a view.

    Args:
        rules: the rules of the endpoint.
        view: its view.
        only_marked: leave parameters without marker alone.
        overrides: the providers that others take the place of.

    Raises:
        AnnotationError: a signature says nothing that can be bound.
    """

    def __init__(
        self,
        rules: list[Rule],
        view: Callable[..., Any],
        *,
        only_marked: bool = False,
        overrides: Mapping[Callable[..., Any], Callable[..., Any]] | None = None,
    ) -> None:
        # NOTE: requests name their rule by its id, which is unique as long as the rule lives.
        self._rules = rules
        self._by_method = hasattr(view, "view_class")
        self._distinct: list[_Part] = []
        #: Which part it is for a rule and a method.
        self._numbers: dict[tuple[int, str | None], int] = {}
        for rule in rules:
            for method in (rule.methods or METHODS) if self._by_method else (None,):
                part = _part(rule, view, method, only_marked=only_marked, overrides=overrides)
                if part not in self._distinct:
                    self._distinct.append(part)
                self._numbers[id(rule), method] = self._distinct.index(part)
        bound = [parameter for part in self._distinct for parameter in part.parameters]
        #: Whether there is nothing to do.
        self.is_empty = not bound
        #: Whether it waits for providers or files, so that event loops need a `bind` of their own.
        self.waits = any(one.source == "depends" or has_parts(one) for one in bound)
        self._on_loop: dict[bool, Bind] = {}
        writers = self._writers()
        #: The functions that bind something, as text.
        self.sources = tuple(writer.source for writer in writers if writer is not None)
        #: Whether something must be ended when the request ends.
        self.has_exits = any(writer.has_exits for writer in writers if writer is not None)
        #: `bind(request, values)`: the view's arguments. For async providers it blocks its thread.
        self.bind: Bind = self._joined(writers)

    def on_loop(self, hop: Hop | None) -> Bind:
        """`bind` as a coroutine function.

        Args:
            hop: makes a coroutine function of a plain one, by running it in a thread; None runs
                plain providers on the loop.
        """
        known = self._on_loop.get(hop is None)
        if known is None:
            known = self._joined(self._writers(on_loop=True, hop=hop), on_loop=True)
            self._on_loop[hop is None] = known
        return known

    def _writers(self, **options: Any) -> list[Writer | None]:
        """What writes the function of each part; None where there is nothing to bind."""
        return [
            Writer(part.title, part.parameters, dropped=part.dropped, **options)
            if part.parameters
            else None
            for part in self._distinct
        ]

    def _joined(self, writers: list[Writer | None], *, on_loop: bool = False) -> Bind:
        """One function for all rules and methods."""
        nothing: Bind = _nothing_on_loop if on_loop else _nothing
        functions = [nothing if writer is None else writer.compiled() for writer in writers]
        if len(functions) == 1:
            return functions[0]
        table = {key: functions[number] for key, number in self._numbers.items()}
        by_method = self._by_method

        def bind(request: Request, values: dict[str, Any]) -> Any:
            key = id(request.url_rule), request.method if by_method else None
            return table.get(key, nothing)(request, values)

        return bind


def _part(rule: Rule, view: Callable[..., Any], method: str | None, **options: Any) -> _Part:
    signature = signature_for(rule, view, method, **options)
    if signature is None:
        return _Part("", ())
    found = tuple(p for p in signature.parameters if _is_bound(p, rule))
    _check_fields(signature.view, found)
    name = getattr(signature.view, "__qualname__", repr(signature.view))
    title = f"{name}() in {place_of(signature.view)}" if found else ""
    return _Part(title, found, _dropped(signature))


def _dropped(signature: Signature) -> tuple[str, ...]:
    """The URL's variables that dependencies take and the view itself does not."""
    taken = {p.alias for p in signature.wire_parameters() if p.source == "path"}
    taken -= {p.alias for p in signature.parameters if p.source == "path"}
    if not taken:
        return ()
    own = function_signature(signature.view).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in own.values()):
        return ()
    return tuple(sorted(taken - own.keys()))


def _nothing(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    return values


async def _nothing_on_loop(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    return values


def _is_bound(parameter: Parameter, rule: Rule) -> bool:
    """Whether there is something to do: not for what the rule's converter makes already."""
    if parameter.source != "path" or parameter.alias != parameter.name:
        return True
    converter = type(rule._converters.get(parameter.alias))
    if converter not in DEFAULT_CONVERTERS.values():
        return parameter.marked
    return MADE.get(converter, str) is not parameter.type


def _check_fields(function: Any, parameters: tuple[Parameter, ...]) -> None:
    """Refuse models that cannot come field by field."""
    for parameter in parameters:
        if parameter.whole:
            try:
                if parameter.source == "form":
                    form_of_model(parameter.type)
                else:
                    fields_of(parameter.type, parameter.source)
            except TypeError as error:
                name = parameter.name
                raise AnnotationError(
                    function, f"the parameter `{name}` is taken field by field: {error}."
                ) from None
        _check_fields(function, parameter.dependencies)


def binders_of(
    url_map: Map,
    views: Mapping[str, Callable[..., Any]],
    *,
    only_marked: bool,
    overrides: Mapping[Callable[..., Any], Callable[..., Any]],
) -> dict[str, Binder]:
    """The binders of those endpoints that have something to bind."""
    rules: dict[str, list[Rule]] = {}
    for rule in url_map.iter_rules():
        if rule.endpoint in views:
            rules.setdefault(rule.endpoint, []).append(rule)
    return dict(_binders(rules, views, only_marked=only_marked, overrides=overrides))


def _binders(
    rules: dict[str, list[Rule]], views: Mapping[str, Callable[..., Any]], **options: Any
) -> Iterator[tuple[str, Binder]]:
    for endpoint, own in rules.items():
        binder = Binder(own, views[endpoint], **options)
        if not binder.is_empty:
            yield endpoint, binder
