"""flask.debughelpers"""

from jinja2.loaders import BaseLoader
from werkzeug.routing import RequestRedirect

from ..http.missing_files import DebugFilesKeyError
from ..http.missing_files import explain_missing_files as attach_enctype_error_multidict
from ..routing.redirects import FormDataRoutingRedirect
from .blueprints import Blueprint
from .globals import request_ctx
from .sansio.app import App

__all__ = [
    "App",
    "BaseLoader",
    "Blueprint",
    "DebugFilesKeyError",
    "FormDataRoutingRedirect",
    "RequestRedirect",
    "UnexpectedUnicodeError",
    "attach_enctype_error_multidict",
    "request_ctx",
]


class UnexpectedUnicodeError(AssertionError, UnicodeError):
    """Bytes met text, or the other way round; kept for code that catches it."""
