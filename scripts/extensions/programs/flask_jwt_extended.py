"""Tokens in headers and cookies, refreshing, claims, and errors."""

from flask import Flask, jsonify
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    current_user,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    unset_jwt_cookies,
)

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="k" * 32, JWT_TOKEN_LOCATION=["headers", "cookies"], JWT_COOKIE_CSRF_PROTECT=True
)
jwt = JWTManager(app)
revoked = set()


@jwt.token_in_blocklist_loader
def blocked(header, payload):
    return payload["jti"] in revoked


@jwt.user_lookup_loader
def user(header, payload):
    return {"name": payload["sub"]} if payload["sub"] != "ghost" else None


@app.post("/login/<name>")
def login(name):
    response = jsonify(
        access=create_access_token(name, fresh=True, additional_claims={"c": 1}),
        refresh=create_refresh_token(name),
    )
    set_access_cookies(response, create_access_token(name))
    return response


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    return jsonify(access=create_access_token(get_jwt_identity()))


@app.get("/me")
@jwt_required()
def me():
    return jsonify(me=current_user, c=get_jwt().get("c"))


@app.get("/async")
@jwt_required(optional=True)
async def optional():
    return jsonify(get_jwt_identity())


@app.post("/fresh")
@jwt_required(fresh=True)
def fresh():
    return "fresh"


@app.delete("/token")
@jwt_required()
def revoke():
    revoked.add(get_jwt()["jti"])
    response = jsonify(gone=True)
    unset_jwt_cookies(response)
    return response


def visit(client):
    yield client.get("/me")
    first = client.post("/login/ada")
    yield sorted(first.json)
    header = {"Authorization": f"Bearer {first.json['access']}"}
    client.delete_cookie("access_token_cookie")
    yield client.get("/me", headers=header)
    yield client.post("/fresh", headers=header)
    yield client.post("/refresh", headers=header)
    yield list(
        client.post("/refresh", headers={"Authorization": f"Bearer {first.json['refresh']}"}).json
    )
    yield client.get("/me", headers={"Authorization": "Bearer nonsense"})
    yield client.get("/me", headers={"Authorization": "Basic eDp5"})
    yield client.get("/async").status_code
    yield client.delete("/token", headers=header)
    yield client.get("/me", headers=header)
    ghost = client.post("/login/ghost").json["access"]
    yield client.get("/me", headers={"Authorization": f"Bearer {ghost}"})
    client.post("/login/eve")
    yield client.get("/me")
    yield client.post("/fresh")
