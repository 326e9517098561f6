"""Registration, login, roles and tokens."""

from pathlib import Path

from flask import Flask
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    auth_required,
    current_user,
    hash_password,
    roles_required,
)
from flask_security.models import fsqla_v3 as models
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY="k" * 32,
    SECURITY_PASSWORD_SALT="1" * 32,
    SECURITY_REGISTERABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SECURITY_PASSWORD_HASH="pbkdf2_sha512",
    SECURITY_TRACKABLE=True,
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
    WTF_CSRF_ENABLED=False,
    SECURITY_RECOVERABLE=False,
    SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path.cwd()}/s.sqlite",
)
db = SQLAlchemy(app)
models.FsModels.set_db_info(db)


class Role(db.Model, models.FsRoleMixin):
    pass


class User(db.Model, models.FsUserMixin):
    pass


app.security = Security(app, SQLAlchemyUserDatastore(db, User, Role))
with app.app_context():
    db.create_all()
    app.security.datastore.create_user(
        email="ada@example.com", password=hash_password("analytical-engine")
    )
    db.session.commit()


@app.get("/")
@auth_required()
def home():
    return f"hello {current_user.email}"


@app.get("/boss")
@auth_required()
@roles_required("boss")
def boss():
    return "boss"


def visit(client):
    yield client.get("/")
    yield client.get("/", headers={"Accept": "application/json"})
    yield client.get("/login")
    yield client.post("/login", data={"email": "ada@example.com", "password": "wrong"})
    yield client.post("/login", data={"email": "ada@example.com", "password": "analytical-engine"})
    yield client.get("/")
    yield client.get("/boss")
    yield client.get("/logout")
    yield client.get("/").status_code
    yield client.post(
        "/register",
        data={
            "email": "eve@example.com",
            "password": "a-long-password",
            "password_confirm": "a-long-password",
        },
    )
    token = client.post(
        "/login?include_auth_token",
        json={"email": "ada@example.com", "password": "analytical-engine"},
    )
    yield token.status_code
    client.post("/logout")
    answer = app.test_client()
    answer.gateway = getattr(client, "gateway", "wsgi")
    key = (token.json or {}).get("response", {}).get("user", {}).get("authentication_token", "")
    yield answer.get("/", headers={"Authentication-Token": key})
