"""flask.templating"""

from jinja2 import BaseLoader, Template, TemplateNotFound
from jinja2 import Environment as BaseEnvironment

from ..context import template_variables as _default_template_ctx_processor
from ..streaming import stream_with_context
from ..templating import (
    DispatchingJinjaLoader,
    Environment,
    _render,
    get_template_attribute,
    render_template,
    render_template_string,
    stream_template,
    stream_template_string,
)
from .globals import _cv_app, _cv_request, current_app, request
from .signals import before_render_template, template_rendered

__all__ = [
    "BaseEnvironment",
    "BaseLoader",
    "DispatchingJinjaLoader",
    "Environment",
    "Template",
    "TemplateNotFound",
    "_cv_app",
    "_cv_request",
    "_default_template_ctx_processor",
    "_render",
    "before_render_template",
    "current_app",
    "get_template_attribute",
    "render_template",
    "render_template_string",
    "request",
    "stream_template",
    "stream_template_string",
    "stream_with_context",
    "template_rendered",
]
