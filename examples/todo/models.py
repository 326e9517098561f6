"""The tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

Theme = Literal["auto", "light", "dark"]
Priority = Literal["high", "normal", "low"]
THEMES: tuple[Theme, ...] = get_args(Theme)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)


def now() -> datetime:
    """The time in UTC, without zone, as it is stored."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Base(DeclarativeBase):
    """Base of the tables."""


class User(Base):
    """Somebody with an account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    theme: Mapped[Theme] = mapped_column(String(8), default="auto")
    created: Mapped[datetime] = mapped_column(default=now)
    #: Changes with the password, so that the sessions of before end.
    generation: Mapped[int] = mapped_column(default=0)

    @validates("name", "email")
    def _without_margins(self, field: str, text: str) -> str:
        return text.strip()

    tasks: Mapped[list[Task]] = relationship(back_populates="owner", cascade="all, delete-orphan")
    tokens: Mapped[list[Token]] = relationship(back_populates="user", cascade="all, delete-orphan")


# Ada is ADA, also when both register in the same moment.
Index("users_by_name", func.lower(User.name), unique=True)


class Task(Base):
    """Something to do."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(default=None)
    priority: Mapped[Priority] = mapped_column(String(8), default="normal")
    created: Mapped[datetime] = mapped_column(default=now)
    #: When it was done, or None while it is open.
    finished: Mapped[datetime | None] = mapped_column(default=None)

    owner: Mapped[User] = relationship(back_populates="tasks")

    @validates("title")
    def _without_margins(self, field: str, text: str) -> str:
        return text.strip()

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.finished is not None

    @done.setter
    def done(self, done: bool) -> None:
        if done != self.done:
            self.finished = now() if done else None


class Token(Base):
    """Access to the API. Only a hash of it is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="tokens")
