"""Rendering: what a template sees, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import Template

from ..bridge import iterate, run
from ..context import Context, needed
from ..signals import before_render_template, template_rendered
from ..streaming import ContextStream
from .environment import Environment

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = [
    "get_template_attribute",
    "render_template",
    "render_template_string",
    "stream_template",
    "stream_template_string",
]


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
    work = needed()
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
    work = needed()
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
    work = needed()
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
    work = needed()
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
    work = needed()
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
