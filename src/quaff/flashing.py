"""Messages for the user's next page: flashed in one request, shown in the next."""

from __future__ import annotations

from collections.abc import Iterable

from .context import needed_request
from .signals import message_flashed

__all__ = ["flash", "get_flashed_messages"]

KEY = "_flashes"


def flash(message: str, category: str = "message") -> None:
    """Keep a message in the session until a page shows it with `get_flashed_messages`.

    Args:
        message: the message.
        category: what kind it is; "message", "error", "info" and "warning" are usual.

    Raises:
        RuntimeError: no request is being handled, or the session cannot be written.
    """
    context = needed_request("flash()")
    # NOTE: the list is assigned rather than changed: a session does not see changes inside it.
    context.session[KEY] = [*context.session.get(KEY, ()), (category, message)]
    app = context.app
    message_flashed.send(app, _async_wrapper=app.ensure_sync, message=message, category=category)


def get_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[str] | list[tuple[str, str]]:
    """All flashed messages; they leave the session, but the same request gets them again.

    Args:
        with_categories: give pairs of category and message.
        category_filter: only messages of these categories. The others leave the session too.

    Raises:
        RuntimeError: no request is being handled.
    """
    context = needed_request("get_flashed_messages()")
    flashes = context.flashes
    if flashes is None:
        session = context.session
        flashes = context.flashes = session.pop(KEY) if KEY in session else []
    if category_filter:
        flashes = [flashed for flashed in flashes if flashed[0] in category_filter]
    return flashes if with_categories else [message for _, message in flashes]
