"""Tasks: everything that a user can do with their own, and only with those."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select

from .database import database
from .models import PRIORITIES, Priority, Task, User
from .validation import LINE, Day, Note, Title, given

T = TypeVar("T")
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


_OWN_TASK = select(Task).where(Task.owner_id == bindparam("owner"), Task.id == bindparam("number"))
_DUE = {
    "late": Task.due < bindparam("today"),
    "today": Task.due == bindparam("today"),
    "week": Task.due.between(bindparam("today"), bindparam("week")),
}
_URGENCY: tuple[ColumnElement[Any], ...] = (
    Task.finished.is_not(None),
    # What was done last comes first among what is done.
    Task.finished.desc(),
    Task.due.is_(None),
    Task.due,
    case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Task.priority),
    Task.id.desc(),
)


class Page(Struct, Generic[T]):
    """A part of a list.

    Args:
        tasks: what is on the page; nothing, if it is after the last.
        page: which page it is, from 1.
        pages: how many there are, at least 1.
        total: how many tasks are on all of them.
    """

    tasks: list[T]
    page: int
    pages: int
    total: int


def listed(owner: User, filters: Filters) -> Page[Task]:
    """A page of a user's tasks: what is open before what is done, the most urgent first."""
    values = {
        "owner": owner.id,
        # The signs that LIKE knows are looked for as such.
        "words": re.sub("([%_/])", r"/\1", filters.search),
        "today": today(),
        "week": today() + timedelta(days=6),
        "before": (filters.page - 1) * PAGE_SIZE,
    }
    chosen = (filters.state, bool(filters.search), filters.due, filters.priority)
    count, part = _listing(*chosen)
    total = database().scalar(count, values) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    return Page(list(database().scalars(part, values)), filters.page, pages, total)


@cache
def _listing(
    state: str, searched: bool, due: str | None, priority: str | None
) -> tuple[Select[tuple[int]], Select[tuple[Task]]]:
    """What counts a list and what reads a page of it: each is put together once and kept."""
    wanted = [Task.owner_id == bindparam("owner")]
    if state != "all":
        wanted.append(Task.finished.is_(None) == (state == "open"))
    if searched:
        fields = (Task.title, Task.note)
        wanted.append(or_(*(field.icontains(bindparam("words"), escape="/") for field in fields)))
    if due is not None:
        wanted.append(_DUE[due])
    if priority is not None:
        wanted.append(Task.priority == priority)
    part = select(Task).where(*wanted).order_by(*_URGENCY).limit(PAGE_SIZE)
    return select(func.count(Task.id)).where(*wanted), part.offset(bindparam("before"))


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
    values = {"owner": owner.id, "number": number}
    return database().scalar(_OWN_TASK, values) if number < 2**31 else None


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
