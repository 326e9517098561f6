"""How an installation begins."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from examples.todo import _kept_secret, create_app, database, demo
from examples.todo.models import Base
from quaff import Quaff

from .conftest import FAST, Browser


def start(folder: Path, **config: Any) -> Quaff:
    """An application on a file."""
    url = f"sqlite:///{folder}/todo.sqlite"
    return create_app({"DATABASE_URL": url, "SECRET_KEY": "x", "PASSWORD_METHOD": FAST, **config})


def test_the_demonstration_has_an_account_with_tasks(tmp_path: Path) -> None:
    app = start(tmp_path, DEMO=True, GATEWAY="wsgi")
    browser = Browser(app)
    assert "This is a demonstration" in browser.get("/login").text
    assert browser.log_in(demo.NAME, demo.PASSWORD).status_code == 302
    assert len(browser.titles("state=all")) == len(demo.TASKS)
    # A second start adds nothing.
    start(tmp_path, DEMO=True)
    assert len(browser.titles("state=all")) == len(demo.TASKS)


def test_there_is_no_such_account_otherwise(tmp_path: Path) -> None:
    browser = Browser(start(tmp_path, GATEWAY="wsgi"))
    assert "demonstration" not in browser.get("/login").text
    assert browser.log_in(demo.NAME, demo.PASSWORD).status_code == 422


def _start_worker(folder: Path, everybody: Barrier) -> None:
    everybody.wait()
    start(folder, DEMO=True)


def test_several_workers_start_at_once(tmp_path: Path) -> None:
    # Processes, as workers are.
    processes = get_context("spawn")
    everybody = processes.Barrier(4)
    workers = [
        processes.Process(target=_start_worker, args=(tmp_path, everybody)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    with sqlite3.connect(tmp_path / "todo.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (len(demo.TASKS),)
    connection.close()


def test_several_workers_have_one_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret-key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(_kept_secret, [file] * 32))
    assert secrets == {file.read_text()}
    assert len(file.read_text()) == 64
    assert file.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [file]


def test_settings_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/named.sqlite")
    monkeypatch.setenv("SECRET_KEY", "named")
    monkeypatch.setenv("TODO_DEMO", "1")
    app = create_app({"PASSWORD_METHOD": FAST})
    assert app.config["SECRET_KEY"] == "named"
    assert app.config["DEMO"] is True
    assert (tmp_path / "named.sqlite").exists()


def test_data_is_in_the_instance_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(Quaff, "auto_find_instance_path", lambda self: str(tmp_path / "instance"))
    app = create_app()
    names = {path.name for path in (tmp_path / "instance").iterdir()}
    assert {"todo.sqlite", "secret-key"} <= names
    assert app.config["SECRET_KEY"] == (tmp_path / "instance" / "secret-key").read_text()


def test_on_postgresql_a_command_makes_the_tables(postgresql_url: str) -> None:
    app = create_app({"DATABASE_URL": postgresql_url, "SECRET_KEY": "x"})
    engine = database.engine_of(app)
    assert not inspect(engine).has_table("tasks")
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["init-db"])
        assert result.output == "The tables are there.\n"
    assert inspect(engine).has_table("tasks")
    Base.metadata.drop_all(engine)


def test_sqlite_finds_letters_of_any_script(tmp_path: Path) -> None:
    browser = Browser(start(tmp_path, GATEWAY="wsgi"))
    browser.register("ada")
    browser.add("Öl wechseln")
    assert browser.titles("search=öL") == ["Öl wechseln"]
