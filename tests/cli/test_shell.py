from __future__ import annotations

import sys

import pytest

from quaff import Quaff
from quaff.cli import QuaffGroup


@pytest.fixture
def shell(invoke):
    app = Quaff("made")
    app.shell_context_processor(lambda: {"answer": 42})
    program = QuaffGroup(create_app=lambda: app)

    def shell(typed: str, **options: object) -> str:
        result = invoke("shell", program=program, input=typed, **options)
        assert result.exit_code == 0
        return result.output

    return shell


def test_names_and_context(shell):
    output = shell("print(answer, app.name, app is __import__('quaff').current_app)\n")
    assert "42 made False" in output
    assert "App: made" in output
    assert sys.version in output


def test_a_startup_file_runs_first(shell, write):
    path = write("start.py", "answer = 1\nmine = 'from the file'\n")
    output = shell("print(answer, mine)\n", env={"PYTHONSTARTUP": str(path)})
    assert "42 from the file" in output
    assert "Traceback" not in shell("", env={"PYTHONSTARTUP": "missing.py"})


def test_the_prompt_is_set_up_as_pythons_own(shell, monkeypatch):
    called = []
    monkeypatch.setattr(sys, "__interactivehook__", lambda: called.append(True), raising=False)
    shell("")
    assert called == [True]

    monkeypatch.delattr(sys, "__interactivehook__")
    assert "App: made" in shell("")

    monkeypatch.setattr(sys, "__interactivehook__", lambda: called.append(True), raising=False)
    monkeypatch.setitem(sys.modules, "readline", None)
    shell("")
    assert called == [True, True]
