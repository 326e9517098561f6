"""flask.templating"""

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

__all__ = [
    "DispatchingJinjaLoader",
    "Environment",
    "_cv_app",
    "_cv_request",
    "_default_template_ctx_processor",
    "_render",
    "current_app",
    "get_template_attribute",
    "render_template",
    "render_template_string",
    "request",
    "stream_template",
    "stream_template_string",
    "stream_with_context",
]
