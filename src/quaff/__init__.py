"""Quaff.

A gateway turns a server's message into a Request; the pipeline turns the Request into a
Response; the gateway sends it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

# It comes first: what the others import must not be loaded yet.
from . import unloaded  # noqa: F401

# isort: split
from markupsafe import Markup as Markup
from markupsafe import escape as escape

from . import signals as signals
from .app import Quaff as Quaff
from .config import Config as Config
from .context import after_this_request as after_this_request
from .context import copy_current_request_context as copy_current_request_context
from .context import has_app_context as has_app_context
from .context import has_request_context as has_request_context
from .documentation import describe as describe
from .flashing import flash as flash
from .flashing import get_flashed_messages as get_flashed_messages
from .globals import current_app as current_app
from .globals import g as g
from .globals import request as request
from .globals import session as session
from .globals import websocket as websocket
from .http.request import Request as Request
from .http.response import Response as Response
from .signals import appcontext_popped as appcontext_popped
from .signals import appcontext_pushed as appcontext_pushed
from .signals import appcontext_tearing_down as appcontext_tearing_down
from .signals import before_render_template as before_render_template
from .signals import got_request_exception as got_request_exception
from .signals import message_flashed as message_flashed
from .signals import request_finished as request_finished
from .signals import request_started as request_started
from .signals import request_tearing_down as request_tearing_down
from .signals import template_rendered as template_rendered

if TYPE_CHECKING:
    from . import json as json
    from .binding.injection import inject as inject
    from .binding.markers import Body as Body
    from .binding.markers import Cookie as Cookie
    from .binding.markers import Depends as Depends
    from .binding.markers import File as File
    from .binding.markers import Form as Form
    from .binding.markers import Header as Header
    from .binding.markers import Path as Path
    from .binding.markers import Query as Query
    from .blueprints import Blueprint as Blueprint
    from .event_stream import EventStream as EventStream
    from .http.sse import Event as Event
    from .http.uploads import UploadedFile as UploadedFile
    from .http.websocket import WebSocket as WebSocket
    from .http.websocket import WebSocketDisconnect as WebSocketDisconnect
    from .json import jsonify as jsonify
    from .lifespan import after_response as after_response
    from .shortcuts import abort as abort
    from .shortcuts import make_response as make_response
    from .shortcuts import redirect as redirect
    from .shortcuts import send_early_hints as send_early_hints
    from .shortcuts import send_file as send_file
    from .shortcuts import send_from_directory as send_from_directory
    from .shortcuts import url_for as url_for
    from .streaming import stream_with_context as stream_with_context
    from .templating import get_template_attribute as get_template_attribute
    from .templating import render_template as render_template
    from .templating import render_template_string as render_template_string
    from .templating import stream_template as stream_template
    from .templating import stream_template_string as stream_template_string
    from .views import MethodView as MethodView
    from .views import View as View

__version__ = "0.1.0"

#: Names of modules that not every application loads: Jinja, asyncio, and smaller ones.
_LATER = {
    "Blueprint": "blueprints",
    "jsonify": "json",
    "abort": "shortcuts",
    "make_response": "shortcuts",
    "redirect": "shortcuts",
    "send_early_hints": "shortcuts",
    "send_file": "shortcuts",
    "send_from_directory": "shortcuts",
    "url_for": "shortcuts",
    "stream_with_context": "streaming",
    "MethodView": "views",
    "View": "views",
    "get_template_attribute": "templating",
    "render_template": "templating",
    "render_template_string": "templating",
    "stream_template": "templating",
    "stream_template_string": "templating",
    "Event": "http.sse",
    "UploadedFile": "http.uploads",
    "EventStream": "event_stream",
    "WebSocket": "http.websocket",
    "WebSocketDisconnect": "http.websocket",
    "after_response": "lifespan",
    "inject": "binding.injection",
    "Body": "binding.markers",
    "Cookie": "binding.markers",
    "Depends": "binding.markers",
    "File": "binding.markers",
    "Form": "binding.markers",
    "Header": "binding.markers",
    "Path": "binding.markers",
    "Query": "binding.markers",
}

_HERE = sys.modules[__name__]

if not TYPE_CHECKING:
    # What `import *` gives; type checkers read the imports above.
    __all__ = [*(name for name in vars(_HERE) if not name.startswith("_")), *_LATER, "json"]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        value = getattr(import_module(f"quaff.{_LATER[name]}"), name)
        # It is an ordinary name from then on.
        setattr(_HERE, name, value)
        return value
    if name in _LATER.values():
        return import_module(f"quaff.{name}")
    raise AttributeError(f"module 'quaff' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*vars(_HERE), *_LATER, "json"})
