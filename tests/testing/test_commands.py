from __future__ import annotations

from typing import Any

import click
import pytest

from quaff import Quaff, current_app
from quaff.cli import ScriptInfo
from quaff.testing import QuaffCliRunner


@pytest.fixture
def app() -> Quaff:
    app = Quaff("example")

    @app.cli.command("name")
    @click.option("--loud", is_flag=True)
    def name(loud: bool) -> None:
        click.echo(current_app.name.upper() if loud else current_app.name)

    return app


@pytest.mark.parametrize("args", [["name"], "name"])
def test_the_applications_commands_are_run_by_name(app: Quaff, args: Any) -> None:
    assert app.test_cli_runner().invoke(args=args).output == "example\n"


def test_a_command_is_run_with_its_arguments(app: Quaff) -> None:
    command = app.cli.commands["name"]
    assert app.test_cli_runner().invoke(command, ["--loud"]).output == "EXAMPLE\n"


def test_another_application_may_be_given(app: Quaff) -> None:
    other = ScriptInfo(create_app=lambda: Quaff("other"))
    result = app.test_cli_runner().invoke(args=["name"], obj=other)
    assert result.output == "other\n"


def test_the_runner_is_clicks(app: Quaff) -> None:
    runner = app.test_cli_runner(env={"VARIABLE": "set"})
    assert isinstance(runner, QuaffCliRunner)
    assert runner.env["VARIABLE"] == "set"
