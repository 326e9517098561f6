"""The toolbar in a page."""

import re
from pathlib import Path

from flask import Flask, redirect, render_template_string
from flask_debugtoolbar import DebugToolbarExtension
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.debug = True
app.config.update(
    SECRET_KEY="k",
    SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path.cwd()}/t.sqlite",
    SQLALCHEMY_RECORD_QUERIES=True,
    DEBUG_TB_INTERCEPT_REDIRECTS=True,
    DEBUG_TB_PROFILER_ENABLED=True,
)
db = SQLAlchemy(app)
toolbar = DebugToolbarExtension(app)


@app.get("/")
def index():
    db.session.execute(db.text("select 1"))
    app.logger.warning("seen")
    return render_template_string("<html><body>{{ greeting }}</body></html>", greeting="hello")


@app.get("/away")
def away():
    return redirect("/")


@app.get("/json")
def json():
    return {"a": 1}


def visit(client):
    page = client.get("/")
    yield [
        page.status,
        sorted(set(re.findall(r'id="(flDebug[\w-]+|pDebug[\w-]*)"', page.text))),
        "select 1" in page.text,
        "hello" in page.text,
    ]
    yield sorted(set(re.findall(r"<h[34]>([^<]+)</h[34]>", page.text)))
    away = client.get("/away")
    yield [away.status, "flDebug" in away.text, 'href="/"' in away.text]
    yield client.get("/json")
    yield client.get("/_debug_toolbar/static/js/toolbar.js").status
