"""Events and transactions, caught by a transport of our own."""

import sentry_sdk
from flask import Flask, abort, request
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.transport import Transport

caught = []


class Caught(Transport):
    def capture_envelope(self, envelope):
        for item in envelope.items:
            if item.payload.json is not None:
                caught.append(item.payload.json)


sentry_sdk.init(
    dsn="http://k@localhost/1",
    transport=Caught,
    integrations=[FlaskIntegration()],
    traces_sample_rate=1.0,
    send_default_pii=True,
    auto_session_tracking=False,
)
app = Flask(__name__)


@app.get("/ok/<int:number>")
def ok(number):
    sentry_sdk.set_tag("number", number)
    return "ok"


@app.post("/fail")
def fail():
    request.get_json()
    raise ValueError("broken")


@app.get("/async")
async def later():
    raise KeyError("async")


@app.get("/denied")
def denied():
    abort(403)


@app.get("/message")
def message():
    sentry_sdk.capture_message("said")
    return "said"


def shown(event):
    found = {
        "type": event.get("type", "event"),
        "transaction": event.get("transaction"),
        "source": (event.get("transaction_info") or {}).get("source"),
    }
    asked = event.get("request") or {}
    found["request"] = {k: asked.get(k) for k in ("method", "url", "query_string", "data")}
    found["tags"] = event.get("tags")
    found["message"] = event.get("message")
    if "exception" in event:
        found["exceptions"] = [
            [
                v["type"],
                v["value"],
                (v.get("mechanism") or {}).get("type"),
                (v.get("mechanism") or {}).get("handled"),
                v["stacktrace"]["frames"][-1]["function"],
            ]
            for v in event["exception"]["values"]
        ]
    if event.get("type") == "transaction":
        found["status"] = event["contexts"]["trace"].get("status")
        found["op"] = event["contexts"]["trace"].get("op")
    return found


def visit(client):
    yield client.get("/ok/5?a=1")
    yield client.post("/fail", json={"a": 1}).status
    for path in ("/async", "/denied", "/message", "/none"):
        yield client.get(path).status
    sentry_sdk.flush()
    yield [shown(event) for event in caught]
