"""One application on four extensions, through every gateway.

It is not collected with the other tests: `flask` must mean Quaff before anything imports it, so
test_extensions.py runs this file in a process of its own, with `-p quaff.as_flask`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import flask
import flask_login
import flask_wtf
import pytest
import wtforms
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy import SQLAlchemy

import quaff
from quaff.testing.client import Gateway

LOGIN_PAGE = """<form method=post>{{ form.hidden_tag() }}{{ form.name }}</form>
{% for message in get_flashed_messages() %}{{ message }}{% endfor %}"""


class LoginForm(flask_wtf.FlaskForm):
    name = wtforms.StringField(validators=[wtforms.validators.DataRequired()])


def create_app(database: Path, **config: Any) -> flask.Flask:
    app = flask.Flask("notes")
    app.config.update(
        SECRET_KEY="not secret",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{database}",
        RATELIMIT_HEADERS_ENABLED=True,
        **config,
    )
    db = SQLAlchemy(app)
    logins = flask_login.LoginManager(app)
    logins.login_view = "login"
    flask_wtf.CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    class User(flask_login.UserMixin, db.Model):  # type: ignore[name-defined, misc]
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String, unique=True, nullable=False)

    class Note(db.Model):  # type: ignore[name-defined, misc]
        id = db.Column(db.Integer, primary_key=True)
        text = db.Column(db.String, nullable=False)
        user_id = db.Column(db.ForeignKey(User.id), nullable=False)

    with app.app_context():
        db.create_all()
        db.session.add(User(name="ada"))
        db.session.commit()

    @logins.user_loader
    def load_user(key: str) -> User | None:
        return db.session.get(User, int(key))

    @app.route("/login", methods=["GET", "POST"])
    @limiter.limit("3/hour", methods=["POST"])
    def login() -> Any:
        form = LoginForm()
        if form.validate_on_submit():
            user = db.session.execute(db.select(User).filter_by(name=form.name.data)).scalar()
            if user is not None:
                flask_login.login_user(user)
                return flask.redirect(flask.request.args.get("next") or "/")
            flask.flash("Nobody of that name.")
        return flask.render_template_string(LOGIN_PAGE, form=form)

    @app.post("/logout")
    @flask_login.login_required
    def logout() -> str:
        flask_login.logout_user()
        return "bye"

    @app.route("/notes")
    @flask_login.login_required
    def notes() -> Any:
        mine = db.session.execute(
            db.select(Note.text).filter_by(user_id=flask_login.current_user.id).order_by(Note.id)
        )
        return list(mine.scalars())

    @app.post("/notes")
    @flask_login.login_required
    async def add_note() -> Any:
        await asyncio.sleep(0)
        user = flask_login.current_user
        db.session.add(Note(text=flask.request.get_json()["text"], user_id=user.id))
        db.session.commit()
        return {"by": user.name}, 201

    @app.route("/notes/page/<int:number>")
    async def page(number: int) -> Any:
        await asyncio.sleep(0)
        found = db.paginate(db.select(Note).order_by(Note.id), page=number, per_page=1)
        return {"texts": [note.text for note in found.items], "pages": found.pages}

    @app.post("/notes/half")
    async def half() -> Any:
        """Leaves a pending row behind, which the end of the request must take away."""
        db.session.add(Note(text="never committed", user_id=1))
        db.session.flush()
        await asyncio.sleep(0)
        raise LookupError("half way")

    @app.get("/token")
    async def token() -> str:
        return flask_wtf.csrf.generate_csrf()

    @app.get("/limited/sync")
    @limiter.limit("2/hour")
    def limited_sync() -> str:
        return "served"

    @app.get("/limited/async")
    @limiter.limit("2/hour")
    async def limited_async() -> str:
        await asyncio.sleep(0)
        return "served"

    return app


@pytest.fixture(params=get_args(Gateway))
def gateway(request: pytest.FixtureRequest) -> Gateway:
    found: Gateway = request.param
    return found


@pytest.fixture
def app(tmp_path: Path) -> Iterator[flask.Flask]:
    app = create_app(tmp_path / "notes.sqlite")
    yield app
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    engine.dispose()


@pytest.fixture
def client(app: flask.Flask, gateway: Gateway) -> Any:
    return app.test_client(gateway=gateway)


def log_in(client: Any, name: str = "ada", target: str = "/login") -> Any:
    page = client.get(target)
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page.text)
    assert found is not None
    return client.post(target, data={"name": name, "csrf_token": found[1]})


def add_note(client: Any, text: str) -> Any:
    token = client.get("/token").text
    return client.post("/notes", json={"text": text}, headers={"X-CSRFToken": token})


def test_flask_is_quaff() -> None:
    assert issubclass(flask.Flask, quaff.Quaff)


def test_a_stranger_is_sent_to_the_login_and_back(client: Any) -> None:
    sent = client.get("/notes")
    assert (sent.status_code, sent.location) == (302, "/login?next=%2Fnotes")
    back = log_in(client, target=sent.location)
    assert (back.status_code, back.location) == (302, "/notes")
    assert client.get("/notes").json == []


def test_an_unknown_name_is_told_so(client: Any) -> None:
    assert "Nobody of that name." in log_in(client, "eve").text
    assert client.get("/notes").status_code == 302


def test_a_form_without_its_token_is_refused(client: Any) -> None:
    answer = client.post("/login", data={"name": "ada"})
    assert answer.status_code == 400
    assert "The CSRF token is missing." in answer.text


def test_an_async_view_writes_what_a_sync_view_reads(client: Any) -> None:
    log_in(client)
    added = add_note(client, "first")
    assert (added.status_code, added.json) == (201, {"by": "ada"})
    assert client.get("/notes").json == ["first"]
    assert client.get("/notes/page/1").json == {"texts": ["first"], "pages": 1}
    assert client.get("/notes/page/2").status_code == 404


def test_logging_out_ends_the_session(client: Any) -> None:
    log_in(client)
    token = client.get("/token").text
    assert client.post("/logout", headers={"X-CSRFToken": token}).text == "bye"
    assert client.get("/notes").status_code == 302


def test_what_a_failed_request_left_is_rolled_back(client: Any, app: flask.Flask) -> None:
    log_in(client)
    token = client.get("/token").text
    assert client.post("/notes/half", headers={"X-CSRFToken": token}).status_code == 500
    assert add_note(client, "after it").status_code == 201
    assert client.get("/notes").json == ["after it"]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_third_request_is_one_too_many(client: Any, kind: str) -> None:
    answers = [client.get(f"/limited/{kind}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert left == ["1", "0", "0"]


def test_a_limit_of_one_method_spares_the_other(client: Any) -> None:
    for _ in range(3):
        assert log_in(client, "eve").status_code == 200
    assert client.get("/login").status_code == 200
    assert log_in(client, "eve").status_code == 429


def test_two_clients_are_two_users(app: flask.Flask, gateway: Gateway) -> None:
    ada, stranger = (app.test_client(gateway=gateway) for _ in range(2))
    log_in(ada)
    assert add_note(ada, "mine").status_code == 201
    assert ada.get("/notes").json == ["mine"]
    assert stranger.get("/notes").status_code == 302


def test_the_login_is_the_same_through_every_gateway(app: flask.Flask) -> None:
    client: Any = app.test_client()
    log_in(client)
    for name in get_args(Gateway):
        client.gateway = name
        assert add_note(client, name).status_code == 201
    assert client.get("/notes").json == list(get_args(Gateway))


def test_a_logged_in_test_client(app: flask.Flask, gateway: Gateway) -> None:
    app.test_client_class = flask_login.FlaskLoginClient
    with app.app_context():
        user: Any = app.login_manager._user_callback("1")  # type: ignore[attr-defined]
        client: Any = app.test_client(user=user)
    client.gateway = gateway
    assert client.get("/notes").json == []
