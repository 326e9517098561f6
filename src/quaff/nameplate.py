"""The words on the door: names that users meet and that differ between Quaff and its Flask mirror.

What belongs here: command name, prefix of environment variables, dotenv file, names in messages.
What does not: anything that changes behaviour. Code reads `nameplate.active`, never compares names.
"""

from __future__ import annotations

import os
from typing import NamedTuple


class Nameplate(NamedTuple):
    """One product's name, in every form a user meets it."""

    name: str
    """In prose and messages: "Quaff"."""

    command: str
    """On the command line: "quaff"."""

    prefix: str
    """Before the underscore of environment variables: "QUAFF"."""

    dotenv_file: str
    """The file with variables that may be shared in the repository: ".quaffenv"."""

    distribution: str
    """The installed package whose version `--version` shows."""

    command_groups: tuple[str, ...]
    """Entry point groups in which installed packages offer commands."""

    def variable(self, name: str) -> str:
        """The environment variable `name` of this product: `variable("APP")` is "QUAFF_APP"."""
        return f"{self.prefix}_{name}"

    def flag(self, name: str) -> bool:
        """Whether that variable is set to something else than "", "0", "false" or "no"."""
        value = os.environ.get(self.variable(name), "")
        return value.lower() not in {"", "0", "false", "no"}


QUAFF = Nameplate(
    name="Quaff",
    command="quaff",
    prefix="QUAFF",
    dotenv_file=".quaffenv",
    distribution="quaff",
    command_groups=("quaff.commands",),
)

FLASK = Nameplate(
    name="Flask",
    command="flask",
    prefix="FLASK",
    dotenv_file=".flaskenv",
    distribution="flask",
    command_groups=("flask.commands",),
)

active: Nameplate = QUAFF
"""The nameplate of this process; `quaff.as_flask` hangs its own."""


def hang(nameplate: Nameplate) -> None:
    """Make `nameplate` the one that messages and environment look-ups use from now on."""
    global active
    active = nameplate
