"""`quaff shell`: Python's prompt, with an application at hand."""

from __future__ import annotations

import code
import os
import sys
from pathlib import Path
from typing import Any

import click

from ..context import current
from .script import with_appcontext


@click.command("shell", short_help="Run a shell in the app context.")
@with_appcontext
def shell_command() -> None:
    """Run an interactive Python shell with the application's context pushed.

    The shell has the names that the application's shell context processors give it. A file named
    by PYTHONSTARTUP is run first, as in Python's own shell.
    """
    app = current.get().app
    names: dict[str, Any] = {}
    startup = os.environ.get("PYTHONSTARTUP")
    if startup and Path(startup).is_file():
        exec(compile(Path(startup).read_bytes(), startup, "exec"), names)
    names.update(app.make_shell_context())

    _complete_names(names)
    code.interact(
        banner=(
            f"Python {sys.version} on {sys.platform}\n"
            f"App: {app.import_name}\n"
            f"Instance: {app.instance_path}"
        ),
        local=names,
    )


def _complete_names(names: dict[str, Any]) -> None:
    """Set up the prompt as `python` does (history, Tab), completing from `names`."""
    # `python -S` and embedded interpreters have no hook, some builds no readline.
    hook = getattr(sys, "__interactivehook__", None)
    if hook is None:
        return
    try:
        import readline
        from rlcompleter import Completer
    except ImportError:
        pass
    else:
        readline.set_completer(Completer(names).complete)
    hook()
