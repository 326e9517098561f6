"""Runs every program on Flask and on Quaff, through three gateways, and shows what differs.

`python scripts/extensions [NAME ...]`, in an environment with Quaff, Flask and the extensions of
scripts/extensions/requirements.txt. docs/extensions.md tells the results.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def visited(program: Path, framework: str, gateway: str) -> list[str]:
    """What the program answered, a line each, or how it failed."""
    run = subprocess.run(
        [sys.executable, str(HERE / "visit.py"), str(program), framework, gateway],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "QUAFF_AS_FLASK": "", "PYTHONHASHSEED": "0"},
    )
    if run.returncode:
        return ["failed:", *run.stderr.splitlines()[-25:]]
    record: list[Any] = json.loads(run.stdout.splitlines()[-1])
    return json.dumps(record, indent=1).splitlines()


def main(names: list[str]) -> int:
    differing = 0
    for program in sorted((HERE / "programs").glob("*.py")):
        if names and program.stem not in names:
            continue
        expected = visited(program, "flask", "wsgi")
        if expected[0] == "failed:":
            print(f"{program.stem}: fails on Flask itself", *expected, sep="\n")
            differing += 1
            continue
        for gateway in ("wsgi", "asgi", "rsgi"):
            found = visited(program, "quaff", gateway)
            print(program.stem, gateway, "same" if found == expected else "DIFFERS", flush=True)
            if found != expected:
                differing += 1
                print(
                    *list(difflib.unified_diff(expected, found, "flask", "quaff", "", "", 2))[:60],
                    sep="\n",
                )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
