"""The alias: `flask` means Quaff, in this process and in its children."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(code: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own, with no variables of the alias but those given."""
    unwanted = ("QUAFF_", "FLASK_", "PYTEST")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        env={**inherited, **environment},
        check=False,
    )


def output(code: str, *options: str, **environment: str) -> str:
    done = run(code, *options, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_flask_gives_quaff() -> None:
    code = """
import quaff.as_flask
import flask, flask.json.tag, flask.sansio.app
from flask import Flask
from quaff import Quaff
print(issubclass(Flask, Quaff), Flask.__module__, flask.json.tag.__name__)
"""
    assert output(code) == "True flask.app quaff.flask.json.tag"


def test_the_environment_is_enough() -> None:
    code = "import sys; print('flask' in sys.modules and sys.modules['flask'].__name__)"
    assert output(code, QUAFF_AS_FLASK="1") == "quaff.flask"
    assert output(code) == "False"


def test_children_inherit_it() -> None:
    code = """
import quaff.as_flask, subprocess, sys
print(subprocess.check_output([sys.executable, "-c", "import flask; print(flask.__name__)"]))
"""
    assert "quaff.flask" in output(code)


def test_it_refuses_where_flask_was_imported_and_says_by_whom(tmp_path: Path) -> None:
    (tmp_path / "flask.py").write_text("class Flask: pass\n")
    (tmp_path / "culprit.py").write_text("from flask import Flask\n")
    done = run("import culprit, quaff.as_flask", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert "RealFlaskImported" in message
    assert "by culprit" in message
    assert "pytest -p quaff.as_flask" in message


@pytest.mark.parametrize("name", ["flask.scaffold", "flask._compat", "flask.ext"])
def test_modules_that_flask_no_longer_has_are_absent(name: str) -> None:
    done = run(f"import quaff.as_flask; import {name}")
    assert f"No module named '{name}'" in done.stderr


@pytest.mark.parametrize("name", ["Markup", "escape", "_request_ctx_stack", "json_available"])
def test_names_that_flask_no_longer_has_are_absent(name: str) -> None:
    done = run(f"import quaff.as_flask; from flask import {name}")
    assert "ImportError" in done.stderr


def test_the_version_of_flask_is_known() -> None:
    code = """
import quaff.as_flask, warnings
from importlib.metadata import version
import flask
warnings.simplefilter("ignore")
print(version("flask").startswith("3."), version("flask") == flask.__version__)
"""
    assert output(code) == "True True"


def test_the_version_is_known_without_flask_installed() -> None:
    code = """
import importlib.metadata as metadata
real = metadata.Distribution.from_name
finders = __import__("sys").meta_path
class Hidden(metadata.MetadataPathFinder):
    @classmethod
    def find_distributions(cls, context=metadata.DistributionFinder.Context()):
        return [] if context.name == "flask" else super().find_distributions(context)
for number, finder in enumerate(finders):
    if getattr(finder, "__name__", "") == "PathFinder":
        finder.find_distributions = Hidden.find_distributions
import quaff.as_flask
print(metadata.version("flask"))
"""
    assert output(code) == "3.1.3"


def test_patching_the_mirror_reaches_the_core() -> None:
    code = """
import quaff.as_flask
import flask, flask.templating
flask.templating._render = lambda app, template, context: "patched"
app = flask.Flask(__name__)
with app.app_context():
    print(flask.render_template_string("plain"))
"""
    assert output(code) == "patched"


def test_the_defaults_are_flasks() -> None:
    code = """
import quaff.as_flask
from flask import Flask, jsonify, session
app = Flask(__name__)
app.secret_key = "x"
@app.route("/")
def index():
    session["a"] = 1
    return jsonify(b=1, a="é")
response = app.test_client().get("/")
print(app.config["MAX_CONTENT_LENGTH"], response.headers["Set-Cookie"].count("SameSite"))
print(response.text)
"""
    assert output(code).splitlines() == ["None 0", '{"a":"\\u00e9","b":1}']


def test_python_m_flask(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=tmp_path,
        env={**os.environ, "QUAFF_AS_FLASK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "/static/<path:filename>" in done.stdout, done.stderr


def test_the_real_flask_is_never_imported() -> None:
    if importlib.util.find_spec("flask") is None:
        pytest.skip("the real Flask is not installed")
    code = """
import quaff.as_flask, sys, sysconfig, pathlib
import flask, flask.cli, flask.testing
real = pathlib.Path(sysconfig.get_paths()["purelib"], "flask")
print([n for n, m in sys.modules.items() if str(getattr(m, "__file__", "")).startswith(f"{real}/")])
"""
    assert output(code) == "[]"
