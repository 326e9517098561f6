"""The application's logger."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, cast

from werkzeug.local import LocalProxy

from .context import current

if TYPE_CHECKING:
    from .app import Quaff

__all__ = ["create_logger", "default_handler", "has_level_handler", "wsgi_errors_stream"]


def _errors_stream() -> Any:
    context = current.get(None)
    if context is not None and context.has_request:
        stream = context.request.environ.get("wsgi.errors")
        if stream is not None:
            return stream
    return sys.stderr


#: Where a server wants errors: the current request's `wsgi.errors`, or else `sys.stderr`.
wsgi_errors_stream = LocalProxy(_errors_stream)

#: The handler of an application whose logging is not configured.
default_handler = logging.StreamHandler(cast("Any", wsgi_errors_stream))
default_handler.setFormatter(
    logging.Formatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s")
)


def has_level_handler(logger: logging.Logger) -> bool:
    """Whether a handler of the logger, or of one above it, takes what the logger lets through."""
    level = logger.getEffectiveLevel()
    at: logging.Logger | None = logger
    while at is not None:
        if any(handler.level <= level for handler in at.handlers):
            return True
        at = at.parent if at.propagate else None
    return False


def create_logger(app: Quaff) -> logging.Logger:
    """The logger named after the application.

    When the application debugs and nobody has set the logger's level, that becomes DEBUG. It
    gets `default_handler` if nothing handles its messages.
    """
    logger = logging.getLogger(app.name)
    if app.debug and not logger.level:
        logger.setLevel(logging.DEBUG)
    if not has_level_handler(logger):
        logger.addHandler(default_handler)
    return logger
