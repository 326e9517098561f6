"""Templates: Jinja with an application's folders, variables, signals and contexts.

What Jinja does is left to Jinja; here is what connects it to an application: where templates are
found (`loader`), how they are compiled (`environment`), what they see (`rendering`).
"""

from .environment import Environment as Environment
from .loader import DispatchingJinjaLoader as DispatchingJinjaLoader
from .rendering import _render as _render
from .rendering import get_template_attribute as get_template_attribute
from .rendering import render_template as render_template
from .rendering import render_template_string as render_template_string
from .rendering import stream_template as stream_template
from .rendering import stream_template_string as stream_template_string

__all__ = [
    "DispatchingJinjaLoader",
    "Environment",
    "get_template_attribute",
    "render_template",
    "render_template_string",
    "stream_template",
    "stream_template_string",
]
