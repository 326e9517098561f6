"""Resources, documentation, marshalling, errors."""

import werkzeug
from flask import Blueprint, Flask
from flask_restx import Api, Namespace, Resource, fields, reqparse

app = Flask(__name__)
app.config["ERROR_404_HELP"] = False
blueprint = Blueprint("api", __name__, url_prefix="/api")
api = Api(blueprint, version="1", title="Books", doc="/doc")
books = Namespace("books", description="of books")
api.add_namespace(books)
model = books.model(
    "Book",
    {
        "id": fields.Integer(readonly=True),
        "title": fields.String(required=True),
        "url": fields.Url("api.books_book"),
    },
)
parser = reqparse.RequestParser()
parser.add_argument("page", type=int, default=1)
parser.add_argument("file", type=werkzeug.datastructures.FileStorage, location="files")


class Lost(Exception):
    pass


@api.errorhandler(Lost)
def lost(error):
    return {"message": "lost it"}, 410


@books.route("/")
class Books(Resource):
    @books.marshal_list_with(model)
    @books.expect(parser)
    def get(self):
        return [{"id": parser.parse_args(strict=False)["page"], "title": "Emma"}]

    @books.expect(model, validate=True)
    @books.marshal_with(model, code=201)
    def post(self):
        return {"id": 2, **api.payload}, 201, {"X-Made": "yes"}


@books.route("/<int:id>")
class Book(Resource):
    @books.response(404, "not here")
    def get(self, id):
        if id == 9:
            raise Lost
        if id == 8:
            raise ValueError("eight")
        books.abort(404, "no such book", id=id)


app.register_blueprint(blueprint)


@app.errorhandler(404)
def nothing(error):
    return "plain 404", 404


def visit(client):
    yield client.get("/api/books/")
    yield client.get("/api/books/?page=7")
    yield client.get("/api/books/?page=x")
    yield client.post("/api/books/", json={"title": "Ulysses"})
    yield client.post("/api/books/", json={})
    yield client.post("/api/books/", data="{", content_type="application/json")
    yield client.delete("/api/books/")
    yield client.get("/api/books/3")
    yield client.get("/api/books/8")
    yield client.get("/api/books/9")
    yield client.get("/api/none")
    yield client.get("/none")
    yield client.get("/api/swagger.json")
    yield client.get("/api/doc")
    yield client.options("/api/books/")
    yield client.get("/swaggerui/swagger-ui.css").status_code
