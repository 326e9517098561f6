"""Finding: one place of a project that somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    """What a survey found.

    Args:
        path: the file, relative to the project.
        line: its line, from 1.
        message: what it is, and what to do.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"
