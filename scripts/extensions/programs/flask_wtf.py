"""Forms and their tokens."""

import re
from io import BytesIO

import wtforms
from flask import Flask, render_template_string
from flask_wtf import CSRFProtect, FlaskForm

app = Flask(__name__)
app.secret_key = "k"
csrf = CSRFProtect(app)


class Form(FlaskForm):
    name = wtforms.StringField(validators=[wtforms.validators.Length(2)])
    file = wtforms.FileField()


@app.route("/", methods=["GET", "POST"])
async def form():
    form = Form()
    if form.validate_on_submit():
        return [form.name.data, form.file.data and form.file.data.read().decode()]
    return render_template_string("{{ form.hidden_tag() }}{{ form.errors }}", form=form)


@app.post("/json")
def json():
    return "checked"


@app.post("/open")
@csrf.exempt
def unchecked():
    return "unchecked"


def visit(client):
    page = client.get("/")
    yield page.status
    token = re.search('value="([^"]+)"', page.text)[1]
    yield client.post("/", data={"name": "ada"})
    yield client.post("/", data={"name": "ada", "csrf_token": token})
    file = (BytesIO(b"content"), "a.txt")
    yield client.post("/", data={"name": "ada", "csrf_token": token, "file": file})
    yield client.post("/", data={"name": "a", "csrf_token": token}).status
    yield client.post("/json", json={})
    yield client.post("/json", json={}, headers={"X-CSRFToken": token})
    yield client.post("/json", headers={"X-CSRFToken": token}, base_url="https://localhost")
    yield client.post("/open")
