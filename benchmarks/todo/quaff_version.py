"""The example itself."""

from __future__ import annotations

import os

from examples.todo import create_app
from quaff import Quaff


def program() -> Quaff:
    """The example on the database of the benchmark."""
    return create_app({"DATABASE_URL": os.environ["DATABASE_URL"], "SECRET_KEY": "benchmark"})
