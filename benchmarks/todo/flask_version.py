"""The API of the To-Do list on Flask, with Flask-SQLAlchemy and Flask-Login."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from flask import Blueprint, Flask, Response, abort, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_sqlalchemy import SQLAlchemy
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ForeignKey, String, Text, case, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from werkzeug.exceptions import HTTPException

PRIORITIES = ("high", "normal", "low")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Base(DeclarativeBase):
    """Base of the tables."""


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
blueprint = Blueprint("api", __name__, url_prefix="/api")


def now() -> datetime:
    """The time in UTC, without zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class User(UserMixin, db.Model):
    """Somebody with an account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    created: Mapped[datetime] = mapped_column(default=now)
    generation: Mapped[int] = mapped_column(default=0)

    tokens: Mapped[list[Token]] = relationship(back_populates="user")


class Task(db.Model):
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

    def to_dict(self) -> dict[str, Any]:
        """The task as JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "note": self.note,
            "due": self.due and self.due.isoformat(),
            "priority": self.priority,
            "done": self.finished is not None,
            "created": f"{self.created.isoformat()}Z",
            "finished": self.finished and f"{self.finished.isoformat()}Z",
            "url": url_for("api.task", number=self.id),
        }


class Token(db.Model):
    """Access to the API."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="tokens")


class Fields(BaseModel):
    """What may be said of a task."""

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


@login_manager.request_loader
def load_user(request: Any) -> User | None:
    """The user whose token came."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    digest = hashlib.sha256(authorization.token.encode()).hexdigest()
    return db.session.scalar(select(User).join(User.tokens).where(Token.hash == digest))


def problem(status: int, title: str, detail: str, **more: Any) -> Any:
    """An error for programs (RFC 9457)."""
    fields = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return fields, status, {"Content-Type": "application/problem+json"}


@blueprint.errorhandler(ValidationError)
def show_problems(error: ValidationError) -> Any:
    """What is wrong with each field."""
    problems = [{"loc": one["loc"], "msg": one["msg"]} for one in error.errors()]
    return problem(422, "Unprocessable Entity", "The data is not acceptable.", errors=problems)


def own_task(number: int) -> Task:
    """A task of the user's own."""
    query = select(Task).where(Task.owner_id == current_user.id, Task.id == number)
    return db.first_or_404(query)


def apply(task: Task, fields: Fields) -> Task:
    """Set the fields that came."""
    values = fields.model_dump(exclude_unset=True)
    done = values.pop("done", None)
    for name, value in values.items():
        setattr(task, name, value)
    if done is not None and done != (task.finished is not None):
        task.finished = now() if done else None
    db.session.commit()
    return task


def narrowed(filters: Filters) -> Any:
    """The query of the tasks that are asked for, in their order."""
    query = select(Task).where(Task.owner_id == current_user.id)
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
    return query.order_by(
        Task.finished.is_not(None),
        Task.finished.desc(),
        Task.due.is_(None),
        Task.due,
        case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Task.priority),
        Task.id.desc(),
    )


@blueprint.get("/tasks")
@login_required
def list_tasks() -> Any:
    """A page of tasks."""
    filters = Filters.model_validate(request.args.to_dict())
    page = db.paginate(narrowed(filters), page=filters.page, per_page=20, error_out=False)
    return {
        "tasks": [task.to_dict() for task in page.items],
        "page": page.page,
        "pages": max(1, page.pages),
        "total": page.total,
    }


@blueprint.post("/tasks")
@login_required
def create_task() -> Any:
    """A new task."""
    fields = Fields.model_validate(request.get_json())
    if not fields.title:
        abort(422)
    task = Task(owner_id=current_user.id)
    db.session.add(task)
    apply(task, fields)
    return task.to_dict(), 201, {"Location": url_for("api.task", number=task.id)}


@blueprint.get("/tasks/<int:number>")
@login_required
def task(number: int) -> Any:
    """One task."""
    return own_task(number).to_dict()


@blueprint.patch("/tasks/<int:number>")
@login_required
def change_task(number: int) -> Any:
    """Change some fields of a task."""
    return apply(own_task(number), Fields.model_validate(request.get_json())).to_dict()


@blueprint.delete("/tasks/<int:number>")
@login_required
def delete_task(number: int) -> Any:
    """Delete a task."""
    db.session.delete(own_task(number))
    db.session.commit()
    return "", 204


def protect(response: Response) -> Response:
    """What every answer tells the browser."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def show_error(error: HTTPException) -> Any:
    """Errors are problems."""
    return problem(error.code or 500, error.name, error.description or "")


def program() -> Flask:
    """The program."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "benchmark"
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    # As the example's engine has it.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True}
    db.init_app(app)
    login_manager.init_app(app)
    app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, show_error)
    app.after_request(protect)
    return app
