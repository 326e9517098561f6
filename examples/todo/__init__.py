"""A To-Do list: pages and a JSON API over the same code.

    quaff --app examples.todo:create_app run

`users` and `tasks` are the application; they know no HTTP. `validation` checks what comes in,
wherever it comes from. `pages` and `api` are two ways to reach them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import click

from quaff import Quaff

from . import api, database, errors, login, pages, users


def create_app(config: dict[str, Any] | None = None) -> Quaff:
    """The application.

    Args:
        config: settings that go before those of the environment: DATABASE_URL, SECRET_KEY,
            DEMO (make an account to try it with), and Quaff's own.
    """
    app = Quaff(__name__)
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(
        DATABASE_URL=os.environ.get("DATABASE_URL", f"sqlite:///{app.instance_path}/todo.sqlite"),
        DEMO=os.environ.get("TODO_DEMO") == "1",
    )
    app.config.from_mapping(config)
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _secret_key(Path(app.instance_path))

    database.init_app(app)
    login.init_app(app)
    errors.init_app(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)

    @app.cli.command("init-db")
    def init_db() -> None:
        """Make the tables."""
        database.create_tables(app)
        click.echo("The tables are there.")

    database.create_tables(app)
    if app.config["DEMO"]:
        with app.app_context():
            users.ensure_demo_account()
    return app


def _secret_key(folder: Path) -> str:
    """The secret of this installation, made on the first start and kept in the instance folder."""
    file = folder / "secret-key"
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_hex())
    except FileExistsError:
        pass
    return file.read_text()
