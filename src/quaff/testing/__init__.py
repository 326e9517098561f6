"""Testing an application without a server: a client, a runner of commands, made-up requests."""

from .client import QuaffClient as QuaffClient
from .commands import QuaffCliRunner as QuaffCliRunner
from .environ import EnvironBuilder as EnvironBuilder

__all__ = ["EnvironBuilder", "QuaffCliRunner", "QuaffClient"]
