"""Limits of views, blueprints and the application, headers, and their own errors."""

from flask import Blueprint, Flask, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

app = Flask(__name__)
limiter = Limiter(
    get_remote_address,
    app=app,
    default_limits=["4/hour"],
    storage_uri="memory://",
    headers_enabled=True,
)


@app.get("/plain")
def plain():
    return "plain"


@app.get("/one")
@limiter.limit("1/hour", error_message="once only")
async def one():
    return "one"


@app.get("/free")
@limiter.exempt
def free():
    return "free"


blueprint = Blueprint("b", __name__, url_prefix="/b")


@blueprint.get("/x")
def x():
    with limiter.limit("1/hour"):
        return "x"


limiter.limit("3/hour")(blueprint)
app.register_blueprint(blueprint)


@app.errorhandler(429)
def many(error):
    return jsonify(said=error.description), 429


def scrub(response):
    return [
        response.status,
        response.text,
        {
            k.lower(): v
            for k, v in response.headers
            if k.lower().startswith("x-") and "eset" not in k and k.lower() != "retry-after"
        },
    ]


def visit(client):
    for path in ("/plain", "/one", "/free", "/b/x", "/none"):
        for _ in range(5):
            yield scrub(client.get(path))
