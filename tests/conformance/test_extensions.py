"""Flask's best-known extensions run unmodified under `quaff.as_flask`.

What `import flask` means is decided once in a process, so the tests run in another one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

APPLICATION = Path(__file__).with_name("extensions_app.py")


def test_one_application_on_four_extensions_through_every_gateway() -> None:
    pytest.importorskip("flask_sqlalchemy", reason="needs what requirements/dev.txt installs")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "quaff.as_flask", "-q", str(APPLICATION)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
