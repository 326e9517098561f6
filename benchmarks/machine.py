"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import ROOT
from .peers import PEERS

#: Distributions beside the peers whose versions matter.
OTHERS = ("werkzeug", "granian", "uvicorn", "gunicorn", "hypercorn", "uvloop", "websockets")


def processor() -> str:
    """The model of the processor, as Linux knows it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def versions() -> dict[str, str]:
    """The versions of what is compared: distribution -> version."""
    found = {}
    for distribution in [*filter(None, PEERS.values()), *OTHERS]:
        try:
            found[distribution] = version(distribution)
        except PackageNotFoundError:
            continue
    return found


def describe() -> dict[str, object]:
    """The machine and what runs on it."""
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": versions(),
    }


def now() -> dict[str, str]:
    """When and of what something was measured."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit.stdout.strip(),
        "load": f"{os.getloadavg()[0]:.1f}",
    }
