"""Parameters: what a view's signature says of where its values come from."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import isclass
from typing import Any, Final, Literal, NoReturn

import msgspec
from werkzeug.wrappers import Request

from .annotations import (
    Unknown,
    annotation_of,
    innermost,
    is_body,
    is_file,
    is_files,
    is_many,
    is_model,
    is_pydantic,
    is_scalar,
    models_in,
    shown,
    signature,
    split,
    unfilled_of,
)
from .constraints import Unfit, constrained, foreign_part
from .errors import AnnotationError
from .markers import Body, Depends, File, Marker, Path, Query
from .places import WHOLE, why_not

__all__ = ["MISSING", "Parameter", "Signature", "Source", "signature_of"]

Source = Literal["path", "query", "header", "cookie", "body", "form", "file", "depends"]


class _Missing(Enum):
    MISSING = "MISSING"

    def __repr__(self) -> str:
        return self.name


#: Stands where there is no default, and no annotation.
MISSING: Final = _Missing.MISSING


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a view or provider whose value comes from the request."""

    name: str
    """As the function calls it."""

    source: Source

    alias: str
    """As it is called on the wire."""

    type: Any
    """What the value becomes, with constraints as `Annotated[..., msgspec.Meta(...)]`."""

    default: Any = MISSING
    """The function's own default; MISSING if the value is required."""

    description: str | None = None
    examples: tuple[Any, ...] = ()
    deprecated: bool = False

    whole: bool = False
    """Whether it is a model whose fields come one by one, each under its own name."""

    marked: bool = False
    """Whether a marker says so, and not the type alone."""

    max_size: int | None = None
    """Of "file": bytes that each may have."""

    content_types: tuple[str, ...] = ()
    """Of "file": media types that are taken; none for all."""

    provider: Callable[..., Any] | None = None
    """Of "depends": the function that provides the value."""

    dependencies: tuple[Parameter, ...] = ()
    """Of "depends": the provider's own parameters."""

    use_cache: bool = True
    """Of "depends": whether the provider is asked once a request."""

    @property
    def required(self) -> bool:
        """Whether a request without it is refused."""
        return self.default is MISSING


@dataclass(frozen=True, slots=True)
class Signature:
    """What is bound to a view, and what it returns."""

    view: Callable[..., Any]
    """The innermost function: the view as it was written."""

    parameters: tuple[Parameter, ...]
    """In the order of the signature."""

    returns: Any = MISSING
    """The annotation of what it returns; MISSING without one."""

    def wire_parameters(self) -> tuple[Parameter, ...]:
        """All parameters that a client sends, those of dependencies too, each once."""
        found: dict[tuple[str, str], Parameter] = {}
        for parameter in _flattened(self.parameters):
            found.setdefault((parameter.source, parameter.alias), parameter)
        return tuple(found.values())


def _flattened(parameters: tuple[Parameter, ...]) -> Iterator[Parameter]:
    for parameter in parameters:
        if parameter.source == "depends":
            yield from _flattened(parameter.dependencies)
        else:
            yield parameter


def signature_of(
    view: Callable[..., Any],
    url_variables: Collection[str],
    defaults: Collection[str],
    *,
    given: Collection[str] = (),
    only_marked: bool = False,
    overrides: Mapping[Callable[..., Any], Callable[..., Any]] | None = None,
) -> Signature | None:
    """What is bound to a view; None if nothing is, and nothing is annotated.

    Args:
        view: a function, decorated or not, or a bound method.
        url_variables: the names of variables in the URL rule.
        defaults: the names that the rule's `defaults` fill.
        given: the names that Quaff itself fills, as of a WebSocket.
        only_marked: leave parameters without marker alone.
        overrides: the providers that others take the place of.

    Raises:
        AnnotationError: a parameter's annotation says nothing that can be bound.
    """
    reader = _Reader(view, url_variables, {*defaults, *given}, overrides or {})
    parameters = tuple(reader.parameters(only_marked))
    returns = reader.returns()
    if not parameters and returns is MISSING:
        return None
    return Signature(innermost(view), parameters, returns)


class _Reader:
    """Reads the signature of a view, or of a provider that a view depends on."""

    def __init__(
        self,
        function: Callable[..., Any],
        url_variables: Collection[str],
        filled: Collection[str],
        overrides: Mapping[Callable[..., Any], Callable[..., Any]],
        above: tuple[Callable[..., Any], ...] = (),
    ) -> None:
        self.function = function
        self.url_variables = url_variables
        self.filled = filled
        self.overrides = overrides
        #: The providers that led here.
        self.above = above
        try:
            self.signature: inspect.Signature | None = signature(function)
        except (TypeError, ValueError):
            self.signature = None  # Functions of C have none; neither do they ask for anything.

    def returns(self) -> Any:
        """The annotation of the result, if there is one that can be evaluated."""
        annotation = self.signature.return_annotation if self.signature else inspect._empty
        if annotation is inspect.Signature.empty:
            return MISSING
        try:
            return annotation_of(self.function, annotation)
        except Exception:
            # It often names what is imported for type checkers only, and binding needs it not.
            return MISSING

    def parameters(self, only_marked: bool = False) -> Iterator[Parameter]:
        """The parameters to bind."""
        bodies: list[str] = []
        forms: list[str] = []
        for parameter in self.signature.parameters.values() if self.signature else ():
            try:
                found = self._read(parameter, only_marked)
            except RecursionError:
                self._refuse(
                    parameter.name,
                    "has a type that contains itself by an alias. Make it a class, such as a "
                    "dataclass, or take Any.",
                )
            if found is None:
                continue
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self._refuse(parameter.name, "is positional-only, but values arrive by keyword.")
            if found.source == "body":
                bodies.append(found.name)
            elif found.source in ("form", "file"):
                forms.append(found.name)
            yield found
        if len(bodies) > 1:
            self._refuse(
                bodies[1],
                f"is a second body beside `{bodies[0]}`. A request has one: put both into one "
                "dataclass, or mark one with Query(), Form() or Depends().",
            )
        if bodies and forms:
            self._refuse(
                bodies[0],
                f"is a JSON body, but `{forms[0]}` comes in a form, and a request has one body: "
                f"mark `{bodies[0]}` with Form() too.",
            )

    def _read(self, parameter: inspect.Parameter, only_marked: bool) -> Parameter | None:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        if isinstance(parameter.default, Marker | Depends):
            kind = type(parameter.default).__name__
            self._refuse(
                name,
                f"has {kind}(...) as its default. Write it into the annotation: "
                f"`{name}: Annotated[..., {kind}(...)]`.",
            )
        if parameter.annotation is parameter.empty:
            return self._unannotated(parameter)
        annotation = self._evaluated(parameter)
        plain, metadata = split(annotation)
        markers = [item for item in metadata if isinstance(item, Marker | Depends)]
        if name in self.filled or (not markers and (plain is Any or only_marked)):
            return None
        for item in metadata:
            if isclass(item) and issubclass(item, Marker | Depends):
                self._refuse(name, f"is marked with a class: write `{item.__name__}(...)`.")
        if len(markers) > 1:
            self._refuse(name, f"has two markers, {markers[0]!r} and {markers[1]!r}; keep one.")
        default = MISSING if parameter.default is parameter.empty else parameter.default
        if markers and isinstance(markers[0], Depends):
            return self._dependency(name, plain, markers[0], default)
        if not markers and name in self.url_variables and not is_scalar(annotation):
            return None  # A converter of the application made it.
        marker: Any = markers[0] if markers else self._implied(name, annotation)
        return self._value(name, annotation, marker, default, marked=bool(markers))

    def _unannotated(self, parameter: inspect.Parameter) -> Parameter | None:
        name = parameter.name
        if not self.above or parameter.default is not parameter.empty:
            return None
        if name in self.url_variables:
            return Parameter(name, "path", name, Any)
        self._refuse(
            name,
            "has no annotation, so nothing says where its value comes from. "
            "Annotate it, or give it a default.",
        )

    def _evaluated(self, parameter: inspect.Parameter) -> Any:
        name = parameter.name
        try:
            return annotation_of(self.function, parameter.annotation)
        except Exception as error:
            # Whatever fills it in does not need the annotation.
            if name in self.filled or (name in self.url_variables and not self.above):
                return Any
            reason = f"{type(error).__name__}: {error}"
            if isinstance(error, Unknown):
                reason = (
                    f"`{error.name}` is not known when the application runs. Import it outside "
                    "`if TYPE_CHECKING:`, and define it at the top level of the module, or do "
                    "without `from __future__ import annotations`"
                )
            self._refuse(name, f"has an annotation that cannot be evaluated: {reason}.")

    def _implied(self, name: str, annotation: Any) -> Marker:
        """The marker that a type without one stands for."""
        if name in self.url_variables:
            return Path()
        if is_scalar(annotation) or is_many(annotation):
            return Query()
        if is_file(annotation) or is_files(annotation):
            return File()
        if is_body(annotation):
            return Body()
        plain = split(annotation)[0]
        if isclass(plain) and issubclass(plain, Request):
            self._refuse(
                name, "is a request. That needs no parameter: `from quaff import request`."
            )
        self._refuse(
            name,
            f"has the type {shown(annotation)}, which is neither a scalar (int, str, date ...) "
            "nor a model (dataclass, Struct ...). Write `Annotated[..., Depends(provider)]` if a "
            "function provides it; leave the annotation away, or make it Any, if a decorator "
            "fills it in.",
        )

    def _value(
        self, name: str, annotation: Any, marker: Marker, default: Any, *, marked: bool
    ) -> Parameter | None:
        source: Any = marker.source
        alias = marker.alias
        if alias is None:
            alias = name.replace("_", "-") if source == "header" else name
        if source == "path" and alias not in self.url_variables:
            if default is not MISSING:
                return None  # Another rule of the endpoint has it.
            self._refuse(
                name,
                f"is marked with Path(), but the URL rule has no variable <{alias}>. Add it to the "
                "rule, or take Query().",
            )
        whole = source in WHOLE and is_model(annotation)
        if not whole and (reason := why_not(annotation, source)) is not None:
            self._refuse(name, reason)
        return Parameter(
            name,
            source,
            alias,
            self._converted(name, annotation, source),
            default,
            marker.description,
            tuple(marker.examples or ()),
            marker.deprecated,
            whole=whole,
            marked=marked,
            max_size=getattr(marker, "max_size", None),
            content_types=getattr(marker, "content_types", ()),
        )

    def _converted(self, name: str, annotation: Any, source: Source) -> Any:
        """The type for msgspec, which says here already if it cannot handle it."""
        if is_pydantic(annotation):
            return annotation
        try:
            found = constrained(annotation)
            # PERF: what it learns of a class is kept there, unlike with msgspec.inspect
            # (benchmark: document).
            msgspec.json.Decoder(found)
            foreign = foreign_part(found) if source == "body" else None
        except Unfit as error:
            self._refuse(name, f"has a constraint that its type cannot have: {error}")
        except re.error as error:
            self._refuse(name, f"has a pattern that is no regular expression: {error}.")
        except (TypeError, ValueError, NameError, NotImplementedError) as error:
            self._refuse(name, f"has the type {shown(annotation)}, which msgspec refuses: {error}")
        if foreign is not None:
            advice = "Take a scalar, a dataclass, a Struct or another model."
            if is_pydantic(foreign):
                advice = "Models of Pydantic may stand in models of Pydantic only."
            self._refuse(
                name, f"has {shown(foreign)} in it, which cannot be read from JSON. {advice}"
            )
        for model in models_in(found):
            for field in unfilled_of(model):
                self._refuse(
                    name,
                    f"has {shown(model)} in it, whose field `{field}` has no default, and "
                    "`__init__` does not take it: clients would have to send what is then "
                    "dropped. Give it a default that `__post_init__` replaces: "
                    f"`{field}: ... = field(init=False, default=...)`.",
                )
        return found

    def _dependency(self, name: str, plain: Any, marker: Depends, default: Any) -> Parameter:
        provider = marker.provider if marker.provider is not None else plain
        if not callable(provider):
            self._refuse(name, f"depends on {provider!r}, which cannot be called.")
        provider = self.overrides.get(provider, provider)
        if provider in self.above:
            self._refuse(name, f"depends on {shown(provider)}, which depends on itself.")
        above = (*self.above, provider)
        reader = _Reader(provider, self.url_variables, (), self.overrides, above)
        return Parameter(
            name,
            "depends",
            name,
            plain,
            default,
            marked=True,
            provider=provider,
            dependencies=tuple(reader.parameters()),
            use_cache=marker.use_cache,
        )

    def _refuse(self, name: str, what: str) -> NoReturn:
        raise AnnotationError(self.function, f"the parameter `{name}` {what}")
