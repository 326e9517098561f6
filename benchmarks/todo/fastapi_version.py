"""The API of the To-Do list on FastAPI, with SQLAlchemy and plain functions."""

# NOTE: no `from __future__ import annotations`: FastAPI would have to evaluate the annotations.

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String, Text, case, create_engine, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

PRIORITIES = ("high", "normal", "low")
PAGE_SIZE = 20
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
router = APIRouter(prefix="/api")


def now() -> datetime:
    """The time in UTC, without zone."""
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
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    created: Mapped[datetime] = mapped_column(default=now)
    generation: Mapped[int] = mapped_column(default=0)

    tokens: Mapped[list["Token"]] = relationship(back_populates="user")


class Task(Base):
    """Something to do."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(default=None)
    priority: Mapped[str] = mapped_column(String(8), default="normal")
    created: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None] = mapped_column(default=None)


class Token(Base):
    """Access to the API."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="tokens")


class NewTask(BaseModel):
    """What is said of a new task."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=5000)
    due: date | None = None
    priority: Literal["high", "normal", "low"] = "normal"


class Changes(BaseModel):
    """What may be changed of a task."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(default="", min_length=1, max_length=200)
    note: str = Field(default="", max_length=5000)
    due: date | None = None
    priority: Literal["high", "normal", "low"] = "normal"
    done: bool = False


class Filters(BaseModel):
    """What may be asked of the list."""

    state: Literal["open", "done", "all"] = "open"
    search: str = Field(default="", max_length=100)
    due: Literal["late", "today", "week"] | None = None
    priority: Literal["high", "normal", "low"] | None = None
    page: int = Field(default=1, ge=1, le=99999)


class ShownTask(BaseModel):
    """A task as JSON."""

    id: int
    title: str
    note: str
    due: date | None
    priority: str
    done: bool
    created: str
    finished: str | None
    url: str


class Page(BaseModel):
    """A page of tasks as JSON."""

    tasks: list[ShownTask]
    page: int
    pages: int
    total: int


def database() -> Iterator[Session]:
    """A session of the database for a request."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


Database = Annotated[Session, Depends(database)]
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def user_of_token(session: Database, credentials: Credentials) -> User:
    """The user whose token came."""
    digest = hashlib.sha256(credentials.credentials.encode()).hexdigest()
    user = session.scalar(select(User).join(User.tokens).where(Token.hash == digest))
    if user is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return user


CurrentUser = Annotated[User, Depends(user_of_token)]


def own_task(session: Database, user: CurrentUser, number: int) -> Task:
    """A task of the user's own."""
    task = session.scalar(select(Task).where(Task.owner_id == user.id, Task.id == number))
    if task is None:
        raise HTTPException(404)
    return task


OwnTask = Annotated[Task, Depends(own_task)]


def shown(task: Task) -> ShownTask:
    """The task as JSON."""
    return ShownTask(
        id=task.id,
        title=task.title,
        note=task.note,
        due=task.due,
        priority=task.priority,
        done=task.finished is not None,
        created=f"{task.created.isoformat()}Z",
        finished=None if task.finished is None else f"{task.finished.isoformat()}Z",
        url=str(router.url_path_for("one_task", number=task.id)),
    )


def narrowed(user: User, filters: Filters) -> Any:
    """The query of the tasks that are asked for."""
    query = select(Task).where(Task.owner_id == user.id)
    if filters.state != "all":
        query = query.where(Task.finished.is_(None) == (filters.state == "open"))
    if filters.search:
        query = query.where(
            or_(
                Task.title.icontains(filters.search, autoescape=True),
                Task.note.icontains(filters.search, autoescape=True),
            )
        )
    today = date.today()
    if filters.due == "late":
        query = query.where(Task.due < today)
    elif filters.due == "today":
        query = query.where(Task.due == today)
    elif filters.due == "week":
        query = query.where(Task.due.between(today, today + timedelta(days=6)))
    if filters.priority is not None:
        query = query.where(Task.priority == filters.priority)
    return query


ORDER = (
    Task.finished.is_not(None),
    Task.finished.desc(),
    Task.due.is_(None),
    Task.due,
    case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Task.priority),
    Task.id.desc(),
)


@router.get("/tasks")
def list_tasks(session: Database, user: CurrentUser, filters: Annotated[Filters, Query()]) -> Page:
    """A page of tasks."""
    query = narrowed(user, filters)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    part = query.order_by(*ORDER).limit(PAGE_SIZE).offset((filters.page - 1) * PAGE_SIZE)
    return Page(
        tasks=[shown(task) for task in session.scalars(part)],
        page=filters.page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
    )


@router.post("/tasks", status_code=201)
def create_task(
    session: Database, user: CurrentUser, fields: NewTask, response: Response
) -> ShownTask:
    """A new task."""
    task = Task(owner_id=user.id, **fields.model_dump())
    session.add(task)
    session.commit()
    answer = shown(task)
    response.headers["Location"] = answer.url
    return answer


@router.get("/tasks/{number}")
def one_task(task: OwnTask) -> ShownTask:
    """One task."""
    return shown(task)


@router.patch("/tasks/{number}")
def change_task(session: Database, task: OwnTask, changes: Changes) -> ShownTask:
    """Change some fields of a task."""
    values = changes.model_dump(exclude_unset=True)
    done = values.pop("done", None)
    for name, value in values.items():
        setattr(task, name, value)
    if done is not None and done != (task.finished is not None):
        task.finished = now() if done else None
    session.commit()
    return shown(task)


@router.delete("/tasks/{number}", status_code=204)
def delete_task(session: Database, task: OwnTask) -> None:
    """Delete a task."""
    session.delete(task)
    session.commit()


def program() -> FastAPI:
    """The program."""
    app = FastAPI()
    app.include_router(router)

    @app.middleware("http")
    async def protect(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return app
