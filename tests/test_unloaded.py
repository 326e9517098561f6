"""Tests of modules whose own code runs on use, in processes of their own: ours has run it."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "module",
    [
        *("werkzeug.serving", "werkzeug.test", "msgspec._core", "itsdangerous.serializer"),
        "email.charset",
        *("quaff.http.file_source", "quaff.gateways.answers", "quaff.views"),
    ],
)
def test_import_quaff_does_not_load(module: str) -> None:
    assert run(f"import sys, quaff; print({module!r} in sys.modules)") == "False"


def test_a_request_that_needs_only_its_view_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    code = f"""
import sys
from quaff import Quaff

app = Quaff("hello", root_path={str(tmp_path)!r})

@app.route("/")
def hello():
    return "Hello"

def names():
    return {{name for name, module in sys.modules.items() if "_unloaded" not in vars(module)}}

environ = {{
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "wsgi.url_scheme": "http",
}}
before = names()
body = b"".join(app(environ, lambda status, headers: print(status)))
print(body.decode(), names() - before)
"""
    assert run(code) == "200 OK\nHello set()"


@pytest.mark.parametrize(
    "use",
    [
        "import werkzeug; print(werkzeug.run_simple.__name__)",
        "from werkzeug import run_simple; print(run_simple.__name__)",
        "import werkzeug; print(werkzeug.serving.run_simple.__name__)",
        "from werkzeug import serving; print(serving.run_simple.__name__)",
        "from werkzeug import *; print(run_simple.__name__)",
    ],
)
def test_a_name_that_is_asked_for_is_there(use: str) -> None:
    assert run(f"import quaff; {use}") == "run_simple"


@pytest.mark.parametrize(
    "use",
    [
        "import email.utils; print(email.utils.quote.__name__)",
        "import email; print(email.utils.quote.__name__)",
        "from email.utils import quote; print(quote.__name__)",
        "from email import utils; print(max(set(dir(utils)) & {'quote'}))",
    ],
)
def test_a_name_of_a_module_in_a_package_is_there(use: str) -> None:
    assert run(f"import quaff; {use}") == "quote"


def test_what_was_put_into_a_module_before_it_runs_stays() -> None:
    code = "import quaff; from email import utils; utils.quote = 1; utils.parseaddr"
    code += "; print(utils.quote)"
    assert run(code) == "1"


def test_every_public_name_is_listed_and_given_to_import_all() -> None:
    code = """
import quaff
listed = set(dir(quaff))
from quaff import *
print(render_template.__name__, abort.__name__, json.dumps.__name__)
print({"render_template", "abort", "json", "Quaff"} <= listed)
"""
    assert run(code) == "render_template abort dumps\nTrue"


def test_modules_of_names_that_are_loaded_later_are_there() -> None:
    code = "import quaff; print(quaff.views.View is quaff.View, quaff.json.dumps.__name__)"
    assert run(code) == "True dumps"


def test_a_package_that_was_used_is_an_ordinary_module() -> None:
    code = "import quaff, types, msgspec; msgspec.Struct; print(type(msgspec) is types.ModuleType)"
    assert run(code) == "True"


def test_a_package_that_was_imported_before_stays() -> None:
    code = "import werkzeug, types, quaff; print(type(werkzeug) is types.ModuleType)"
    assert run(code) == "True"


def test_a_name_that_a_package_does_not_have_is_an_attribute_error() -> None:
    code = "import quaff, werkzeug\ntry: werkzeug.nothing\nexcept AttributeError as e: print(e)"
    assert run(code) == "module 'werkzeug' has no attribute 'nothing'"


def test_also_its_version_is_there() -> None:
    assert run("import quaff, msgspec; print(msgspec.__version__)") == metadata.version("msgspec")


def test_what_a_package_raises_is_raised_again_at_the_next_use(tmp_path: Path) -> None:
    (tmp_path / "broken_package").mkdir()
    (tmp_path / "broken_package" / "__init__.py").write_text("1 / 0")
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from quaff.unloaded import load_on_use
load_on_use("broken_package")
import broken_package
for _ in range(2):
    try:
        broken_package.name
    except ZeroDivisionError:
        print("raised")
"""
    assert run(code) == "raised\nraised"


def test_threads_that_ask_at_once_all_get_the_name() -> None:
    code = """
import quaff, threading, msgspec
barrier = threading.Barrier(8)
found = []
def ask():
    barrier.wait()
    found.append(msgspec.Struct)
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found))
"""
    assert run(code) == "8"
