"""The channels of an application: what opens a WebSocket, and what answers with events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from ..event_stream import EventStream
from ..http.websocket import BlockingWebSocket, WebSocket
from ..openapi.handlers import Handler, handlers_of
from ..openapi.names import operation_ids

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["UNKNOWN", "Channel", "channels_of"]

#: Of what nothing is said.
UNKNOWN: Any = object()


@dataclass(frozen=True)
class Channel:
    """A route on which messages go."""

    name: str
    handler: Handler
    #: The type of messages that the application receives; UNKNOWN, or None for no messages.
    receives: Any
    #: The type of messages that it sends; for a stream, of the `data` of its events.
    sends: Any

    @property
    def is_websocket(self) -> bool:
        """Whether it is a WebSocket; otherwise it is a stream of events."""
        return bool(self.handler.rule.websocket)


def channels_of(app: Quaff) -> list[Channel]:
    """The channels of an application: WebSockets, then streams, as they were added."""
    found = [(handler, *_on_websocket(handler)) for handler in _websockets(app)]
    for handler in handlers_of(app):
        said = handler.documentation
        events = _events(handler.returns)
        if "sends" in said or events is not None:
            found.append((handler, None, said.get("sends", events)))
    names = operation_ids(handler for handler, _, _ in found)
    return [
        Channel(name, handler, receives, sends)
        for name, (handler, receives, sends) in zip(names, found, strict=True)
    ]


def _websockets(app: Quaff) -> Iterator[Handler]:
    for rule in app.url_map.iter_rules():
        listed = rule.websocket and not (rule.build_only or rule.alias or rule.redirect_to)
        if listed and rule.endpoint in app.view_functions:
            handler = Handler(app, rule, "GET")
            if handler.documentation.get("openapi") is not False:
                yield handler


def _on_websocket(handler: Handler) -> tuple[Any, Any]:
    """What a WebSocket receives and sends: its options first, then its annotation."""
    said = handler.documentation
    receives = sends = UNKNOWN
    for kind in _annotations(handler.function).values():
        origin = get_origin(kind)
        if isinstance(origin, type) and issubclass(origin, WebSocket | BlockingWebSocket):
            receives, sends = get_args(kind)
    return _kind(said.get("receives", receives)), _kind(said.get("sends", sends))


def _annotations(function: Any) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except Exception:
        # Names that only a type checker imports; a view without bound parameters may have them.
        return {}


def _kind(kind: Any) -> Any:
    return None if kind is NoneType else kind


def _events(returns: Any) -> Any:
    """The type of the events that a view returns; None if it returns none."""
    origin = get_origin(returns) or returns
    if not (isinstance(origin, type) and issubclass(origin, EventStream)):
        return None
    return next(iter(get_args(returns)), UNKNOWN)
