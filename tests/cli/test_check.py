from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Invoke = Callable[..., Result]
Write = Callable[..., Path]


@pytest.fixture
def findings(write: Write, invoke: Invoke) -> Callable[[str], list[str]]:
    """What is found in a module, without the file's name: "line: message"."""

    def findings(source: str) -> list[str]:
        write("my_module.py", source)
        result = invoke("check", "my_module.py")
        lines = result.stdout.splitlines()
        found = [line for line in lines if line.startswith("my_module.py:")]
        assert result.exit_code == (1 if found else 0)
        return [line.removeprefix("my_module.py:") for line in found]

    return findings


def test_a_program_of_today_has_nothing_to_do(write: Write, invoke: Invoke) -> None:
    write(
        "my_app.py",
        """
        import asyncio
        import flask
        import flask.json.provider
        from flask import Flask, g, json, session
        """,
    )
    write("requirements.txt", "flask>=3\n# flask-script\n-r other.txt\n")
    result = invoke("check")
    assert result.stdout == "Nothing to do.\n"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("source", "name", "advice"),
    [
        ("from flask import Markup", "flask.Markup", "markupsafe"),
        ("from flask import _request_ctx_stack", "flask._request_ctx_stack", "request_ctx"),
        ("from flask.json import JSONEncoder", "flask.json.JSONEncoder", "DefaultJSONProvider"),
        ("import flask.ext.login", "flask.ext", "flask_login"),
        ("import flask as f; f.escape('<')", "flask.escape", "markupsafe"),
        ("import flask; flask.json.JSONEncoder()", "flask.json.JSONEncoder", "provider"),
        ("from flask import json; json.JSONEncoder", "flask.json.JSONEncoder", "provider"),
        ("from werkzeug import secure_filename", "werkzeug.secure_filename", "werkzeug.utils"),
        ("anything.before_first_request(f)", ".before_first_request", "command"),
        ("app.json_encoder = Own", ".json_encoder", "app.json"),
        ("import flask\nx = flask.Flask('x')\nx.use_x_sendfile", ".use_x_sendfile", "config"),
    ],
)
def test_names_that_flask_3_has_not_either(
    findings: Callable[[str], list[str]], source: str, name: str, advice: str
) -> None:
    (found,) = findings(source)
    line = source.count("\n") + 1
    assert found.startswith(f"{line}: {name} is gone, from Flask 3 too: ")
    assert advice in found


def test_a_private_name_that_quaff_has_not(findings: Callable[[str], list[str]]) -> None:
    (found,) = findings("from flask.app import _secret_of_flask, Flask")
    assert found == (
        "1: Quaff's flask has no flask.app._secret_of_flask, which is no part of Flask's interface."
    )


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    from flask import Markup\nexcept ImportError:\n    import markupsafe",
        "try:\n    from flask import Markup\nexcept:\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flask import Markup",
        "from flask import sansio, wrappers, cli, json, app as application",
        "from flask.sansio.scaffold import Scaffold, _endpoint_from_view_func",
        "encoder.json_encoder = Own",
        "import flask\nif hasattr(flask, 'x'):\n    pass\nelse:\n    flask.Markup",
        "from .flask import Markup",
        "config['JSON_SORT_KEYS']",
    ],
)
def test_what_is_no_matter(findings: Callable[[str], list[str]], source: str) -> None:
    assert findings(source) == []


def test_the_branch_for_a_missing_name_is_read(findings: Callable[[str], list[str]]) -> None:
    source = "try:\n    import x\nexcept ImportError:\n    from flask import Markup"
    assert [found[:16] for found in findings(source)] == ["4: flask.Markup "]


@pytest.mark.parametrize(
    "source",
    [
        "app.config['JSON_SORT_KEYS'] = False",
        "self.app.config.update(DEBUG=True, JSON_SORT_KEYS=False)",
    ],
)
def test_settings_without_effect(findings: Callable[[str], list[str]], source: str) -> None:
    (found,) = findings(source)
    assert found == (
        "1: The setting JSON_SORT_KEYS has no effect, in Flask 3 neither: set app.json.sort_keys."
    )


@pytest.mark.parametrize(
    "body",
    ["asyncio.create_task(work())", "task = asyncio.create_task(work())", "ensure_future(work())"],
)
def test_tasks_that_nobody_awaits(findings: Callable[[str], list[str]], body: str) -> None:
    (found,) = findings(
        f"import asyncio\nfrom asyncio import ensure_future\nasync def view():\n    {body}"
    )
    assert found.startswith("4: asyncio.")
    assert "on Quaff it goes on" in found


@pytest.mark.parametrize(
    "body",
    [
        "task = asyncio.create_task(work())\n    await task",
        "await asyncio.create_task(work())",
        "tasks.add(asyncio.create_task(work()))",
    ],
)
def test_tasks_that_somebody_has(findings: Callable[[str], list[str]], body: str) -> None:
    assert findings(f"import asyncio\nasync def view():\n    {body}") == []


def test_what_blocks_every_coroutine(findings: Callable[[str], list[str]]) -> None:
    (found,) = findings(
        """\
        import time, requests
        def sync():
            time.sleep(1)
        async def view():
            def inner():
                requests.get("/")
            time.sleep(1)
        """
    )
    assert found.startswith("7: time.sleep() in a coroutine holds up every other one")


def test_a_view_that_changes_the_limit_of_bodies(findings: Callable[[str], list[str]]) -> None:
    (found,) = findings(
        "from flask import request\ndef view():\n    request.max_content_length = 9"
    )
    assert found.startswith("3: Under ASGI and RSGI a body is read before the view")
    assert findings("response.max_content_length = 9") == []


def test_the_alias_must_come_first(findings: Callable[[str], list[str]]) -> None:
    (found,) = findings("import flask_login\nimport quaff.as_flask\nimport flask")
    assert found == "2: flask_login is imported before quaff.as_flask, which must come first."
    assert findings("import quaff.as_flask\nimport flask_login") == []


def test_extensions_by_requirement_and_by_import(write: Write, invoke: Invoke) -> None:
    write("requirements/base.in", "Flask_Login==0.6\nFlask-Unheard-Of>=1; python_version>'3'\n")
    write("my_app.py", "import flask_wtf.csrf\nimport sentry_sdk")
    result = invoke("check")
    assert result.exit_code == 0
    lines = [line.partition(",")[0] for line in result.stdout.splitlines()]
    assert lines == [
        "Flask-Login: runs",
        "Flask-WTF: runs",
        "sentry-sdk: runs",
        "flask-unheard-of: not tried yet.",
        "Nothing to do.",
    ]


@pytest.mark.parametrize(
    "table",
    [
        '[project]\ndependencies = [\n"Flask-Script>=2"]',
        '[project.optional-dependencies]\nx = [\n"Flask-Script"]',
        '[dependency-groups]\nx = [{include-group = "y"},\n"Flask-Script"]',
        '[tool.poetry.dependencies]\nflask = "3"\nFlask-Script = "^2"',
        '[tool.poetry.group.dev.dependencies]\npytest = "8"\nFlask-Script = "^2"',
    ],
)
def test_an_extension_that_cannot_run(write: Write, invoke: Invoke, table: str) -> None:
    write("pyproject.toml", table)
    result = invoke("check")
    assert result.stdout.startswith("pyproject.toml:3: Flask-Script does not run.")
    assert result.stdout.endswith("1 finding.\n")
    assert result.exit_code == 1


def test_a_project_is_read_without_foreign_code(write: Write, invoke: Invoke) -> None:
    old = "from flask import Markup"
    for name in ("venv/lib/x.py", ".tox/x.py", "node_modules/x.py", "b/my_b.py", "my_a.py"):
        write(name, old)
    write("venv/pyvenv.cfg", "")
    lines = invoke("check").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["b/my_b.py", "my_a.py", "2 findings."]


def test_what_is_no_python_is_a_finding(findings: Callable[[str], list[str]]) -> None:
    (found,) = findings("x = 1\nprint 'hello'")
    assert found.startswith("2: This is no Python: ")


def test_the_project_is_not_imported(write: Write, invoke: Invoke) -> None:
    write("my_app.py", "raise SystemExit('imported')")
    assert invoke("check").exit_code == 0
