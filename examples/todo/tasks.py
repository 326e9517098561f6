"""Tasks: everything that a user can do with their own, and only with those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from .database import database
from .models import PRIORITIES, Task, User
from .validation import Check, choice, day, line, number, text, truth

STATES = ("open", "done", "all")
DUES = ("late", "today", "week")
PAGE_SIZE = 20

FIELDS: dict[str, Check] = {
    "title": line(1, 200),
    "note": text(5000),
    "due": day,
    "priority": choice(PRIORITIES),
}
CHANGES: dict[str, Check] = {**FIELDS, "done": truth}
FILTERS: dict[str, Check] = {
    "state": choice(STATES),
    "search": line(0, 100),
    "due": choice(DUES),
    "priority": choice(PRIORITIES),
    "page": number,
}


@dataclass(frozen=True)
class Page:
    """A part of a list.

    Args:
        tasks: what is on the page; nothing, if it is after the last.
        number: which page it is, from 1.
        pages: how many there are, at least 1.
        total: how many tasks are on all of them.
    """

    tasks: list[Task]
    number: int
    pages: int
    total: int


def listed(
    owner: User,
    state: str = "open",
    search: str = "",
    due: str | None = None,
    priority: str | None = None,
    page: int = 1,
) -> Page:
    """A page of a user's tasks: what is open before what is done, the most urgent first.

    Args:
        owner: whose.
        state: one of STATES.
        search: a part of the title or the note.
        due: one of DUES, or any time.
        priority: one of PRIORITIES, or any.
        page: which page, from 1.
    """
    query = _of(owner)
    if state != "all":
        query = query.where(Task.finished.is_(None) == (state == "open"))
    if search:
        # The signs that LIKE knows are looked for as such.
        fields = (Task.title, Task.note)
        query = query.where(or_(*(field.icontains(search, autoescape=True) for field in fields)))
    if due is not None:
        query = query.where(_is_due(due))
    if priority is not None:
        query = query.where(Task.priority == priority)
    total = database().scalar(select(func.count()).select_from(query.subquery())) or 0
    part = query.order_by(*_urgency()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    pages = max(1, -(-total // PAGE_SIZE))
    return Page(list(database().scalars(part)), page, pages, total)


def counts(owner: User) -> dict[str, int]:
    """How many tasks are in each state."""
    total, finished = (
        database()
        .execute(select(func.count(), func.count(Task.finished)).where(Task.owner_id == owner.id))
        .one()
    )
    return {"open": total - finished, "done": finished, "all": total}


def find(owner: User, number: int) -> Task | None:
    """A task by its number, if it is this user's."""
    # PostgreSQL's integers end here.
    return database().scalar(_of(owner).where(Task.id == number)) if number < 2**31 else None


def create(owner: User, title: str, **fields: Any) -> Task:
    """A new task, with what FIELDS has."""
    task = Task(owner_id=owner.id, title=title, **fields)
    database().add(task)
    database().commit()
    return task


def change(task: Task, **fields: Any) -> Task:
    """Change what CHANGES has."""
    for name, value in fields.items():
        setattr(task, name, value)
    database().commit()
    return task


def delete(task: Task) -> None:
    """Remove a task."""
    database().delete(task)
    database().commit()


def today() -> date:
    """The day that it is where the server is (TZ)."""
    return date.today()


def _of(owner: User) -> Select[tuple[Task]]:
    return select(Task).where(Task.owner_id == owner.id)


def _is_due(due: str) -> ColumnElement[bool]:
    match due:
        case "late":
            return Task.due < today()
        case "today":
            return Task.due == today()
        case _:
            return Task.due.between(today(), today() + timedelta(days=6))


def _urgency() -> tuple[ColumnElement[Any], ...]:
    # What was done last comes first among what is done.
    return (
        Task.finished.is_not(None),
        Task.finished.desc(),
        Task.due.is_(None),
        Task.due,
        case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Task.priority),
        Task.id.desc(),
    )
