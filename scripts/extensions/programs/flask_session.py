"""Sessions on the server."""

from cachelib.file import FileSystemCache
from flask import Flask, flash, get_flashed_messages, session
from flask_session import Session

app = Flask(__name__)
app.config.update(
    SESSION_TYPE="cachelib",
    SESSION_CACHELIB=FileSystemCache("sessions"),
    SECRET_KEY="k",
    SESSION_SERIALIZATION_FORMAT="json",
)
Session(app)


@app.get("/set/<value>")
def put(value):
    session["value"] = value
    flash("set")
    return "ok"


@app.get("/")
async def get():
    return [session.get("value"), get_flashed_messages(), type(session).__name__]


@app.get("/nest/<value>")
def nest(value):
    session.setdefault("list", []).append(value)
    session.modified = True
    return session["list"]


@app.get("/clear")
def clear():
    session.clear()
    return "gone"


@app.get("/regenerate")
def regenerate():
    app.session_interface.regenerate(session)
    return "new"


def visit(client):
    for path in ("/", "/set/1", "/", "/", "/nest/a", "/nest/b", "/regenerate", "/", "/clear", "/"):
        yield client.get(path)
