"""Rules: which function answers a request for a URL rule, and what its signature asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.routing import Rule

from .parameters import Signature, signature_of

__all__ = ["answering", "signature_for"]


def answering(view: Callable[..., Any], method: str | None) -> Callable[..., Any] | None:
    """The function that answers: the view, or the method of its class if that has it."""
    choose = getattr(getattr(view, "view_class", None), "answering", None)
    return view if choose is None else choose(method)


def signature_for(
    rule: Rule,
    view: Callable[..., Any],
    method: str | None = None,
    *,
    only_marked: bool = False,
    overrides: Mapping[Callable[..., Any], Callable[..., Any]] | None = None,
) -> Signature | None:
    """What is bound to the view when the rule is matched; None if nothing is.

    Args:
        rule: the rule, bound to a map.
        view: the view function of its endpoint.
        method: an HTTP method in upper case, on which class-based views depend.
        only_marked: leave parameters without marker alone.
        overrides: the providers that others take the place of.

    Raises:
        AnnotationError: a parameter's annotation says nothing that can be bound.
    """
    function = answering(view, method)
    if function is None:
        return None
    defaults = rule.defaults or {}
    return signature_of(
        function,
        rule.arguments - defaults.keys(),
        defaults,
        given=("ws",) if rule.websocket else (),
        only_marked=only_marked,
        overrides=overrides,
    )
