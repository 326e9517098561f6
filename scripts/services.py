"""Install what the tests need beside Python: Chromium, TypeScript, PostgreSQL, Redis.

As root (in CI, in a container) missing Debian packages are installed. Otherwise they are named,
and the tests that need them are skipped with that reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: package -> how to see that it is there
PACKAGES = {
    "chromium": lambda: shutil.which("chromium"),
    "chromium-driver": lambda: shutil.which("chromedriver"),
    "node-typescript": lambda: shutil.which("tsc"),
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "redis-server": lambda: shutil.which("redis-server"),
}


def missing() -> list[str]:
    """The packages that are not there."""
    return [name for name, is_there in PACKAGES.items() if not is_there()]


def install(packages: list[str]) -> None:
    """Install Debian packages; whether that succeeded, the caller sees by what is there."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], get):
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)


def main() -> int:
    """Install or name what is missing; 1 if CI cannot have it."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        install(missing())
    if not missing():
        return 0
    print(
        f"Not installed: {', '.join(missing())}. Tests that need them are skipped; with CI=true "
        "they fail.",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI", "").lower() == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
