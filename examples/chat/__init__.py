"""A chat: rooms, who is in them, and what was said before you came.

    quaff --app examples.chat run

`rooms` is the application; it knows no HTTP. `sockets` and `events` are two ways to it, of which a
page takes the first that works.
"""

from __future__ import annotations

import os
import secrets
from typing import Any

from quaff import Quaff
from quaff.channels import Channels

from . import events, headers, pages, sockets
from .rooms import Rooms


def create_app(config: dict[str, Any] | None = None) -> Quaff:
    """The application.

    Args:
        config: settings that go before those of the environment: SECRET_KEY, CHANNELS_URL, and
            Quaff's own.
    """
    app = Quaff(__name__)
    app.config.from_mapping(
        # Of one process, if nobody gives one; several workers need the same.
        SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_hex(),
        CHANNELS_URL=os.environ.get("CHANNELS_URL", "memory://"),
        MAX_CONTENT_LENGTH=16 * 1024,
        WEBSOCKET_MAX_SIZE=16 * 1024,
    )
    app.config.from_mapping(config)
    app.extensions["rooms"] = Rooms(Channels(app))
    headers.init_app(app)
    for part in (pages, sockets, events):
        app.register_blueprint(part.blueprint)
    return app
