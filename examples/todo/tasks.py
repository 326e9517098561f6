"""Tasks: everything that a user can do with their own, and only with those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select

from .database import database
from .models import Task, User
from .validation import Check, Invalid, day, text, truth

FIELDS: dict[str, Check] = {"title": text(1, 200), "note": text(0, 5000), "due": day}
CHANGES: dict[str, Check] = {**FIELDS, "done": truth}

STATES = ("open", "done", "all")
PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """A part of a list."""

    tasks: list[Task]
    number: int
    pages: int
    total: int


def listed(owner: User, state: str = "open", search: str = "", number: int = 1) -> Page:
    """A page of a user's tasks: open before done, the most urgent first.

    Raises:
        Invalid: there is no such state or page.
    """
    if state not in STATES:
        raise Invalid({"state": f"must be one of {', '.join(STATES)}"})
    if not 1 <= number <= 100_000:
        raise Invalid({"page": "must be a number from 1 to 100000"})
    query = _of(owner)
    if state != "all":
        query = query.where(Task.done == (state == "done"))
    if search:
        # The signs that LIKE knows are looked for as such.
        query = query.where(Task.title.icontains(search[:200].replace("\0", ""), autoescape=True))
    total = database().scalar(select(func.count()).select_from(query.subquery())) or 0
    urgency = (Task.done, case((Task.due.is_(None), 1), else_=0), Task.due, Task.id.desc())
    part = query.order_by(*urgency).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    pages = max(1, -(-total // PAGE_SIZE))
    return Page(list(database().scalars(part)), number, pages, total)


def counts(owner: User) -> dict[str, int]:
    """How many tasks are open, and how many done."""
    rows = database().execute(
        select(Task.done, func.count()).where(Task.owner_id == owner.id).group_by(Task.done)
    )
    by_state = {bool(done): int(count) for done, count in rows}
    return {"open": by_state.get(False, 0), "done": by_state.get(True, 0)}


def find(owner: User, number: int) -> Task | None:
    """A task by its number, if it is this user's."""
    if number > 2**31 - 1:
        return None
    return database().scalar(_of(owner).where(Task.id == number))


def create(owner: User, title: str, note: str = "", due: date | None = None) -> Task:
    """A new task."""
    task = Task(owner_id=owner.id, title=title, note=note, due=due)
    database().add(task)
    database().commit()
    return task


def change(task: Task, **fields: Any) -> Task:
    """Change fields of a task."""
    for name, value in fields.items():
        setattr(task, name, value)
    database().commit()
    return task


def delete(task: Task) -> None:
    """Remove a task."""
    database().delete(task)
    database().commit()


def _of(owner: User) -> Select[tuple[Task]]:
    return select(Task).where(Task.owner_id == owner.id)
