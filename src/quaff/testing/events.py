"""The client's end of a stream of server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..http.sse import Event, parsed

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

__all__ = ["EventReader"]


class EventReader(Iterator[Event]):
    """The events of a response, one by one; closed at the end of its `with` block.

    Args:
        response: the response, not yet read.

    Raises:
        RuntimeError: the response is no stream of events.
    """

    def __init__(self, response: TestResponse) -> None:
        #: The response itself.
        self.response = response
        if response.mimetype != "text/event-stream":
            response.close()
            raise RuntimeError(
                f"{response.request.path} answered {response.status} with {response.mimetype}, "
                "which is no stream of events."
            )
        self._events = parsed(response.iter_encoded())

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """Go away, as a browser does when its page is closed."""
        self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
