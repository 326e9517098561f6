"""flask.helpers"""

from __future__ import annotations

import os

from werkzeug.wrappers import Response as BaseResponse

from .. import nameplate
from ..flashing import flash, get_flashed_messages
from ..http.request import enclosing_blueprints as _split_blueprint_path
from ..packages import get_root_path
from ..shortcuts import (
    abort,
    make_response,
    redirect,
    send_file,
    send_from_directory,
    url_for,
)
from ..signals import message_flashed
from ..streaming import stream_with_context
from ..templating import get_template_attribute
from .globals import _cv_app, _cv_request, current_app, request, request_ctx, session

__all__ = [
    "BaseResponse",
    "_cv_app",
    "_cv_request",
    "_split_blueprint_path",
    "abort",
    "current_app",
    "flash",
    "get_debug_flag",
    "get_flashed_messages",
    "get_load_dotenv",
    "get_root_path",
    "get_template_attribute",
    "make_response",
    "message_flashed",
    "redirect",
    "request",
    "request_ctx",
    "send_file",
    "send_from_directory",
    "session",
    "stream_with_context",
    "url_for",
]


def get_debug_flag() -> bool:
    """Whether FLASK_DEBUG asks for debug mode."""
    return nameplate.active.flag("DEBUG")


def get_load_dotenv(default: bool = True) -> bool:
    """Whether dotenv files are loaded: FLASK_SKIP_DOTENV, if set, decides."""
    if not os.environ.get(nameplate.active.variable("SKIP_DOTENV")):
        return default
    return not nameplate.active.flag("SKIP_DOTENV")
