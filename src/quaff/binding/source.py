"""Source: the `bind` function of a signature, written out.

What is written is a straight line: each value is looked up and converted, and the first that does
not fit ends it. `failures` then says all that is wrong. Texts that are written as JSON would write
them are converted here; all others by msgspec, so that there is one judge of what is valid.
"""

from __future__ import annotations

import builtins
import keyword
import linecache
from collections.abc import Callable, Iterable
from enum import Enum
from inspect import isclass
from itertools import count
from types import NoneType
from typing import Any, Literal, get_args, get_origin
from weakref import finalize

import msgspec

from ..bridge import run
from . import places, providers
from .annotations import is_many, split, union_members
from .conversion import builder_of, decoder_of, fields_of
from .failures import refuse
from .finite import NUMBERS_OF_TEXTS, finite, has_any
from .forms import FilePart, add_parts, form_of_model, has_parts, skips_empty
from .parameters import Parameter

__all__ = ["Hop", "Writer"]

#: Makes a coroutine function of a plain one, by running it in a thread.
Hop = Callable[[Callable[..., Any]], Callable[..., Any]]
Bind = Callable[..., Any]

#: Names of the function's own.
RESERVED = frozenset(
    (
        *("request", "values", "query", "fields", "form", "text", "texts", "data", "found"),
        *("error", "bound", "bind", "refuse", "parameters", "name", "value", "holder"),
    )
)

_numbers = count()


class Writer:
    """Writes a `bind`.

    Args:
        title: what is bound, for the docstring.
        parameters: the parameters of the view that have to be bound.
        dropped: the variables of the URL that the view itself does not take.
        on_loop: write a coroutine function, for event loops.
        hop: how plain providers are called there; None calls them on the loop.
        injects: write a function with a third parameter, for what must be ended; it reads no
            request if `has_request` is False, so that all comes from defaults.
    """

    def __init__(
        self,
        title: str,
        parameters: tuple[Parameter, ...],
        *,
        dropped: tuple[str, ...] = (),
        on_loop: bool = False,
        hop: Hop | None = None,
        injects: bool = False,
        has_request: bool = True,
    ) -> None:
        self.title = title
        self.on_loop = on_loop
        self.hop = hop
        self.has_request = has_request
        self._holder = "holder" if injects else "request"
        self.constants: dict[str, Any] = {"__name__": __name__}
        #: Whether a provider must be ended.
        self.has_exits = False
        self._taken = {*RESERVED, *dir(builtins), *keyword.kwlist}
        self._locals: list[tuple[Parameter, str]] = []
        self._opened: set[str] = set()
        #: Lines that read the request, and lines that call providers after it was found valid.
        self._reading: list[str] = []
        self._providing: list[str] = []
        self._hops_for_forms = on_loop and hop is not None and any(map(has_parts, parameters))
        names = {parameter.name: self._local(parameter) for parameter in parameters}
        aliases = [p.alias for p in parameters if p.source == "path" and p.alias != p.name]
        aliases += dropped
        self.source = "".join(f"{line}\n" for line in self._lines(names, aliases))

    def compiled(self) -> Bind:
        """The function; tracebacks show its source as long as it lives."""
        name = f"<bind {next(_numbers)} of {self.title}>"
        exec(compile(self.source, name, "exec"), self.constants)
        function: Bind = self.constants["bind"]
        lines = self.source.splitlines(keepends=True)
        linecache.cache[name] = (len(self.source), None, lines, name)
        finalize(function, linecache.cache.pop, name, None).atexit = False
        return function

    # -- the whole ---------------------------------------------------------------------------

    def _lines(self, names: dict[str, str], aliases: Iterable[str]) -> Iterable[str]:
        holder = ", holder" if self._holder == "holder" else ""
        yield f"{'async ' if self.on_loop else ''}def bind(request, values{holder}):"
        yield f"    # {self.title}"
        if self._reading:
            checked = tuple(p for p, _ in self._locals if p.source != "depends")
            self.constants |= {"refuse": refuse, "parameters": checked}
            yield "    try:"
            yield from (f"        {line}" for line in self._reading)
            yield "    except Exception as error:"
            yield "        refuse(error, request, values, parameters)"
            yield "        raise"
        yield from (f"    {line}" for line in self._providing)
        items = "".join(f", {name!r}: {local}" for name, local in names.items())
        aliases = list(aliases)
        yield f"    {'bound =' if aliases else 'return'} {{**values{items}}}"
        if aliases:
            yield from (f"    del bound[{alias!r}]" for alias in aliases)
            yield "    return bound"

    def _name(self, wanted: str) -> str:
        """A name that nothing else has."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def _constant(self, wanted: str, value: Any) -> str:
        for name, known in self.constants.items():
            if known is value and name.rstrip("_") == wanted:
                return name
        name = self._name(wanted)
        self.constants[name] = value
        return name

    def _default(self, local: str, value: Any) -> str:
        if value is None or (type(value) in (int, str, bool) and len(repr(value)) < 60):
            return repr(value)
        return self._constant(f"{local}_default", value)

    def _local(self, parameter: Parameter) -> str:
        """The variable that holds the parameter's value; it is read or provided once."""
        for known, local in self._locals:
            if _same(known, parameter):
                return local
        arguments = {p.name: self._local(p) for p in parameter.dependencies}
        local = self._name(parameter.name)
        self._locals.append((parameter, local))
        if parameter.source == "depends":
            self._provide(parameter, local, arguments)
        elif not self.has_request:
            self._providing.append(f"{local} = {self._default(local, parameter.default)}")
        else:
            self._reading += self._read(parameter, local)
        return local

    # -- dependencies ------------------------------------------------------------------------

    def _provide(self, parameter: Parameter, local: str, arguments: dict[str, str]) -> None:
        provider: Any = parameter.provider
        awaited, generator = providers.kind_of(provider)
        hops = self.on_loop and self.hop is not None and not awaited
        if hops and not generator:
            provider = self.hop(provider)  # type: ignore[misc]
        name = getattr(parameter.provider, "__name__", "provider")
        name = name if name.isidentifier() else "provider"
        given = ", ".join(f"{key}={value}" for key, value in arguments.items())
        call = f"{self._constant(name, provider)}({given})"
        if generator:
            self.has_exits = True
            enter: Any = providers.enter_async if awaited else providers.enter
            if hops:
                enter = providers.enter_in(self.hop)  # type: ignore[arg-type]
            call = f"{self._constant('enter', enter)}({self._holder}, {call})"
        if awaited or hops:
            call = f"await {call}" if self.on_loop else f"{self._constant('run', run)}({call})"
        self._providing.append(f"{local} = {call}")

    # -- values of the request ---------------------------------------------------------------

    def _read(self, parameter: Parameter, local: str) -> Iterable[str]:
        if parameter.source == "body":
            yield from self._body(parameter, local)
        elif parameter.source == "file":
            yield from self._file(parameter, local)
        elif parameter.whole:
            yield from self._whole(parameter, local)
        elif is_many(parameter.type):
            yield from self._many(parameter, local)
        else:
            yield from self._one(parameter, local)

    def _body(self, parameter: Parameter, local: str) -> Iterable[str]:
        body = self._constant("body_of", places.body_of)
        decode = self._constant(f"decode_{local}", decoder_of(parameter.type))
        if parameter.required:
            yield f"{local} = {decode}({body}(request))"
            return
        yield f"data = {body}(request)"
        default = self._default(local, parameter.default)
        yield f"{local} = {decode}(data) if data else {default}"

    def _file(self, parameter: Parameter, local: str) -> Iterable[str]:
        yield from self._open("form")
        read = self._constant(f"read_{local}", FilePart.of(parameter).read)
        default = "" if parameter.required else f", {self._default(local, parameter.default)}"
        yield f"{local} = {read}(request{default})"

    def _whole(self, parameter: Parameter, local: str) -> Iterable[str]:
        place = yield from self._open(parameter.source)
        if parameter.source == "query":
            place = f"{self._constant('lists_of', places.lists_of)}(fields)"
        parts: tuple[Any, ...] = ()
        if parameter.source == "form":
            fields, parts = form_of_model(parameter.type)
        else:
            fields = fields_of(parameter.type, parameter.source)
        gathered = self._constant("gathered", places.gathered)
        build = self._constant(f"build_{local}", builder_of(parameter.type))
        names = self._constant(f"{local}_fields", fields)
        yield f"found = {gathered}({place}.getlist, {names})"
        if parts:
            add = self._constant("add_parts", add_parts)
            yield f"{add}(found, request, {self._constant(f'{local}_parts', parts)})"
        otherwise = ""
        if not parameter.required:
            otherwise = f" if found else {self._default(local, parameter.default)}"
        yield f"{local} = {build}(found){otherwise}"

    def _many(self, parameter: Parameter, local: str) -> Iterable[str]:
        place = yield from self._open(parameter.source)
        alias = parameter.alias
        texts = f"{place}.getlist({alias!r})"
        if parameter.source == "query":
            texts = f"[value for name, value in fields if name == {alias!r}]"
        elif parameter.source == "header":
            texts = f"{self._constant('listed', places.listed)}({texts})"
        yield f"texts = {texts}"
        value = "texts"
        if parameter.type != list[str]:
            value = self._converted("texts", parameter.type, local)
        if parameter.required:
            yield "if not texts:"
            yield f"    raise KeyError({alias!r})"
            yield f"{local} = {value}"
        else:
            yield f"{local} = {value} if texts else {self._default(local, parameter.default)}"

    def _one(self, parameter: Parameter, local: str) -> Iterable[str]:
        place = yield from self._open(parameter.source)
        alias = parameter.alias
        if parameter.required:
            yield f"text = {place}[{alias!r}]"
            yield from self._value(parameter, local)
            return
        yield f"text = {place}.get({alias!r})"
        missing = "not text" if _skips_empty(parameter) else "text is None"
        yield f"if {missing}:"
        yield f"    {local} = {self._default(local, parameter.default)}"
        yield "else:"
        yield from (f"    {line}" for line in self._value(parameter, local))

    def _open(self, source: str) -> Any:
        """Lines that make a place ready, once; gives the expression for it."""
        if source == "path":
            return "values"
        first = source not in self._opened
        self._opened.add(source)
        if source == "query" and first:
            yield "fields = request.query_fields"
            yield f"if len(fields) > {places.MAX_QUERY_FIELDS}:"
            yield f"    {self._constant('query_of', places.query_of)}(request)  # raises"
            # Of several fields with one name the first counts, as in `request.args`.
            yield "query = dict(fields[::-1])"
        elif source == "form" and first:
            if self._hops_for_forms:
                read: Any = places.form_read_in(self.hop)  # type: ignore[arg-type]
                yield f"form = await {self._constant('form_of', read)}(request)"
            else:
                yield f"form = {self._constant('form_of', places.form_of)}(request)"
        return {
            "query": "query",
            "form": "form",
            "header": "request.headers",
            "cookie": "request.cookies",
        }[source]

    # -- from text to value ------------------------------------------------------------------

    def _converted(self, value: str, wanted: Any, local: str) -> str:
        convert = self._constant("convert", msgspec.convert)
        kind = wanted.__name__ if wanted in (int, float, bool) else ""
        kind = kind or self._constant(f"{local}_type", wanted)
        converted = f"{convert}({value}, {kind}, strict=False)"
        if has_any(wanted, NUMBERS_OF_TEXTS):
            converted = f"{self._constant('finite', finite)}({converted})"
        return converted

    def _value(self, parameter: Parameter, local: str) -> Iterable[str]:
        """Lines that make the value of `text`."""
        wanted = parameter.type
        plain, metadata = split(_without_none(wanted))
        meta = [item for item in metadata if isinstance(item, msgspec.Meta)]
        if plain is Any:
            yield f"{local} = text"
        elif parameter.source == "path" and plain is not str:
            # Converters of the rule may have made something else than text of it.
            yield f"{local} = {self._converted('text', wanted, local)}"
        elif plain is str and (conditions := _conditions("len(text)", meta)) is not None:
            yield f"{local} = text"
            if conditions:
                yield f"if not ({conditions}):"
                yield f"    {local} = {self._converted('text', wanted, local)}"
        elif plain is int and (conditions := _conditions(local, meta)) is not None:
            # The text of the second value is right for "-1" and wrong for all else.
            yield f"{local} = int(text) if text.isdecimal() else -1"
            # PERF: what reads as it is written is what JSON allows (benchmark: typed path and
            # query).
            conditions = f" or not ({conditions})" if conditions else ""
            yield f"if str({local}) != text{conditions}:"
            yield f"    {local} = {self._converted('text', wanted, local)}"
        elif plain is not wanted or not (known := _choices(plain)):
            yield f"{local} = {self._converted('text', wanted, local)}"
        else:
            table = self._constant(f"{local}_choices", known)
            yield f"{local} = {table}.get(text)"
            yield f"if {local} is None:"
            yield f"    {local} = {self._converted('text', wanted, local)}"


def _skips_empty(parameter: Parameter) -> bool:
    return parameter.source == "form" and skips_empty(parameter.type)


def _same(first: Parameter, second: Parameter) -> bool:
    """Whether two parameters have the same value in every request."""
    if first.source != second.source:
        return False
    if first.source == "depends":
        return first.provider is second.provider and first.use_cache and second.use_cache
    return (
        first.alias == second.alias
        and first.type == second.type
        and first.default is second.default
        and first.whole == second.whole
        and first.max_size == second.max_size
        and first.content_types == second.content_types
    )


def _without_none(wanted: Any) -> Any:
    """The only member of a union with None; other types as they are."""
    members = [item for item in union_members(wanted) if item is not NoneType]
    return members[0] if len(members) == 1 else wanted


#: How constraints are written; of the others msgspec is asked.
CONDITIONS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": ">=", "max_length": "<="}


def _conditions(value: str, metas: list[msgspec.Meta]) -> str | None:
    """What constraints ask, as an expression; None if it must be left to msgspec."""
    found = []
    for meta in metas:
        if meta.pattern is not None or meta.multiple_of is not None:
            return None
        for name, sign in CONDITIONS.items():
            bound = getattr(meta, name)
            if bound is not None:
                if type(bound) is not int:
                    return None
                found.append(f"{value} {sign} {bound!r}")
    return " and ".join(found)


def _choices(plain: Any) -> dict[str, Any] | None:
    """The values of a type by their texts, where each is a text."""
    if plain is bool:
        return {"true": True, "false": False, "1": True, "0": False}
    if get_origin(plain) is Literal:
        known = {value: value for value in get_args(plain)}
    elif isclass(plain) and issubclass(plain, Enum):
        known = {member.value: member for member in plain}
    else:
        return None
    return known if all(type(value) is str for value in known) else None
