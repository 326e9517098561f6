"""An admin of a table and of files."""

from pathlib import Path

from flask import Flask
from flask_admin import Admin, BaseView, expose
from flask_admin.contrib.fileadmin import FileAdmin
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(SECRET_KEY="k", SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path.cwd()}/a.sqlite")
db = SQLAlchemy(app)


class Book(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(50))


class Hello(BaseView):
    @expose("/")
    def index(self):
        return "hello from admin"

    @expose("/<name>", methods=["GET", "POST"])
    def named(self, name):
        return f"hello {name} {self.get_url('.index')}"


admin = Admin(app, name="Library")
admin.add_view(ModelView(Book, db.session if not hasattr(db, "_none") else db))
admin.add_view(Hello(name="Hello", endpoint="hello"))
Path("files").mkdir()
Path("files/one.txt").write_text("one")
admin.add_view(FileAdmin("files", "/files/", name="Files"))
with app.app_context():
    db.create_all()
    db.session.add_all([Book(title="Emma"), Book(title="Ulysses")])
    db.session.commit()


def visit(client):
    yield client.get("/admin/")
    yield client.get("/admin/book/")
    yield client.get("/admin/book/new/")
    yield client.post("/admin/book/new/", data={"title": "Dracula"}, follow_redirects=True)
    yield client.get("/admin/book/edit/?id=1")
    yield client.post("/admin/book/edit/?id=1", data={"title": "Emma II"})
    yield client.post("/admin/book/delete/", data={"id": "2"})
    yield client.get("/admin/book/?sort=1&desc=1")
    yield client.get("/admin/hello/")
    yield client.get("/admin/hello/ada")
    yield client.get("/admin/fileadmin/")
    yield client.get("/admin/fileadmin/download/one.txt")
    yield client.get("/admin/static/bootstrap/bootstrap4/js/popper.min.js").status_code
    yield client.get("/admin/none/")
