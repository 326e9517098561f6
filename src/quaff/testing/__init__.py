"""Testing an application without a server: a client, a runner of commands, made-up requests."""

from .client import QuaffClient as QuaffClient
from .commands import QuaffCliRunner as QuaffCliRunner
from .environ import EnvironBuilder as EnvironBuilder
from .events import EventReader as EventReader
from .serving import Serving as Serving
from .websocket import WebSocketRefused as WebSocketRefused

__all__ = [
    "EnvironBuilder",
    "EventReader",
    "QuaffCliRunner",
    "QuaffClient",
    "Serving",
    "WebSocketRefused",
]
