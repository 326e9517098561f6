"""The ten signals that an application sends; `Namespace` makes more.

The sender is always the application. Connect with `signal.connect(function, app)`; the function
is called with the sender and the keywords named here.
"""

from __future__ import annotations

from blinker import Namespace

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

_signals = Namespace()

#: Before a template is rendered: `template`, `context` (a dict).
before_render_template = _signals.signal("before-render-template")
#: After a template was rendered: `template`, `context` (a dict).
template_rendered = _signals.signal("template-rendered")

#: A request's context is set, nothing else has happened yet.
request_started = _signals.signal("request-started")
#: A response is ready to be sent: `response`.
request_finished = _signals.signal("request-finished")
#: A request's context ends: `exc`, the error that was not handled, or None.
request_tearing_down = _signals.signal("request-tearing-down")
#: Nothing handled an error: `exception`.
got_request_exception = _signals.signal("got-request-exception")

#: A context begins.
appcontext_pushed = _signals.signal("appcontext-pushed")
#: A context is being torn down: `exc`, the error that was not handled, or None.
appcontext_tearing_down = _signals.signal("appcontext-tearing-down")
#: A context has ended.
appcontext_popped = _signals.signal("appcontext-popped")

#: A message was flashed: `message`, `category`.
message_flashed = _signals.signal("message-flashed")
