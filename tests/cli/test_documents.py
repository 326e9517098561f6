from __future__ import annotations

import json

import pytest
import yaml
from werkzeug.utils import import_string

from quaff.cli import cli
from quaff.flask.cli import cli as flask_cli

APP = """
    from quaff import Quaff
    app = Quaff(__name__)

    @app.get("/books/<int:number>")
    def book(number):
        return {}

    @app.websocket("/echo", receives=str, sends=str)
    async def echo(ws): ...
"""


@pytest.fixture(autouse=True)
def project(write):
    write("my_app.py", APP)


def test_json_is_written(invoke):
    result = invoke("--app", "my_app", "openapi")
    assert result.exit_code == 0
    document = json.loads(result.output)
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == ["/books/{number}"]
    assert result.output.startswith('{\n  "openapi": ')
    assert result.output.endswith("}\n")


def test_it_is_what_the_page_serves(invoke):
    for name in ("json", "yaml"):
        written = invoke("--app", "my_app", "openapi", "--format", name).output
        app = import_string("my_app:app")
        app.config["OPENAPI_DOCS"] = True
        assert written == app.test_client().get(f"/openapi.{name}").text


@pytest.mark.parametrize(
    ("arguments", "load"),
    [
        (["-o", "api.yaml"], yaml.safe_load),
        (["-o", "api.yml"], yaml.safe_load),
        (["-o", "api.json"], json.loads),
        (["-o", "api"], json.loads),
        (["--format", "yaml", "-o", "api.json"], yaml.safe_load),
        (["--format", "json", "-o", "api.yaml"], json.loads),
    ],
)
def test_a_file_is_written(invoke, tmp_path, arguments, load):
    result = invoke("--app", "my_app", "openapi", *arguments)
    assert result.exit_code == 0
    assert result.output == ""
    text = (tmp_path / arguments[-1]).read_text()
    assert "/books/{number}" in load(text)["paths"]
    assert text.startswith("{") == (load is json.loads)


def test_asyncapi_is_written_too(invoke, tmp_path):
    written = json.loads(invoke("--app", "my_app", "asyncapi").output)
    assert list(written["channels"]) == ["echo"]
    invoke("--app", "my_app", "asyncapi", "-o", "messages.yaml")
    assert yaml.safe_load((tmp_path / "messages.yaml").read_text()) == written


def test_a_program_that_only_has_flasks_commands_does_not_have_it():
    assert "openapi" in cli.commands
    assert "openapi" not in flask_cli.commands
