from __future__ import annotations

import click
import pytest

from quaff import Quaff, current_app
from quaff.cli import NoAppException, ScriptInfo, with_appcontext
from quaff.nameplate import Nameplate


def test_an_application_is_loaded_once():
    info = ScriptInfo(create_app=lambda: Quaff("made"))
    assert info.load_app().name == "made"
    assert info.load_app() is info.load_app()


def test_an_application_by_path(write):
    path = write("inside/my_site.py", "from quaff import Quaff\nmade = Quaff('made')")
    assert ScriptInfo("inside/my_site.py").load_app().name == "made"
    assert ScriptInfo(f"{path}:made").load_app().name == "made"


def test_wsgi_is_looked_for_before_app(write):
    write("app.py", "from quaff import Quaff\nmade = Quaff('from app')")
    assert ScriptInfo().load_app().name == "from app"
    write("wsgi.py", "from quaff import Quaff\nmade = Quaff('from wsgi')")
    assert ScriptInfo().load_app().name == "from wsgi"


def test_no_application_says_how_to_name_one(write):
    write("readme.txt")
    info = ScriptInfo(
        product=Nameplate(
            name="Drink",
            command="drink",
            prefix="DRINK",
            dotenv_file=".drinkenv",
            distribution="quaff",
            command_groups=(),
        )
    )
    with pytest.raises(NoAppException) as caught:
        info.load_app()
    assert caught.value.message == (
        "Could not locate a Drink application. Use the 'drink --app' option, 'DRINK_APP'"
        " environment variable, or a 'wsgi.py' or 'app.py' file in the current directory."
    )


@pytest.mark.parametrize(
    ("value", "debug"), [("1", True), ("0", False), ("no", False), ("", False)]
)
def test_debug_mode_comes_from_the_environment(monkeypatch, value, debug):
    monkeypatch.setenv("QUAFF_DEBUG", value)
    app = Quaff("made")
    app.debug = not debug
    assert ScriptInfo(create_app=lambda: app, set_debug_flag=False).load_app().debug is not debug
    assert ScriptInfo(create_app=lambda: app).load_app().debug is debug


def test_with_appcontext_pushes_one_only_where_there_is_none(invoke):
    @click.command()
    @with_appcontext
    def tell() -> None:
        """What it does."""
        click.echo(current_app.name)

    assert tell.callback.__doc__ == "What it does."
    info = ScriptInfo(create_app=lambda: Quaff("loaded"))
    assert invoke(program=tell, obj=info).output == "loaded\n"
    with Quaff("present").app_context():
        assert invoke(program=tell, obj=info).output == "present\n"
