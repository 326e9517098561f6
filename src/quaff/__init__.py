"""Quaff.

A gateway turns a server's message into a Request; the pipeline turns the Request into a
Response; the gateway sends it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# It comes first: what the others import must not be loaded yet.
from . import unloaded  # noqa: F401

# isort: split
from markupsafe import Markup as Markup
from markupsafe import escape as escape

from . import json as json
from . import signals as signals
from .app import Quaff as Quaff
from .blueprints import Blueprint as Blueprint
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
from .json import jsonify as jsonify
from .shortcuts import abort as abort
from .shortcuts import make_response as make_response
from .shortcuts import redirect as redirect
from .shortcuts import send_early_hints as send_early_hints
from .shortcuts import send_file as send_file
from .shortcuts import send_from_directory as send_from_directory
from .shortcuts import url_for as url_for
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
from .streaming import stream_with_context as stream_with_context
from .views import MethodView as MethodView
from .views import View as View

if TYPE_CHECKING:
    from .binding.injection import inject as inject
    from .binding.markers import Body as Body
    from .binding.markers import Cookie as Cookie
    from .binding.markers import Depends as Depends
    from .binding.markers import File as File
    from .binding.markers import Form as Form
    from .binding.markers import Header as Header
    from .binding.markers import Path as Path
    from .binding.markers import Query as Query
    from .event_stream import EventStream as EventStream
    from .http.sse import Event as Event
    from .http.uploads import UploadedFile as UploadedFile
    from .http.websocket import WebSocket as WebSocket
    from .http.websocket import WebSocketDisconnect as WebSocketDisconnect
    from .lifespan import after_response as after_response
    from .templating import get_template_attribute as get_template_attribute
    from .templating import render_template as render_template
    from .templating import render_template_string as render_template_string
    from .templating import stream_template as stream_template
    from .templating import stream_template_string as stream_template_string

__version__ = "0.1.0"

#: Names of modules that not every application loads: Jinja, and asyncio.
_LATER = {
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


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'quaff' has no attribute {name!r}")
    return getattr(import_module(f"quaff.{_LATER[name]}"), name)
