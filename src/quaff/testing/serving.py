"""An application that has started, as a server starts it, for the time of a test."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from ..bridge import run

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["Serving"]


class Serving:
    """Starts an application at the beginning of a `with` block, and stops it at its end.

    Args:
        app: the application, which `with ... as` gives.
    """

    def __init__(self, app: Quaff) -> None:
        self.app = app

    def __enter__(self) -> Quaff:
        run(self.app.lifespan.start())
        return self.app

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        run(self.app.lifespan.stop())
