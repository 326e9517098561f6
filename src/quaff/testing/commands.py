"""Running an application's commands in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from ..cli import ScriptInfo

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["QuaffCliRunner"]


class QuaffCliRunner(CliRunner):
    """A runner of commands that know the application.

    Args:
        app: the application.
        kwargs: those of `click.testing.CliRunner`.
    """

    def __init__(self, app: Quaff, **kwargs: Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:  # type: ignore[override]
        """Run a command.

        Args:
            cli: the command; the application's whole group if None.
            args: the command line, as a string or a list.
            kwargs: those of `click.testing.CliRunner.invoke`; `obj` is a ScriptInfo that gives
                the application unless one is passed.
        """
        if cli is None:
            cli = self.app.cli
        if "obj" not in kwargs:
            kwargs["obj"] = ScriptInfo(create_app=lambda: self.app)
        return super().invoke(cli, args, **kwargs)
