"""Environment variables from files: `.env`, the product's own file, and `--env-file`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from . import nameplate

PRIVATE_FILE = ".env"


def load_dotenv(path: str | os.PathLike[str] | None = None, load_defaults: bool = True) -> bool:
    """Set environment variables from files; return whether there was any.

    Variables that are set already stay. Among files, `path` wins over `.env`, which wins over
    `.quaffenv`; the last two are looked for in the current directory and those above it, and only
    with `load_defaults`. A file that does not exist is ignored. Needs python-dotenv, and without it
    says so only if there is a file to read.
    """
    try:
        import dotenv
    except ImportError:
        if path is not None or any(map(os.path.exists, _default_files())):
            click.secho(
                " * Tip: There are .env files present. Install python-dotenv to use them.",
                fg="yellow",
                err=True,
            )
        return False

    variables: dict[str, str | None] = {}
    if load_defaults:
        for name in _default_files():
            found = dotenv.find_dotenv(name, usecwd=True)
            if found:
                variables |= dotenv.dotenv_values(found, encoding="utf-8")
    if path is not None and Path(path).is_file():
        variables |= dotenv.dotenv_values(path, encoding="utf-8")

    for key, value in variables.items():
        if value is not None:
            os.environ.setdefault(key, value)
    return bool(variables)


def wants_dotenv(default: bool = True) -> bool:
    """Whether the default files are to be read: `default`, unless QUAFF_SKIP_DOTENV is set."""
    return default and not nameplate.active.flag("SKIP_DOTENV")


def _default_files() -> tuple[str, str]:
    """Weakest first."""
    return nameplate.active.dotenv_file, PRIVATE_FILE
