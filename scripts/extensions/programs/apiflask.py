"""Schemas in and out, the document, errors, authentication."""

from apiflask import APIBlueprint, APIFlask, HTTPTokenAuth, Schema, abort
from apiflask.fields import Integer, String
from apiflask.validators import Length
from apiflask.views import MethodView

app = APIFlask(__name__, title="Pets", version="1")
auth = HTTPTokenAuth()


@auth.verify_token
def verify(token):
    return token if token == "good" else None


class PetIn(Schema):
    name = String(required=True, validate=Length(1, 5))
    age = Integer(load_default=1)


class PetOut(PetIn):
    id = Integer()


@app.get("/pets/<int:pet_id>")
@app.output(PetOut)
def pet(pet_id):
    if pet_id > 5:
        abort(404, "no pet")
    return {"id": pet_id, "name": "Tom", "secret": 1}


@app.post("/pets")
@app.input(PetIn)
@app.output(PetOut, status_code=201)
@app.doc(tags=["pets"])
async def add(json_data):
    return {"id": 1, **json_data}


@app.get("/search")
@app.input({"q": String(required=True)}, location="query")
def search(query_data):
    return query_data


blueprint = APIBlueprint("inner", __name__, url_prefix="/inner")


class Thing(MethodView):
    decorators = (app.doc(responses=[204]),)

    @app.auth_required(auth)
    def get(self):
        return {"token": auth.current_user}

    def delete(self):
        return "", 204


blueprint.add_url_rule("/thing", view_func=Thing.as_view("thing"))
app.register_blueprint(blueprint)


def visit(client):
    yield client.get("/pets/1")
    yield client.get("/pets/9")
    yield client.get("/pets/x")
    yield client.post("/pets", json={"name": "Tim"})
    yield client.post("/pets", json={"name": "Timothy", "age": "x"})
    yield client.post("/pets", data="{", content_type="application/json")
    yield client.get("/search")
    yield client.get("/search?q=1")
    yield client.get("/inner/thing")
    yield client.get("/inner/thing", headers={"Authorization": "Bearer good"})
    yield client.delete("/inner/thing")
    yield client.put("/inner/thing")
    yield client.get("/openapi.json")
    yield client.get("/docs")
    result = app.test_cli_runner().invoke(args=["spec"])
    yield [result.exit_code, result.output]
