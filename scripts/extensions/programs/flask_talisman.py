"""Security headers."""

from flask import Flask, render_template_string, session
from flask_talisman import Talisman

app = Flask(__name__)
app.config["SECRET_KEY"] = "k"
talisman = Talisman(
    app,
    content_security_policy={"default-src": "'self'", "script-src": "'self'"},
    content_security_policy_nonce_in=["script-src"],
)


@app.get("/")
def index():
    session["a"] = 1
    return render_template_string("<script nonce={{ csp_nonce() }}></script>")


@app.get("/http")
@talisman(
    force_https=False, frame_options="ALLOW-FROM", frame_options_allow_from="https://a.example"
)
def plain():
    return "plain"


@app.get("/fail")
async def fail():
    raise ValueError


def visit(client):
    yield client.get("/")
    for path in ("/", "/http", "/fail", "/none"):
        yield client.get(path, base_url="https://localhost")
    yield client.get("/http")
    yield client.get("/", headers={"X-Forwarded-Proto": "https"})
