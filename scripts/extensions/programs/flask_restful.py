"""Resources, parsers, errors, representations."""

from flask import Flask
from flask_restful import Api, Resource, abort, fields, marshal_with, reqparse

app = Flask(__name__)
api = Api(app, errors={"Gone": {"message": "it was here", "status": 410}}, catch_all_404s=True)
parser = reqparse.RequestParser()
parser.add_argument("rate", type=int, required=True, help="a number, please")


class Gone(Exception):
    pass


@api.representation("text/csv")
def csv(data, code, headers=None):
    response = app.make_response((",".join(map(str, data.values())), code))
    response.headers.extend(headers or {})
    return response


class Item(Resource):
    @marshal_with({"id": fields.Integer, "uri": fields.Url("item")})
    def get(self, id):
        if id == 5:
            abort(404, message="no 5")
        if id == 6:
            raise Gone
        if id == 7:
            raise ValueError("seven")
        return {"id": id}

    def put(self, id):
        return parser.parse_args(), 201, {"X-Put": str(id)}


class Plain(Resource):
    def get(self):
        return {"a": 1, "b": "ü"}


api.add_resource(Item, "/item/<int:id>", endpoint="item")
api.add_resource(Plain, "/plain", "/plain2")


@app.route("/flask")
def flask_view():
    return "from flask"


def visit(client):
    yield client.get("/item/1")
    for id in (5, 6, 7):
        yield client.get(f"/item/{id}")
    yield client.put("/item/1", data={"rate": "5"})
    yield client.put("/item/1", data={"rate": "x"})
    yield client.put("/item/1", json={"rate": 5})
    yield client.put("/item/1", data="{", content_type="application/json")
    yield client.post("/item/1")
    yield client.get("/plain")
    yield client.get("/plain2", headers={"Accept": "text/csv"})
    yield client.get("/plain", headers={"Accept": "image/png"})
    yield client.get("/none")
    yield client.get("/flask")
    yield client.options("/plain")
    yield client.head("/plain")
