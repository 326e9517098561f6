"""The To-Do list answers alike on Quaff, on Flask, and on FastAPI where that is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks import ROOT
from benchmarks.whole import REQUESTS, command

#: Asks a program of the module in argv each request on stdin, and prints the answers.
ASK = """
import importlib, json, sys
from benchmarks.drivers import DRIVERS
from benchmarks.messages import Message
version, interface, token = sys.argv[1:]
program = importlib.import_module(f"benchmarks.todo.{version}_version").program()
driver = DRIVERS[interface](program)
answers = []
for method, target, value in json.load(sys.stdin):
    path, _, query = target.partition("?")
    body = b"" if value is None else json.dumps(value).encode()
    fields = (("authorization", f"Bearer {token}"), ("content-type", "application/json"))
    answer = driver.ask(Message(path, method, query, fields, body))
    answers.append([answer.status, json.loads(answer.body)])
driver.close()
print(json.dumps(answers))
"""
VERSIONS = [("flask", "wsgi"), *([("fastapi", "asgi")] if find_spec("fastapi") else [])]


def run(arguments: list[str], database: Path, given: Any = None) -> str:
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(("version", "interface"), VERSIONS)
def test_all_versions_answer_alike(version: str, interface: str, tmp_path: Path) -> None:
    database = tmp_path / "todo.sqlite"
    token = run(["-m", "benchmarks.todo.prepare"], database).split()[-1]
    expected = json.loads(run(["-c", ASK, "quaff", "wsgi", token], database, REQUESTS))
    assert [status for status, _ in expected] == [200] * len(REQUESTS)
    assert expected[0][1]["note"] == "checked"
    assert len(expected[2][1]["tasks"]) == 20
    assert json.loads(run(["-c", ASK, version, interface, token], database, REQUESTS)) == expected


def test_every_server_is_told_where_the_program_is() -> None:
    for server, interface in [("granian", "wsgi"), ("uvicorn", "asgi"), ("gunicorn", "wsgi")]:
        words = command("flask", server, interface, 8123)
        assert any("benchmarks.todo.flask_version:program" in word for word in words)
        assert any("8123" in word for word in words)
