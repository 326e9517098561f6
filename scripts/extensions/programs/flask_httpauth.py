"""Basic, digest and token authentication."""

from flask import Flask, g
from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth, MultiAuth

app = Flask(__name__)
basic, token = HTTPBasicAuth(), HTTPTokenAuth("Bearer")
both = MultiAuth(basic, token)


@basic.verify_password
def password(name, word):
    return name if word == "good" else None


@basic.get_user_roles
def roles(user):
    return ["boss"] if user == "ada" else []


@token.verify_token
def verify(value):
    return "bearer" if value == "good" else None


@app.get("/")
@both.login_required
def index():
    return f"{both.current_user()} {sorted(vars(g))}"


@app.get("/boss")
@basic.login_required(role="boss")
async def boss():
    return "boss"


def visit(client):
    for path in ("/", "/boss"):
        yield client.get(path)
        for auth in (("ada", "good"), ("eve", "good"), ("ada", "bad")):
            yield client.get(path, auth=auth)
        yield client.get(path, headers={"Authorization": "Bearer good"})
