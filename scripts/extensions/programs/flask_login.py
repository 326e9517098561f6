"""Login, logout, remembering, the next page, and fresh logins."""

import flask_login
from flask import Flask, request

app = Flask(__name__)
app.secret_key = "k"
manager = flask_login.LoginManager(app)
manager.login_view = "login"


class User(flask_login.UserMixin):
    def __init__(self, id):
        self.id = id


manager.user_loader(lambda key: User(key) if key != "ghost" else None)


@app.route("/login/", defaults={"name": None})
@app.route("/login/<name>")
def login(name):
    if name is None:
        return "who?"
    return str(flask_login.login_user(User(name), remember="remember" in request.args))


@app.get("/me")
@flask_login.login_required
async def me():
    return flask_login.current_user.id


@app.get("/fresh")
@flask_login.fresh_login_required
def fresh():
    return "fresh"


@app.get("/logout")
def logout():
    return str(flask_login.logout_user())


def visit(client):
    for path in ("/me", "/login/", "/login/ada?remember", "/me", "/fresh"):
        yield client.get(path)
    client.delete_cookie("session")
    for path in ("/me", "/fresh", "/logout", "/me", "/login/ghost", "/me"):
        yield client.get(path)
