"""One engine an application, one session a context."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from quaff import Quaff, current_app, g

from .models import Base


def init_app(app: Quaff) -> None:
    """Connect the application to DATABASE_URL, and end each context's session with it."""
    url = app.config["DATABASE_URL"]
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _obey_foreign_keys)
    app.extensions["engine"] = engine

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:
        session = g.pop("database", None)
        if session is not None:
            session.close()


def _obey_foreign_keys(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Readers and a writer at once, as with several workers.
    connection.execute("PRAGMA journal_mode = WAL")


def create_tables(app: Quaff) -> None:
    """Make the tables that are missing."""
    Base.metadata.create_all(engine_of(app))


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
