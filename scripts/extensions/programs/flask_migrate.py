"""Migrations from the command line."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{Path.cwd()}/m.sqlite"
db = SQLAlchemy(app)
Migrate(app, db)


class Thing(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(10))


@app.get("/")
def things():
    return [thing.name for thing in db.session.execute(db.select(Thing)).scalars()]


def visit(client):
    runner = app.test_cli_runner()
    for arguments in (
        ["db", "init"],
        ["db", "migrate", "-m", "first", "--rev-id", "1"],
        ["db", "upgrade"],
        ["db", "current"],
        ["db", "history"],
        ["db", "check"],
    ):
        result = runner.invoke(args=arguments)
        yield [arguments, result.exit_code, repr(result.exception)]
    yield Path("migrations/versions/1_first.py").read_text()
    with app.app_context():
        db.session.add(Thing(name="a"))
        db.session.commit()
    yield client.get("/")
    result = runner.invoke(args=["db", "--help"])
    yield result.output
