"""Arguments, responses, entity tags, pages, the document."""

import marshmallow as ma
from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint, Page, abort

app = Flask(__name__)
app.config.update(
    API_TITLE="Pets",
    API_VERSION="1",
    OPENAPI_VERSION="3.0.3",
    OPENAPI_URL_PREFIX="/",
    OPENAPI_SWAGGER_UI_PATH="/ui",
    OPENAPI_SWAGGER_UI_URL="/cdn/",
)
api = Api(app)
blueprint = Blueprint("pets", __name__, url_prefix="/pets", description="of pets")
pets = {1: {"id": 1, "name": "Tom"}}


class PetSchema(ma.Schema):
    id = ma.fields.Int(dump_only=True)
    name = ma.fields.String(required=True)


class QuerySchema(ma.Schema):
    name = ma.fields.String()


class Cursor(Page):
    @property
    def item_count(self):
        return len(self.collection)


@blueprint.route("/")
class Pets(MethodView):
    @blueprint.arguments(QuerySchema, location="query")
    @blueprint.response(200, PetSchema(many=True))
    @blueprint.paginate(Cursor)
    def get(self, query):
        return list(pets.values())

    @blueprint.arguments(PetSchema)
    @blueprint.response(201, PetSchema)
    def post(self, data):
        pets[len(pets) + 1] = pet = {"id": len(pets) + 1, **data}
        return pet


@blueprint.route("/<int:pet_id>")
class Pet(MethodView):
    @blueprint.etag
    @blueprint.response(200, PetSchema)
    def get(self, pet_id):
        if pet_id not in pets:
            abort(404, message="no pet")
        return pets[pet_id]

    @blueprint.etag
    @blueprint.response(204)
    def delete(self, pet_id):
        blueprint.check_etag(pets[pet_id], PetSchema)
        del pets[pet_id]


api.register_blueprint(blueprint)


def visit(client):
    yield client.get("/pets/")
    yield client.get("/pets/?page=2&page_size=1")
    yield client.post("/pets/", json={"name": "Tim"})
    yield client.post("/pets/", json={"nam": "Tim"})
    yield client.post("/pets/", data="{", content_type="application/json")
    first = client.get("/pets/1")
    yield first
    yield client.get("/pets/1", headers={"If-None-Match": first.headers["ETag"]})
    yield client.delete("/pets/1")
    yield client.delete("/pets/1", headers={"If-Match": '"wrong"'})
    yield client.delete("/pets/1", headers={"If-Match": first.headers["ETag"]})
    yield client.get("/pets/1")
    yield client.put("/pets/1")
    yield client.get("/openapi.json")
    yield client.get("/ui")
