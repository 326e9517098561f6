"""The programs that are compared answer the cases as they must; no time is taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers import PEERS, is_installed

ROOT = Path(__file__).parent.parent.parent


# Of the peers, the environment of development has few: `make bench-check` looks at all of them.
@pytest.mark.parametrize("peer", [peer for peer in PEERS if is_installed(peer)])
def test_answers_as_it_must(peer: str) -> None:
    # To make 10,000 rules takes seconds, and 1,000 show the same.
    command = [sys.executable, "-m", "benchmarks.check", "--without", "routing-10000", peer]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_quaff_is_looked_at() -> None:
    assert is_installed("bare")
    assert is_installed("quaff")
