"""A page, its layout, a callback, assets, and an own server."""

from pathlib import Path

import dash
from dash import Input, Output, State, dcc, html
from flask import Flask

Path("assets").mkdir()
Path("assets/own.css").write_text("body {}")
app = Flask(__name__)
own = dash.Dash(
    __name__, server=app, url_base_pathname="/dash/", assets_folder=str(Path("assets").resolve())
)
own.layout = html.Div(
    [
        dcc.Input(id="in", value="x"),
        html.Div(id="out"),
        dcc.Graph(id="g", figure={"data": [{"y": [1, 2]}]}),
    ]
)


@own.callback(Output("out", "children"), Input("in", "value"), State("g", "id"))
def echo(value, graph):
    if value == "fail":
        raise ValueError(value)
    if value == "stay":
        raise dash.exceptions.PreventUpdate
    dash.callback_context.response.set_cookie("seen", value)
    return f"said {value} by {dash.ctx.triggered_id} {graph}"


@app.get("/")
def index():
    return "flask page"


def body(value):
    return {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": value}],
        "changedPropIds": ["in.value"],
        "state": [{"id": "g", "property": "id", "value": "g"}],
    }


def visit(client):
    yield client.get("/")
    page = client.get("/dash/")
    yield [
        page.status,
        sorted(h.lower() for h, _ in page.headers),
        "_dash-config" in page.text,
        "own.css" in page.text,
    ]
    yield client.get("/dash/_dash-layout")
    yield client.get("/dash/_dash-dependencies")
    for value in ("a", "fail", "stay"):
        yield client.post("/dash/_dash-update-component", json=body(value))
    yield client.get("/dash/assets/own.css").status
    yield client.get("/dash/_dash-component-suites/dash/deps/react@18.3.1.min.js").status
    yield client.get("/dash/deep/path").status
