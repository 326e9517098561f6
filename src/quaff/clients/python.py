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
        path.write_bytes(msgspec.json.encode(_adapted(document)))
        config = Path(temporary) / "config.json"
        config.write_bytes(msgspec.json.encode(_configuration(document)))
        command = [sys.executable, "-m", "openapi_python_client", "generate"]
        command += ["--path", str(path), "--output-path", str(folder)]
        command += ["--meta", "none", "--overwrite", "--config", str(config)]
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


def _adapted(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what the generator would stumble over."""
    document = _without_closed_tuples(document)
    for schema in document.get("components", {}).get("schemas", {}).values():
        # It names classes after titles, and two models may have the same.
        if isinstance(schema, dict):
            schema.pop("title", None)
    return document


def _without_closed_tuples(part: Any) -> Any:
    """A copy in which no tuple says that nothing follows: `items` must be a schema to it."""
    if isinstance(part, list):
        return [_without_closed_tuples(each) for each in part]
    if isinstance(part, dict):
        return {
            name: _without_closed_tuples(each)
            for name, each in part.items()
            if not (name == "items" and each is False)
        }
    return part


def _configuration(document: dict[str, Any]) -> dict[str, Any]:
    """The generator's settings: one of some texts is a Literal, an unknown media type is bytes."""
    found = {
        media_type.partition(";")[0].strip(): None
        for item in document.get("paths", {}).values()
        for operation in item.values()
        if isinstance(operation, dict)
        for part in (operation.get("requestBody", {}), *operation.get("responses", {}).values())
        for media_type in part.get("content", {})
    }
    return {
        "literal_enums": True,
        "content_type_overrides": {
            media_type: "application/octet-stream"
            for media_type in found
            if media_type not in _KNOWN and not media_type.endswith("+json")
        },
    }


#: The media types that the generator has code for, in requests and in responses.
_KNOWN = frozenset(
    {
        "application/json",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/html",
        "text/plain",
    }
)
