"""Templates: Jinja with an application's folders, variables, signals and contexts.

What Jinja does is left to Jinja; here is what connects it to an application:

* where templates are found: `DispatchingJinjaLoader`;
* how often a string is compiled: `Environment`;
* what a template sees and who hears of it: `render_template` and its siblings.
"""

from __future__ import annotations

import difflib
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import BaseLoader, FileSystemLoader, Template, TemplateNotFound
from jinja2 import Environment as JinjaEnvironment
from jinja2.filters import FILTERS
from jinja2.nodes import Filter, Name, Test
from jinja2.runtime import new_context
from jinja2.tests import TESTS

from .bridge import iterate, run
from .context import Context, current, needed
from .signals import before_render_template, template_rendered
from .streaming import ContextStream
from .watched import NotifyingDict

if TYPE_CHECKING:
    from jinja2.runtime import Context as JinjaContext

    from .app import Quaff

__all__ = [
    "DispatchingJinjaLoader",
    "Environment",
    "get_template_attribute",
    "render_template",
    "render_template_string",
    "stream_template",
    "stream_template_string",
]

#: String templates that are kept compiled, and the characters that one of them may have.
KEPT_STRINGS = 256
KEPT_LENGTH = 20_000


# -- the environment -----------------------------------------------------------------------------


class QuickTemplate(Template):
    """A template whose globals are copied as a dict wherever they are one.

    PERF: Jinja lays an empty dict over the environment's globals and copies both through a
    ChainMap, which takes three times as long as a small template (benchmark: template).
    """

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> JinjaContext:
        known: Any = self.globals
        if type(known) is ChainMap and not known.maps[0]:
            known = known.maps[1]
        return new_context(self.environment, self.name, self.blocks, vars, shared, known, locals)


class Environment(JinjaEnvironment):
    """Jinja's environment for one application.

    Args:
        app: the application, which also makes the loader unless one is given.
        options: those of `jinja2.Environment`.
    """

    template_class = QuickTemplate

    def __init__(self, app: Quaff, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        self._compiled = lru_cache(KEPT_STRINGS)(self._compile_to_keep)
        super().__init__(**options)
        self.app = app

    def string_template(self, source: str) -> Template:
        """The template of a string; `from_string` that compiles a string once.

        Raises:
            TemplateSyntaxError: the string is not a template.
        """
        if self.overlayed or type(source) is not str or len(source) > KEPT_LENGTH:
            return self.from_string(source)
        return self._compiled(source) or self.from_string(source)

    def _compile_to_keep(self, source: str) -> Template | None:
        template = self.from_string(source)
        return None if self._folds_own_functions(source) else template

    def _folds_own_functions(self, source: str) -> bool:
        """Whether a filter or test that is not Jinja's is applied to a constant.

        NOTE: Jinja calls it while compiling and keeps the result, but the function may depend on
        more than its arguments, such as the request's language.
        """
        for node in self.parse(source).find_all((Filter, Test)):
            known: Mapping[str, Any] = FILTERS if type(node) is Filter else TESTS
            active = self.filters if type(node) is Filter else self.tests
            if active.get(node.name) is not known.get(node.name) and node.find(Name) is None:
                return True
        return False

    def __setattr__(self, name: str, value: Any) -> None:
        # NOTE: code is compiled for the syntax, the filters (missing ones are errors, constant
        # ones are applied), the tests and the policies of the moment.
        if name in ("filters", "tests", "policies"):
            value = NotifyingDict(value)
            value.on_change = self._compiled.cache_clear
        object.__setattr__(self, name, value)
        self._compiled.cache_clear()

    def add_extension(self, extension: Any) -> None:
        super().add_extension(extension)
        self._compiled.cache_clear()


# -- the loader ----------------------------------------------------------------------------------


class _Place(NamedTuple):
    """One of the places where templates are."""

    owner: str
    loader: BaseLoader

    @property
    def description(self) -> str:
        if isinstance(self.loader, FileSystemLoader):
            return ", ".join(self.loader.searchpath)
        return type(self.loader).__name__


class DispatchingJinjaLoader(BaseLoader):
    """The templates of an application: its own folder first, then those of its blueprints.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app

    def get_source(
        self, environment: JinjaEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template, its file, and a function that tells whether it is unchanged.

        Raises:
            TemplateNotFound: it is in no place; in debug mode the message lists the places.
        """
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            return self._explained_source(environment, template)
        for place in self._places(template):
            try:
                return place.loader.get_source(environment, template)
            except TemplateNotFound:
                continue
        raise self._not_found(template)

    def list_templates(self) -> list[str]:
        """The names of all templates whose places can tell."""
        names: set[str] = set()
        for place in self._places(""):
            names.update(place.loader.list_templates())
        return sorted(names)

    def _iter_loaders(self, template: str) -> Iterator[tuple[Any, BaseLoader]]:
        """Who has a loader, and the loader, in the order in which they are asked."""
        for owner in (self.app, *self.app.iter_blueprints()):
            if owner.jinja_loader is not None:
                yield owner, owner.jinja_loader

    def _places(self, template: str) -> Iterator[_Place]:
        for owner, loader in self._iter_loaders(template):
            kind = "application" if owner is self.app else "blueprint"
            name = owner.import_name if owner is self.app else owner.name
            detail = "" if owner is self.app else f" ({owner.import_name})"
            yield _Place(f"{kind} {name!r}{detail}", loader)

    def _not_found(self, template: str) -> TemplateNotFound:
        if not self.app.debug:
            return TemplateNotFound(template)
        places = [f"  {place.owner}: {place.description}" for place in self._places(template)]
        lines = [f"The template {template!r} was not found. Places looked at:"]
        lines += places or ["  none: neither the application nor a blueprint has templates"]
        lines += self._similar(template)
        return TemplateNotFound(template, "\n".join(lines))

    def _similar(self, template: str) -> list[str]:
        try:
            names = self.list_templates()
        except (TypeError, OSError):
            return []  # A loader of the user's that cannot list.
        close = difflib.get_close_matches(template, names)
        return [f"Did you mean {' or '.join(map(repr, close))}?"] if close else []

    # -- EXPLAIN_TEMPLATE_LOADING ------------------------------------------------------------

    def _explained_source(
        self, environment: JinjaEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        found = []
        lines = [f"Locating template {template!r}:"]
        for number, place in enumerate(self._places(template), 1):
            lines.append(f"{number:5}: trying loader of {place.owner}")
            lines.append(f"       {place.description}")
            try:
                source = place.loader.get_source(environment, template)
            except TemplateNotFound:
                lines.append("       -> no match")
            else:
                found.append(source)
                lines.append(f"       -> found {source[1] or ''}".rstrip())
        self.app.logger.info("\n".join(lines + self._conclusion(len(found))))
        if not found:
            raise self._not_found(template)
        return found[0]

    def _conclusion(self, count: int) -> list[str]:
        if count == 1:
            return []
        if count > 1:
            lines = ["Warning: several loaders have this template; the first one's is used."]
        else:
            lines = ["Error: the template could not be found."]
        context = current.get(None)
        if context is not None and context.has_request and context.request.blueprint is not None:
            lines.append(
                "  It was looked up from an endpoint that belongs to the blueprint "
                f"{context.request.blueprint!r}."
            )
            lines.append("  Is the template in the right folder?")
            lines.append("  See https://flask.palletsprojects.com/blueprints/#templates")
        return lines


# -- rendering -----------------------------------------------------------------------------------


def render_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> str:
    """A template, rendered.

    Args:
        template_name_or_list: its name, or several of which the first that exists is taken.
        context: the variables it sees; they go before those of context processors.

    Raises:
        RuntimeError: no application is at work.
        TemplateNotFound: there is no such template.
    """
    work = needed("render_template()")
    template = work.app.jinja_env.get_or_select_template(template_name_or_list)
    return _render(work.app, template, context)


def render_template_string(source: str, **context: Any) -> str:
    """A template that is given as a string, rendered.

    SECURITY: whoever writes the string may run any code. Pass what users entered as a variable.

    Args:
        source: the text of the template; it is escaped as HTML is.
        context: the variables it sees; they go before those of context processors.

    Raises:
        RuntimeError: no application is at work.
        TemplateSyntaxError: the string is not a template.
    """
    work = needed("render_template_string()")
    return _render(work.app, _of_string(work.app, source), context)


def stream_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> Iterator[str]:
    """A template, rendered piece by piece while it is sent; the context stays open meanwhile.

    Args:
        template_name_or_list: its name, or several of which the first that exists is taken.
        context: the variables it sees; they go before those of context processors.

    Raises:
        RuntimeError: no application is at work.
        TemplateNotFound: there is no such template.
    """
    work = needed("stream_template()")
    template = work.app.jinja_env.get_or_select_template(template_name_or_list)
    return _stream(work, template, context)


def stream_template_string(source: str, **context: Any) -> Iterator[str]:
    """A template that is given as a string, rendered piece by piece while it is sent.

    SECURITY: whoever writes the string may run any code. Pass what users entered as a variable.

    Args:
        source: the text of the template; it is escaped as HTML is.
        context: the variables it sees; they go before those of context processors.

    Raises:
        RuntimeError: no application is at work.
        TemplateSyntaxError: the string is not a template.
    """
    work = needed("stream_template_string()")
    return _stream(work, _of_string(work.app, source), context)


def get_template_attribute(template_name: str, attribute: str) -> Any:
    """A macro or variable that a template exports, for use in Python.

    Args:
        template_name: the template's name.
        attribute: the name of the macro or variable.

    Raises:
        RuntimeError: no application is at work.
        TemplateNotFound: there is no such template.
        AttributeError: the template exports no such name.
    """
    work = needed("get_template_attribute()")
    return getattr(work.app.jinja_env.get_template(template_name).module, attribute)


def _of_string(app: Quaff, source: str) -> Template:
    environment = app.jinja_env
    if isinstance(environment, Environment):
        return environment.string_template(source)
    return environment.from_string(source)


def _render(app: Quaff, template: Template, context: dict[str, Any]) -> str:
    """Render with the application's variables and signals.

    NOTE: tracing tools replace this function, so it is called by its name and with these
    arguments in this order.
    """
    app.update_template_context(context)
    if before_render_template.receivers:
        _send(before_render_template, app, template, context)
    if template.environment.is_async:
        text = run(template.render_async(context))
    else:
        text = template.render(context)
    if template_rendered.receivers:
        _send(template_rendered, app, template, context)
    return text


def _stream(work: Context, template: Template, context: dict[str, Any]) -> Iterator[str]:
    app = work.app
    app.update_template_context(context)
    if before_render_template.receivers:
        _send(before_render_template, app, template, context)

    def generate() -> Iterator[str]:
        if template.environment.is_async:
            yield from iterate(aiter(template.generate_async(context)))
        else:
            yield from template.generate(context)
        if template_rendered.receivers:
            _send(template_rendered, app, template, context)

    return ContextStream(generate(), work)


def _send(signal: Any, app: Quaff, template: Template, context: dict[str, Any]) -> None:
    signal.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)


def _default_template_ctx_processor() -> dict[str, Any]:
    """The variables that every template sees: the objects themselves instead of proxies.

    PERF: a session that nobody has read is left to the global proxy; opening one means checking
    its signature (benchmark: template).
    """
    work = current.get(None)
    if work is None:
        return {}
    if not work.has_request:
        return {"g": work.g}
    names = {"g": work.g, "request": work.request}
    if "session" in work.__dict__:
        names["session"] = work.session
    return names
