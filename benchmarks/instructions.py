"""Instructions of a request, counted by callgrind: the same from run to run on a busy machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

from . import ROOT

#: So many that what differs between the cases' beginnings does not matter.
TIMES = 500


def count(peer: str, interface: str, cases: Sequence[str]) -> dict[str, float]:
    """The instructions of one request of each case, without those of starting the process.

    Raises:
        SystemExit: valgrind is not installed.
    """
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed. Install it (on Debian: apt-get install valgrind).")
    beginning = _total(peer, interface, cases[0], 1)
    return {case: (_total(peer, interface, case, TIMES + 1) - beginning) / TIMES for case in cases}


def _total(peer: str, interface: str, case: str, times: int) -> int:
    finished = subprocess.run(
        [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}"),
            *(sys.executable, "-m", f"{__package__}.worker"),
            *(peer, interface, case, "--count", str(times)),
        ],
        cwd=ROOT,
        # Sets and dicts of texts are searched in another order with another seed.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.findall(r"Collected : (\d+)", finished.stderr)[0])
