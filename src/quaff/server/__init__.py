"""Servers, started and stopped the right way: one to develop with, one for production.

`development` is what `quaff run` and `app.run()` start, `production` what `quaff serve` starts.
Neither knows anything about command lines. `production` imports Granian, so it is imported by name,
by those who need it.
"""

from .development import run_application, run_development, show_server_banner
from .interface import choose_interface

__all__ = ["choose_interface", "run_application", "run_development", "show_server_banner"]
