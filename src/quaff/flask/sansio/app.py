"""flask.sansio.app"""

from ...application import App
from ...application import _seconds as _make_timedelta

__all__ = ["App", "_make_timedelta"]
