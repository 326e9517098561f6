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

from tests.services import PATIENCE, ROOT, program

PYTHON_STEPS = """
import sys

from todo_client import AuthenticatedClient, Client
from todo_client.api.profile import api_profile
from todo_client.api.tasks import (
    api_change_task, api_create_task, api_delete_task, api_list_tasks, api_task
)
from todo_client.models import (
    NewTask, PageTask, Problem, Profile, Task, TaskChanges, ValidationProblem
)

address, token = sys.argv[1:]
with AuthenticatedClient(base_url=address, token=token) as client:
    profile = api_profile.sync(client=client)
    assert isinstance(profile, Profile)
    print(profile.name)
    task = api_create_task.sync(client=client, body=NewTask(title="new"))
    assert isinstance(task, Task)
    changed = api_change_task.sync(task.id, client=client, body=TaskChanges(done=True))
    assert isinstance(changed, Task)
    page = api_list_tasks.sync(client=client, search="new", state="done")
    assert isinstance(page, PageTask)
    print(page.tasks == [changed], changed.finished.year > 2000)
    print(int(api_delete_task.sync_detailed(task.id, client=client).status_code))
    missing = api_task.sync(task.id, client=client)
    assert isinstance(missing, Problem)
    print(missing.status)
    wrong = api_create_task.sync(client=client, body=NewTask(title=""))
    assert isinstance(wrong, ValidationProblem)
    print(".".join(wrong.errors[0].loc))
with Client(base_url=address) as stranger:
    refused = api_profile.sync(client=stranger)
    assert isinstance(refused, Problem)
    print(refused.status)
"""

TYPESCRIPT_STEPS = """
import { ApiError, Client, PageTask, Problem, Task } from "./client";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [address, token] = process.argv.slice(2);
  const client = new Client({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });
  console.log((await client.apiProfile()).name);
  const task: Task = await client.apiCreateTask({ body: { title: "new" } });
  const number = task.id;
  const changed = await client.apiChangeTask({ number, body: { done: true } });
  const page: PageTask = await client.apiListTasks({ search: "new", state: "done" });
  const finished = changed.finished !== null && changed.finished > "2000";
  console.log(page.tasks[0].url === changed.url ? "True" : "False", finished ? "True" : "False");
  console.log((await client.apiDeleteTask({ number })) === undefined ? 204 : 200);
  const stranger = new Client({ baseUrl: address });
  const title = "";
  for (const act of [
    () => client.apiTask({ number }),
    () => client.apiCreateTask({ body: { title } }),
    () => stranger.apiProfile(),
  ]) {
    try {
      await act();
    } catch (error) {
      const problem = (error as ApiError).body as Problem & { errors?: Array<{ loc: string[] }> };
      console.log(problem.errors ? problem.errors[0].loc.join(".") : problem.status);
    }
  }
}

main();
"""
#: What both print.
PRINTED = ["demo", "True", "True", "204", "404", "body.title", "401"]


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
    assert output == PRINTED


def test_the_client_in_typescript(running: tuple[str, str], tmp_path: Path) -> None:
    written("typescript", tmp_path, tmp_path)
    (tmp_path / "steps.ts").write_text(TYPESCRIPT_STEPS)
    options = ["--strict", "--target", "es2020", "--module", "commonjs"]
    options += ["--lib", "dom,dom.iterable,es2020"]
    assert output_of(tmp_path, program("tsc"), *options, "steps.ts") == []
    output = output_of(tmp_path, program("node"), "steps.js", *running)
    assert output == PRINTED
