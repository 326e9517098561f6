"""flask.logging"""

from werkzeug.local import LocalProxy

from ..globals import request
from ..logging import create_logger, default_handler, has_level_handler, wsgi_errors_stream

__all__ = [
    "LocalProxy",
    "create_logger",
    "default_handler",
    "has_level_handler",
    "request",
    "wsgi_errors_stream",
]
