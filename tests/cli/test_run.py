from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.debug import DebuggedApplication
from werkzeug.test import create_environ

from quaff import Quaff
from quaff.binding.errors import AnnotationError
from quaff.cli import QuaffGroup
from quaff.cli import run as run_module


@pytest.fixture
def started(monkeypatch):
    """What the development server is started with."""
    started = {}

    def run_development(app, host, port, **options):
        started.update(options, app=app, host=host, port=port)

    monkeypatch.setattr(run_module, "run_development", run_development)
    return started


@pytest.fixture
def program():
    return QuaffGroup(name="program", create_app=lambda: Quaff("made"))


def test_defaults(invoke, program, started):
    output = invoke("run", program=program).output
    assert started.pop("app").name == "made"
    assert started == {
        "host": "127.0.0.1",
        "port": 5000,
        "use_reloader": False,
        "use_debugger": False,
        "threaded": True,
        "ssl_context": None,
        "extra_files": None,
        "exclude_patterns": None,
    }
    assert output == " * Debug mode: off\n"


@pytest.mark.parametrize("args", [("--debug", "run"), ("run", "--debug")])
def test_debug_switches_reloader_and_debugger_on(invoke, program, started, args):
    assert "Debug mode: on" in invoke(*args, program=program).output
    assert started["app"].debug
    assert (started["use_reloader"], started["use_debugger"]) == (True, True)

    invoke(*args, "--no-reload", "--no-debugger", program=program)
    assert (started["use_reloader"], started["use_debugger"]) == (False, False)


def test_options_may_come_from_the_environment(invoke, program, started):
    environment = {"QUAFF_RUN_PORT": "81", "QUAFF_RUN_HOST": "::1", "QUAFF_RUN_RELOAD": "1"}
    invoke("run", "--without-threads", "--port", "82", program=program, env=environment)
    assert (started["host"], started["port"]) == ("::1", 82)
    assert (started["use_reloader"], started["threaded"]) == (True, False)


def test_a_port_that_is_none(invoke, program, started):
    result = invoke("run", "--port", "65536", program=program)
    assert result.exit_code == 2
    assert "65536 is not in the range 0<=x<=65535." in result.stderr
    assert started == {}


def test_an_address_that_cannot_be_had_is_named(invoke, program, started):
    # Names in .invalid (RFC 2606) are nobody's.
    result = invoke("run", "--host", "a.invalid", program=program)
    assert result.exit_code == 1
    assert "No address is known for the host 'a.invalid'" in result.stderr
    assert started == {}


def test_a_mistake_ends_the_first_start(invoke, write, started):
    write("my_site.py", "1 / 0")
    with pytest.raises(ZeroDivisionError):
        invoke("--app", "my_site", "run")
    assert started == {}


def test_a_mistake_after_a_reload_is_what_visitors_see(invoke, write, started, monkeypatch, capsys):
    monkeypatch.setattr(run_module, "is_running_from_reloader", lambda: True)
    write("my_site.py", "1 / 0")
    assert "ZeroDivisionError" in invoke("--app", "my_site", "run").stderr
    # Every time the same, not a traceback that grows.
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as caught:
            started["app"]({"wsgi.input": BytesIO()}, None)
        assert len(caught.traceback) == 3


def test_an_application_that_ends_the_process_does_not_end_the_server(
    invoke, write, started, monkeypatch
):
    monkeypatch.setattr(run_module, "is_running_from_reloader", lambda: True)
    write("my_site.py", "raise SystemExit(3)")
    assert "ended the process with SystemExit(3)." in invoke("--app", "my_site", "run").stderr
    with pytest.raises(RuntimeError, match=r"SystemExit\(3\)"):
        started["app"]({"wsgi.input": BytesIO()}, None)


def test_visitors_see_nothing_of_ours_after_a_reload(invoke, write, started, monkeypatch):
    monkeypatch.setattr(run_module, "is_running_from_reloader", lambda: True)
    write("my_site.py", "import my_missing")
    said = invoke("--app", "my_site", "run").stderr
    assert "Error: While importing 'my_site', an ImportError was raised:" in said
    assert "No module named 'my_missing'" in said
    assert "quaff/cli" not in said
    environ = create_environ()
    page = b"".join(DebuggedApplication(started["app"])(environ, lambda *_: None)).decode()
    assert "No module named &#39;my_missing&#39;" in page
    assert "quaff/cli" not in page


def test_a_wrong_signature_ends_the_first_start(invoke, write, started):
    write(
        "my_site.py",
        "from quaff import Quaff\napp = Quaff(__name__)\n"
        "@app.get('/')\ndef view(page: type(app)): ...\n",
    )
    with pytest.raises(AnnotationError, match=r"view\(\) in .*my_site.py:3: the parameter `page`"):
        invoke("--app", "my_site", "run")
    assert started == {}
