from __future__ import annotations

import os

import pytest
from werkzeug import serving

from quaff import Quaff, nameplate
from quaff.server import development
from quaff.server.development import address_of, run_application, run_development


@pytest.fixture(autouse=True)
def undo(monkeypatch):
    for name in ("QUAFF_RUN_FROM_CLI", "QUAFF_DEBUG", "WERKZEUG_RUN_MAIN", "WERKZEUG_SERVER_FD"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def runs(monkeypatch):
    """What Werkzeug's server is started with."""
    runs = []

    def run_simple(host, port, app, **options):
        runs.append({"host": host, "port": port, "app": app, **options})

    monkeypatch.setattr(serving, "run_simple", run_simple)
    return runs


@pytest.fixture
def app():
    return Quaff("made")


def test_defaults(runs, app, capsys):
    run_application(app)
    assert runs == [
        {
            "host": "127.0.0.1",
            "port": 5000,
            "app": app,
            "use_reloader": False,
            "use_debugger": False,
            "threaded": True,
        }
    ]
    assert capsys.readouterr().out == " * Serving Quaff app 'made'\n * Debug mode: off\n"


def test_debug_and_options(runs, app):
    app.run("0.0.0.0", 80, debug=True, use_reloader=False, threaded=False, ssl_context="adhoc")
    assert app.debug is True
    assert runs == [
        {
            "host": "0.0.0.0",
            "port": 80,
            "app": app,
            "use_reloader": False,
            "use_debugger": True,
            "threaded": False,
            "ssl_context": "adhoc",
        }
    ]


def test_debug_from_the_environment_and_its_files(runs, app, tmp_path, monkeypatch):
    pytest.importorskip("dotenv")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".quaffenv").write_text("QUAFF_DEBUG=1\n")
    run_application(app, load_dotenv=False)
    assert app.debug is False
    run_application(app)
    assert app.debug is True
    run_application(app, debug=False)
    assert app.debug is False


def test_it_can_be_set_up_again_after_running(runs, app):
    app._got_first_request = True
    run_application(app)
    app.add_url_rule("/later", endpoint="later")
    assert app._got_first_request is False


@pytest.mark.parametrize(
    ("host", "port", "server_name", "expected"),
    [
        (None, None, None, ("127.0.0.1", 5000)),
        (None, None, "site.example:8080", ("site.example", 8080)),
        ("localhost", None, "site.example:8080", ("localhost", 8080)),
        (None, 80, "site.example:8080", ("site.example", 80)),
        ("localhost", 0, "localhost:8080", ("localhost", 0)),
        (None, None, "localhost:0", ("localhost", 0)),
        (None, None, "site.example", ("site.example", 5000)),
        (None, None, "[::1]:8080", ("::1", 8080)),
        (None, "80", None, ("127.0.0.1", 80)),
    ],
)
def test_the_address(app, host, port, server_name, expected):
    app.config["SERVER_NAME"] = server_name
    assert address_of(app, host, port) == expected


DRINK = nameplate.Nameplate(
    name="Drink",
    command="drink",
    prefix="DRINK",
    dotenv_file=".drinkenv",
    distribution="quaff",
    command_groups=(),
)


@pytest.mark.parametrize(
    ("active", "variable"),
    [
        (nameplate.QUAFF, "QUAFF_RUN_FROM_CLI"),
        (DRINK, "DRINK_RUN_FROM_CLI"),
        (DRINK, "QUAFF_RUN_FROM_CLI"),
    ],
)
def test_nothing_is_run_under_a_command(runs, app, monkeypatch, capsys, active, variable):
    monkeypatch.setattr(nameplate, "active", active)
    monkeypatch.setenv(variable, "true")
    app.run()
    assert runs == []
    assert f"block the current '{active.command}' CLI command" in capsys.readouterr().out

    # Said once, not at every reload.
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
    app.run()
    assert capsys.readouterr().out == ""


def test_a_program_that_ends_in_an_error_is_started_again_after_a_change(monkeypatch, app):
    starts, waits = [], []

    def run_simple(host, port, app, **options):
        starts.append(port)
        os.environ["WERKZEUG_SERVER_FD"] = "3"
        raise SystemExit(1 if len(starts) < 3 else 0)

    monkeypatch.setattr(serving, "run_simple", run_simple)
    monkeypatch.setattr(development, "_wait_for_change", lambda options: waits.append(1))
    with pytest.raises(SystemExit) as stop:
        run_development(app, "127.0.0.1", 0, use_reloader=True)
    assert stop.value.code == 0
    assert (len(starts), len(waits)) == (3, 2)


@pytest.mark.parametrize("code", [1, "message", -15])
def test_a_program_that_never_started_is_not_waited_for(monkeypatch, app, code):
    def run_simple(*args, **options):
        if code == -15:
            os.environ["WERKZEUG_SERVER_FD"] = "3"
        raise SystemExit(code)

    monkeypatch.setattr(serving, "run_simple", run_simple)
    with pytest.raises(SystemExit) as stop:
        run_development(app, "127.0.0.1", 0, use_reloader=True)
    assert stop.value.code == code


def test_without_reloader_an_exit_is_an_exit(monkeypatch, app):
    def run_simple(*args, **options):
        raise SystemExit(3)

    monkeypatch.setattr(serving, "run_simple", run_simple)
    with pytest.raises(SystemExit):
        run_development(app, "127.0.0.1", 0)


def test_an_application_with_websockets_is_served_with_them(runs, app):
    app.add_websocket("/chat", "chat", lambda ws: None)
    run_development(app, "localhost", 80)
    assert runs[0]["app"].app is app


def test_where_something_is_missing_for_websockets_it_is_said(runs, app, monkeypatch, capsys):
    monkeypatch.setattr(development, "find_spec", {"wsproto": None}.__getitem__)
    app.add_websocket("/chat", "chat", lambda ws: None)
    run_development(app, "localhost", 80)
    assert runs[0]["app"] is app
    assert "'/chat' is a WebSocket" in capsys.readouterr().out
