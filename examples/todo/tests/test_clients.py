"""Clients that `quaff client` writes, against the running application."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services import PATIENCE, program

from .conftest import ROOT

PYTHON_STEPS = """
import json
import sys

from todo_client import AuthenticatedClient, Client
from todo_client.api.api import api_delete_task, api_list_tasks, api_profile, api_task

address, token = sys.argv[1:]
with AuthenticatedClient(base_url=address, token=token) as client:
    print(json.loads(api_profile.sync_detailed(client=client).content)["name"])
    page = json.loads(api_list_tasks.sync_detailed(client=client).content)
    number = page["tasks"][0]["id"]
    one = api_task.sync_detailed(number, client=client)
    print(json.loads(one.content) == page["tasks"][0])
    print(int(api_delete_task.sync_detailed(number, client=client).status_code))
    print(int(api_task.sync_detailed(number, client=client).status_code))
with Client(base_url=address) as stranger:
    print(int(api_profile.sync_detailed(client=stranger).status_code))
"""

TYPESCRIPT_STEPS = """
import { ApiError, Client } from "./client";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [address, token] = process.argv.slice(2);
  const client = new Client({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });
  const profile = (await client.apiProfile()) as { name: string };
  console.log(profile.name);
  const page = (await client.apiListTasks()) as { tasks: Array<{ id: number; title: string }> };
  const number = page.tasks[0].id;
  const task = (await client.apiTask({ number })) as { title: string };
  console.log(task.title === page.tasks[0].title ? "True" : "False");
  console.log((await client.apiDeleteTask({ number })) === undefined ? 204 : 200);
  const stranger = new Client({ baseUrl: address });
  for (const act of [() => client.apiTask({ number }), () => stranger.apiProfile()]) {
    try {
      await act();
    } catch (error) {
      console.log((error as ApiError).status);
    }
  }
}

main();
"""


@pytest.fixture
def running(serving: Any) -> Iterator[tuple[str, str]]:
    """The address of the demonstration, and a token of its user."""
    with serving("--workers", "1") as address:
        credentials = {"name": "demo", "password": "demo"}
        response = httpx.post(f"{address}/api/tokens", json=credentials)
        yield address, response.json()["token"]


def written(language: str, folder: Path, tmp_path: Path) -> None:
    """Let the command write a client."""
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite", "SECRET_KEY": "x"}
    command = [sys.executable, "-m", "quaff", "--app", "examples.todo", "client", language]
    done = subprocess.run(
        [*command, "--output", str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def output_of(folder: Path, *command: str) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


def test_the_client_in_python(running: tuple[str, str], tmp_path: Path) -> None:
    written("python", tmp_path / "todo_client", tmp_path)
    (tmp_path / "steps.py").write_text(PYTHON_STEPS)
    output = output_of(tmp_path, sys.executable, "steps.py", *running)
    assert output == ["demo", "True", "204", "404", "401"]


def test_the_client_in_typescript(running: tuple[str, str], tmp_path: Path) -> None:
    written("typescript", tmp_path, tmp_path)
    (tmp_path / "steps.ts").write_text(TYPESCRIPT_STEPS)
    options = ["--strict", "--target", "es2020", "--module", "commonjs"]
    options += ["--lib", "dom,dom.iterable,es2020"]
    assert output_of(tmp_path, program("tsc"), *options, "steps.ts") == []
    output = output_of(tmp_path, program("node"), "steps.js", *running)
    assert output == ["demo", "True", "204", "404", "401"]
