"""Preflights, origins, credentials, and headers on errors."""

from flask import Blueprint, Flask, abort
from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(
    app,
    resources={r"/api/*": {"origins": ["https://a.example", r"https://.*\.b\.example"]}},
    supports_credentials=True,
    expose_headers=["X-A"],
)
inner = Blueprint("inner", __name__, url_prefix="/inner")
CORS(inner, max_age=60)


@app.route("/api/x", methods=["GET", "PUT"])
def x():
    return {"x": 1}


@app.get("/api/fail")
def fail():
    raise ValueError


@app.get("/api/denied")
def denied():
    abort(403)


@app.get("/one")
@cross_origin(origins="*", send_wildcard=True)
def one():
    return "one"


@inner.get("/y")
async def y():
    return "y"


@app.get("/none")
def none():
    return "none"


app.register_blueprint(inner)


def visit(client):
    for path in ("/api/x", "/api/fail", "/api/denied", "/api/lost", "/one", "/inner/y", "/none"):
        for origin in ("https://a.example", "https://c.b.example", "https://evil.example"):
            yield client.get(path, headers={"Origin": origin})
            yield client.options(
                path,
                headers={
                    "Origin": origin,
                    "Access-Control-Request-Method": "PUT",
                    "Access-Control-Request-Headers": "X-B",
                },
            )
    yield client.get("/api/x")
