from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("quaff", "quaff.cli"),
        ("quaff", "quaff.server"),
        # An application with a command of its own must not load a second server into gunicorn.
        ("quaff.cli", "granian"),
    ],
)
def test_what_is_not_used_is_not_loaded(module, absent):
    code = f"import sys, {module}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
