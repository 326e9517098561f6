"""Models, pages, and a session that ends with its request."""

from pathlib import Path

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{Path.cwd()}/d.sqlite"
db = SQLAlchemy(app)


class Thing(db.Model):
    id = db.Column(db.Integer, primary_key=True)


with app.app_context():
    db.create_all()
    db.session.add_all([Thing() for _ in range(3)])
    db.session.commit()


@app.get("/things/<int:key>")
async def thing(key):
    return {"id": db.get_or_404(Thing, key).id}


@app.get("/page/<int:number>")
def page(number):
    found = db.paginate(db.select(Thing), page=number, per_page=2)
    return [[thing.id for thing in found.items], found.has_next, found.total]


@app.get("/half")
def half():
    db.session.add(Thing())
    db.session.flush()
    raise ValueError


def visit(client):
    for path in ("/things/1", "/things/9", "/page/1", "/page/2", "/page/9", "/half", "/page/2"):
        yield client.get(path)
