"""Which of its three interfaces an application is best served on."""

from __future__ import annotations

from typing import Literal

from ..app import Quaff
from ..bridge import is_async

Interface = Literal["wsgi", "asgi", "rsgi"]


def choose_interface(app: Quaff) -> tuple[Interface, str]:
    """The interface to serve `app` on, and the reason in a few words.

    NOTE: never RSGI. Its path is decoded already (%2F is lost), headers that are not text are
    missing, and a body that was cut off looks whole. ASGI shows all of that as it is.
    """
    for rule in app.url_map.iter_rules():
        if rule.websocket:
            return "asgi", f"'{rule.rule}' is a WebSocket"
    views = app.view_functions.values()
    count = sum(map(is_async, views))
    if count:
        return "asgi", f"{count} of {len(views)} views {'is' if count == 1 else 'are'} async"
    return "wsgi", "no view is async"
