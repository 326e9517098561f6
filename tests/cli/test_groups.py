from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

import click
import pytest

import quaff.cli.plugins
from quaff import Quaff, current_app, nameplate
from quaff.cli import AppGroup, QuaffGroup, ScriptInfo, cli, get_version, main, run_program
from quaff.nameplate import Nameplate

DRINK = Nameplate(
    name="Drink",
    command="drink",
    prefix="DRINK",
    dotenv_file=".drinkenv",
    distribution="quaff",
    command_groups=("drink.commands",),
)


@pytest.fixture
def app():
    app = Quaff("made")

    @app.cli.command()
    def tell() -> None:
        """Tell its name."""
        click.echo(f"{current_app.name}, debug {current_app.debug}")

    return app


@pytest.fixture
def program(app):
    return QuaffGroup(name="program", create_app=lambda: app)


def test_commands_of_groups_within_groups_have_the_context(invoke, app):
    group = AppGroup("outer")

    @group.group("inner")
    def inner() -> None: ...

    @inner.command()
    def tell() -> None:
        click.echo(current_app.name)

    @inner.command(with_appcontext=False)
    def alone() -> None:
        click.echo(bool(current_app))

    info = ScriptInfo(create_app=lambda: app)
    assert isinstance(inner, AppGroup)
    assert invoke("inner", "tell", program=group, obj=info).output == "made\n"
    assert invoke("inner", "alone", program=group, obj=info).output == "False\n"


def test_parameters_have_the_context_too(invoke, app, program):
    @app.cli.command()
    @click.argument("value", callback=lambda ctx, param, value: f"{value} of {current_app.name}")
    def check(value: str) -> None:
        click.echo(value)

    assert invoke("check", "x", program=program).output == "x of made\n"


def test_a_decorated_function_becomes_a_program(invoke, app):
    @click.group(cls=QuaffGroup, create_app=lambda: app)
    def manage(**params: object) -> None:
        """Manage it."""

    assert invoke("tell", program=manage).output == "made, debug False\n"
    assert "Manage it." in invoke("--help", program=manage).output


def test_a_program_within_another(invoke, program):
    outer = click.Group("outer", commands=[program])
    assert invoke("program", "tell", program=outer).output == "made, debug False\n"


def test_the_debug_option(invoke, program):
    assert invoke("--debug", "tell", program=program).output == "made, debug True\n"
    assert os.environ["QUAFF_DEBUG"] == "1"
    assert invoke("--no-debug", "tell", program=program).output == "made, debug False\n"
    assert invoke("tell", program=program, env={"QUAFF_DEBUG": "1"}).output == "made, debug True\n"


def test_the_application_option_and_its_variable(invoke, write):
    write("my_site.py", "from quaff import Quaff\none, two = Quaff('one'), Quaff('two')")
    assert "static" in invoke("--app", "my_site:one", "routes").output
    assert "static" in invoke("routes", env={"QUAFF_APP": "my_site:two"}).output
    failed = invoke("routes", env={"QUAFF_APP": "my_site"})
    assert failed.exit_code == 2
    assert "Detected multiple Quaff applications" in failed.stderr


def test_environment_files(invoke, write, program, app):
    pytest.importorskip("dotenv")
    write(".quaffenv", "MY_SHARED=shared\nQUAFF_DEBUG=1\n")
    write("extra.env", "MY_SHARED=extra\n")

    @app.cli.command()
    def show() -> None:
        click.echo(f"{os.environ.get('MY_SHARED')} {current_app.debug}")

    def run(*args: str, **options: object) -> str:
        for name in ("MY_SHARED", "QUAFF_DEBUG"):
            os.environ.pop(name, None)
        return invoke(*args, program=program, **options).output

    assert run("show") == "shared True\n"
    assert run("-e", "extra.env", "show") == "extra True\n"
    assert run("show", env={"MY_SHARED": "set"}) == "set True\n"
    assert run("show", env={"QUAFF_ENV_FILE": "extra.env"}) == "extra True\n"
    assert run("show", env={"QUAFF_SKIP_DOTENV": "1"}) == "None False\n"
    program.load_dotenv = False
    assert run("show") == "None False\n"


def test_a_given_file_needs_the_package(invoke, write, program, monkeypatch):
    write("extra.env", "A=1\n")
    monkeypatch.setitem(sys.modules, "dotenv", None)
    failed = invoke("-e", "extra.env", "tell", program=program)
    assert failed.exit_code == 2
    assert "python-dotenv must be installed" in failed.stderr


def test_help_lists_all_commands_and_options(invoke, write):
    write(
        "my_site.py",
        "from quaff import Quaff\napp = Quaff('one')\n@app.cli.command()\ndef mine(): 'Do mine.'",
    )
    for args in (("--app", "my_site", "--help"), ("--help",), ()):
        output = invoke(*args, env={"QUAFF_APP": "my_site"}).output
        for word in (
            "mine      Do mine.",
            "routes ",
            "run ",
            "serve ",
            "shell ",
            "--env-file FILE",
        ):
            assert word in output


def test_help_is_there_when_the_application_is_not(invoke, write):
    write("my_site.py", "1 / 0")
    result = invoke("--app", "my_site", "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert "Commands:" in result.stdout
    assert result.stderr.startswith("Traceback (most recent call last):\n  File")
    assert 'my_site.py", line 1, in <module>' in result.stderr.splitlines()[1]

    result = invoke("--app", "my_sight", "--help")
    assert result.exit_code == 0
    assert "Error: Could not import 'my_sight'" in result.stderr


def test_an_unknown_command_says_why_there_may_be_none(invoke, write):
    write("readme.txt")
    result = invoke("missing")
    assert result.exit_code == 2
    assert "QUAFF_APP" in result.stderr
    assert "No such command 'missing'" in result.stderr


def test_an_option_behind_the_command_is_told_its_place(invoke):
    for option in ("--app", "-A"):
        result = invoke("run", option, "my_site")
        assert result.exit_code == 2
        assert f"It belongs before the command: 'quaff {option} ... run'." in result.stderr
    assert "It belongs" not in invoke("run", "--no-such-option").stderr


def test_versions(invoke, capsys):
    expected = (
        f"Python {platform.python_version()}\n"
        f"Quaff {importlib.metadata.version('quaff')}\n"
        f"Werkzeug {importlib.metadata.version('werkzeug')}\n"
    )
    assert invoke("--version").output == expected
    with click.Context(cli) as ctx:
        assert get_version(ctx, None, False) is None
    assert capsys.readouterr().out == ""


def test_a_program_marks_its_process(invoke, program):
    invoke("tell", program=program)
    assert os.environ["QUAFF_RUN_FROM_CLI"] == "true"


def test_a_program_may_leave_parts_out(invoke, app):
    bare = QuaffGroup(create_app=lambda: app, add_default_commands=False, add_version_option=False)
    output = invoke("--help", program=bare).output
    assert "tell" in output
    assert "routes" not in output
    assert "--version" not in output


def test_a_program_of_another_name(invoke, write):
    class DrinkGroup(QuaffGroup):
        product = DRINK

    write("readme.txt")
    program = quaff.cli.build_cli(DrinkGroup)
    assert program.name == "drink"
    result = invoke("--help", program=program)
    assert "for Drink applications" in result.stdout
    assert "'.drinkenv'" in result.stdout
    assert "Could not locate a Drink application" in result.stderr
    invoke("--debug", "routes", program=program)
    assert os.environ["DRINK_DEBUG"] == "1"
    assert "QUAFF_DEBUG" not in os.environ


class Offer:
    """As much of an entry point as is looked at."""

    dist = None
    value = "some_package:command"

    def __init__(self, name: str, command: object) -> None:
        self.name = name
        self.command = command

    def load(self) -> object:
        if isinstance(self.command, Exception):
            raise self.command
        return self.command


@pytest.fixture
def offers(monkeypatch):
    """What packages offer: group -> entry points."""
    offers: dict[str, list[Offer]] = {}
    monkeypatch.setattr(quaff.cli.plugins, "entry_points", lambda group: offers.get(group, []))
    return offers


def test_commands_of_packages(invoke, program, offers):
    @click.command(help="From a package.")
    def offered() -> None:
        click.echo("offered")

    offers["quaff.commands"] = [Offer("offered", offered), Offer("tell", offered)]
    assert invoke("offered", program=program).output == "offered\n"
    assert invoke("tell", program=program).output == "offered\n"
    assert "From a package." in invoke("--help", program=program).output


def test_a_package_that_cannot_be_imported_harms_no_other_command(invoke, program, offers):
    offers["quaff.commands"] = [Offer("bad", ImportError("no module"))]
    result = invoke("tell", program=program)
    assert result.output == "made, debug False\n"
    result = invoke("bad", program=program)
    assert result.exit_code == 2
    assert (
        "The command 'bad' of the package 'some_package:command' could not be loaded:"
        " ImportError: no module" in result.stderr
    )


def test_an_application_that_hangs_another_nameplate_brings_its_packages(
    invoke, app, offers, monkeypatch
):
    offers["drink.commands"] = [Offer("late", click.Command("late", callback=lambda: print("!")))]
    monkeypatch.setattr(nameplate, "active", nameplate.active)

    def create_app() -> Quaff:
        nameplate.hang(DRINK)
        return app

    program = QuaffGroup(create_app=create_app)
    assert invoke("late", program=program).output == "!\n"
    assert "late" in invoke("--help", program=program).output


def test_as_flask(invoke, monkeypatch):
    # The real alias would change this process for good.
    imported = []
    monkeypatch.setattr("quaff.cli.groups.import_string", imported.append)
    invoke("--as-flask", "--version")
    assert imported == ["quaff.as_flask"]
    invoke("--help", env={"QUAFF_AS_FLASK": "1"})
    assert imported == ["quaff.as_flask"] * 2
    invoke("--help")
    assert imported == ["quaff.as_flask"] * 2


def test_mistakes_are_shown_from_the_users_code_on(write, monkeypatch, capsys):
    write("my_site.py", "def create_app():\n    return 1 / 0\n")
    monkeypatch.setattr(sys, "argv", ["quaff", "--app", "my_site", "routes"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].endswith('my_site.py", line 2, in create_app')

    write("my_broken.py", "x = (\n")
    monkeypatch.setattr(sys, "argv", ["quaff", "--app", "my_broken", "routes"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err.splitlines()[0].endswith('my_broken.py", line 1')


def test_mistakes_of_ours_are_shown_whole(capsys):
    @click.command()
    def mistaken() -> None:
        raise NotImplementedError

    mistaken.callback.__globals__["__name__"], name = "quaff.cli.made_up", __name__
    try:
        with pytest.raises(SystemExit):
            run_program(click.Group("program", commands=[mistaken]))
    finally:
        mistaken.callback.__globals__["__name__"] = name
