"""One engine an application, one session a context."""

from __future__ import annotations

import re
from typing import Any

import click
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from quaff import Quaff, current_app, g

from .models import Base


def init_app(app: Quaff) -> None:
    """Connect the application to DATABASE_URL, and end each context's session with it."""
    url = re.sub("^postgres(ql)?://", "postgresql+psycopg://", app.config["DATABASE_URL"])
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    app.extensions["engine"] = engine

    @app.cli.command("init-db")
    def init_db() -> None:
        """Make the tables that are missing."""
        create_tables(app)
        click.echo("The tables are there.")

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:
        session = g.pop("database", None)
        if session is not None:
            session.close()


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Readers and a writer at once, as with several workers.
    connection.execute("PRAGMA journal_mode = WAL")
    # SQLite's own knows ASCII only: a search for "öl" would not find "Öl".
    connection.create_function("lower", 1, lambda text: text and text.lower(), deterministic=True)


def create_tables(app: Quaff) -> None:
    """Make the tables that are missing, however many workers do so at the same time."""
    with engine_of(app).begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))


def engine_of(app: Quaff) -> Engine:
    """The application's engine."""
    engine: Engine = app.extensions["engine"]
    return engine


def database() -> Session:
    """The session of the current request or command."""
    if "database" not in g:
        g.database = Session(engine_of(current_app), expire_on_commit=False)
    session: Session = g.database
    return session
