"""A To-Do list: pages and a JSON API over the same code.

    quaff --app examples.todo run

`users` and `tasks` are the application; they know no HTTP. `validation` checks what comes in,
wherever it comes from. The pages and the API are two ways to reach them.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from quaff import Quaff

from . import account_pages, api, csrf, database, demo, errors, headers, login, task_pages, users


def create_app(config: dict[str, Any] | None = None) -> Quaff:
    """The application.

    Args:
        config: settings that go before those of the environment: DATABASE_URL, SECRET_KEY,
            DEMO (make an account to try it with), PASSWORD_METHOD, and Quaff's own.
    """
    app = Quaff(__name__, errors="problem")
    app.config.from_mapping(
        DATABASE_URL=os.environ.get("DATABASE_URL"),
        SECRET_KEY=os.environ.get("SECRET_KEY"),
        DEMO=os.environ.get("TODO_DEMO") == "1",
        PASSWORD_METHOD="scrypt",
        # The longest note fits several times.
        MAX_CONTENT_LENGTH=256 * 1024,
        OPENAPI_TITLE="To-Do",
        OPENAPI_DESCRIPTION=api.__doc__,
        OPENAPI_SECURITY_SCHEMES={"token": "bearer", "session": "session"},
    )
    app.config.from_mapping(config)
    if not app.config["DATABASE_URL"]:
        app.config["DATABASE_URL"] = f"sqlite:///{_instance(app) / 'todo.sqlite'}"
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _kept_secret(_instance(app) / "secret-key")

    for part in (database, users, errors, headers):
        part.init_app(app)
    for part in (account_pages, task_pages, api):
        app.register_blueprint(part.blueprint)
    app.add_template_global(login.session_user)
    app.add_template_global(csrf.token, "csrf_token")
    if app.config["DEMO"] or database.engine_of(app).dialect.name == "sqlite":
        # Others may not let the application make tables; they have the command.
        database.create_tables(app)
    if app.config["DEMO"]:
        with app.app_context():
            demo.prepare()
    return app


def _instance(app: Quaff) -> Path:
    """The folder of this installation's data."""
    folder = Path(app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept_secret(file: Path) -> str:
    """A secret that is made on the first start and then kept."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as new:
        new.write(secrets.token_hex())
        new.flush()
        # Whole or not at all, and the first of several workers wins.
        with suppress(FileExistsError):
            os.link(new.name, file)
    return file.read_text()
