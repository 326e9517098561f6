"""A client in Python: httpx and attrs, written by openapi-python-client."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["ClientNotWritten", "write_python_client"]


class ClientNotWritten(Exception):
    """The generator is missing, or would not take the document."""


def write_python_client(document: dict[str, Any], folder: Path) -> str:
    """Write a package in place of a folder.

    Args:
        document: an OpenAPI document.
        folder: the package. Its name is the name to import.

    Returns:
        What the generator said; parts that it left out are among it.

    Raises:
        ClientNotWritten: see there.
    """
    if find_spec("openapi_python_client") is None:
        raise ClientNotWritten(
            "A client in Python is written by openapi-python-client, which is not installed. "
            "Install it: pip install 'quaff[client]'."
        )
    with tempfile.TemporaryDirectory(prefix="quaff-") as temporary:
        path = Path(temporary) / "openapi.json"
        path.write_bytes(msgspec.json.encode(document))
        command = [sys.executable, "-m", "openapi_python_client", "generate"]
        command += ["--path", str(path), "--output-path", str(folder)]
        command += ["--meta", "none", "--overwrite"]
        done = subprocess.run(
            command,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=_environment(),
        )
    if done.returncode:
        raise ClientNotWritten(done.stdout)
    return done.stdout


def _environment() -> dict[str, str]:
    """Ours, in which the generator finds its formatter, which pip puts beside the interpreter."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": programs, "PYTHONUTF8": "1"}
