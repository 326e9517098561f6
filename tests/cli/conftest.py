from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import click
import pytest
from click.testing import CliRunner, Result

from quaff.cli import cli


@pytest.fixture(autouse=True)
def undo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands change the process: its environment, its import path, its modules."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    environment = dict(os.environ)
    for key in environment:
        if key.startswith("QUAFF_"):
            del os.environ[key]
    modules = set(sys.modules)
    yield
    os.environ.clear()
    os.environ.update(environment)
    for name in set(sys.modules) - modules:
        if name.startswith("my_") or name in {"app", "wsgi"}:
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write a file of a project, which is the current directory. Its modules begin with "my_"."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    return write


@pytest.fixture
def invoke() -> Callable[..., Result]:
    """Run a command line: `invoke("routes", "--sort", "rule")`."""

    def invoke(*args: str, program: click.Command = cli, **options: object) -> Result:
        result = CliRunner().invoke(program, args, **options)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
