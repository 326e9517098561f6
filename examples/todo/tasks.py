"""Tasks: everything that a user can do with their own, and only with those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import ColumnElement, Select, case, func, or_, select

from .database import database
from .models import PRIORITIES, Priority, Task, User
from .validation import LINE, Day, Note, Title, given

PAGE_SIZE = 20


class NewTask(Struct, forbid_unknown_fields=True):
    """A task as its owner describes it."""

    title: Title
    note: Note = ""
    due: Day = None
    priority: Priority = "normal"


class TaskChanges(Struct, forbid_unknown_fields=True):
    """What is to change of a task; what is left out stays."""

    title: Title | UnsetType = UNSET
    note: Note | UnsetType = UNSET
    due: Day | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    done: bool | UnsetType = UNSET


class Filters(Struct, omit_defaults=True):
    """Which tasks are listed, and which page of them."""

    state: Literal["open", "done", "all"] = "open"
    search: Annotated[
        str, Meta(max_length=100, pattern=LINE, description="a part of title or note")
    ] = ""
    due: Literal["late", "today", "week"] | None = None
    priority: Priority | None = None
    page: Annotated[int, Meta(ge=1, le=99999, description="from 1")] = 1


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


def listed(owner: User, filters: Filters) -> Page:
    """A page of a user's tasks: what is open before what is done, the most urgent first."""
    query = _of(owner)
    if filters.state != "all":
        query = query.where(Task.finished.is_(None) == (filters.state == "open"))
    if filters.search:
        # The signs that LIKE knows are looked for as such.
        fields = (Task.title, Task.note)
        words = filters.search
        query = query.where(or_(*(field.icontains(words, autoescape=True) for field in fields)))
    if filters.due is not None:
        query = query.where(_is_due(filters.due))
    if filters.priority is not None:
        query = query.where(Task.priority == filters.priority)
    total = database().scalar(select(func.count()).select_from(query.subquery())) or 0
    part = query.order_by(*_urgency()).limit(PAGE_SIZE).offset((filters.page - 1) * PAGE_SIZE)
    pages = max(1, -(-total // PAGE_SIZE))
    return Page(list(database().scalars(part)), filters.page, pages, total)


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


def create(owner: User, new: NewTask) -> Task:
    """A new task."""
    task = Task(owner_id=owner.id, **given(new))
    database().add(task)
    database().commit()
    return task


def change(task: Task, changes: NewTask | TaskChanges) -> Task:
    """Change some fields of a task."""
    for name, value in given(changes).items():
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
