"""Events, rooms, acknowledgements, sessions, and the polling transport."""

from flask import Flask, request, session
from flask_socketio import SocketIO, disconnect, emit, join_room, leave_room, send

app = Flask(__name__)
app.config["SECRET_KEY"] = "k"
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def index():
    session["who"] = "ada"
    return "page"


@socketio.on("connect")
def connect(auth):
    if request.args.get("no"):
        return False
    emit("welcome", {"who": session.get("who"), "auth": auth})


@socketio.on("echo")
def echo(data):
    session["count"] = session.get("count", 0) + 1
    emit("echoed", [data, session["count"]])
    return "seen", 1


@socketio.on("room")
def room(name):
    join_room(name)
    emit("joined", name, to=name)
    leave_room(name)


@socketio.on("bad")
def bad():
    raise ValueError("bad")


@socketio.on_error_default
def error(e):
    emit("error", [repr(e), request.event["message"]])


@socketio.on("message", namespace="/other")
def message(text):
    send(text.upper(), namespace="/other")


@socketio.on("leave")
def leave():
    disconnect()


def visit(client):
    yield client.get("/")
    events = socketio.test_client(app, flask_test_client=client, auth={"t": 1}, query_string="?a=1")
    yield events.is_connected()
    yield events.get_received()
    yield events.emit("echo", "one", callback=True)
    yield events.emit("echo", "two", callback=True)
    events.emit("room", "kitchen")
    events.emit("bad")
    yield events.get_received()
    events.emit("leave")
    yield events.is_connected()
    other = socketio.test_client(app, namespace="/other")
    other.send("hey", namespace="/other")
    yield other.get_received("/other")
    yield socketio.test_client(app, query_string="?no=1").is_connected()
    yield client.get("/socket.io/?EIO=4&transport=polling").status_code
    yield client.get("/socket.io/?EIO=3&transport=nothing").status_code
    yield client.get("/")
