"""Instructions of a request, counted by callgrind: the same from run to run on a busy machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .rounds import ROOT, Job

FEW, MANY = 50, 550


def count(job: Job) -> float:
    """The instructions of one request, without those of starting the process.

    Raises:
        SystemExit: valgrind is not installed.
    """
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed. Install it (on Debian: apt-get install valgrind).")
    return (_total(job, MANY) - _total(job, FEW)) / (MANY - FEW)


def _total(job: Job, times: int) -> int:
    finished = subprocess.run(
        [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}"),
            *(sys.executable, "-m", f"{__package__}.worker"),
            *(job.peer, job.interface, job.case, "--count", str(times)),
        ],
        cwd=Path(ROOT),
        # Sets and dicts of texts are searched in another order with another seed.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.findall(r"Collected : (\d+)", finished.stderr)[0])
