"""What a request costs: Quaff next to its peers and to the bare server.

`cases` says what is asked and which answer is right; `peers` has one program for each framework,
written the way its own documentation writes it; `drivers` call such a program as a server would;
`worker` measures one case in a fresh process and `rounds` starts those processes in turn.
"""

from __future__ import annotations

from pathlib import Path

#: The repository, where every process of the benchmark starts.
ROOT = Path(__file__).parent.parent
#: What is made while measuring; git ignores it.
CACHE = ROOT / ".cache" / "benchmarks"
