"""The ten signals that an application sends; `Namespace` makes more.

The sender is always the application. Connect with `signal.connect(function, app)`; the function
is called with the sender and the keywords named here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from blinker import ANY, NamedSignal, Namespace

__all__ = [
    "Namespace",
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "got_request_exception",
    "message_flashed",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "template_rendered",
]

F = TypeVar("F", bound=Callable[..., Any])

#: The names of the signals that somebody is connected to. A name may stay longer than its
#: receivers.
#: PERF: most applications use none, and ask once (benchmark: plain text).
connected: set[str] = set()


class _ApplicationSignal(NamedSignal):
    def connect(self, receiver: F, sender: Any = ANY, weak: bool = True) -> F:
        connected.add(self.name)
        return super().connect(receiver, sender, weak)

    def disconnect(self, receiver: Callable[..., Any], sender: Any = ANY) -> None:
        super().disconnect(receiver, sender)
        if not self.receivers:
            connected.discard(self.name)


_signals = Namespace()


def _signal(name: str) -> NamedSignal:
    signal = _signals[name] = _ApplicationSignal(name)
    return signal


#: Before a template is rendered: `template`, `context` (a dict).
before_render_template = _signal("before-render-template")
#: After a template was rendered: `template`, `context` (a dict).
template_rendered = _signal("template-rendered")

#: A request's context is set, nothing else has happened yet.
request_started = _signal("request-started")
#: A response is ready to be sent: `response`.
request_finished = _signal("request-finished")
#: A request's context ends: `exc`, the error that was not handled, or None.
request_tearing_down = _signal("request-tearing-down")
#: Nothing handled an error: `exception`.
got_request_exception = _signal("got-request-exception")

#: A context begins.
appcontext_pushed = _signal("appcontext-pushed")
#: A context is being torn down: `exc`, the error that was not handled, or None.
appcontext_tearing_down = _signal("appcontext-tearing-down")
#: A context has ended.
appcontext_popped = _signal("appcontext-popped")

#: A message was flashed: `message`, `category`.
message_flashed = _signal("message-flashed")
