from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pytest

from quaff import Blueprint, EventStream, Quaff, WebSocket, describe
from quaff.asyncapi.messages import draft_07
from quaff.http.websocket import BlockingWebSocket
from tests.asyncapi.validated import validated


class Say(msgspec.Struct, tag=True):
    """Somebody says something."""

    text: str


class Leave(msgspec.Struct, tag=True):
    """Somebody goes."""


@dataclass
class Said:
    """What everybody hears."""

    name: str
    place: tuple[float, float]
    answer_to: Said | None = None


@pytest.fixture
def app() -> Quaff:
    return Quaff("example", static_folder=None)


def messages(app: Quaff) -> dict[str, list[str]]:
    """The names of messages by operation."""
    return {
        name: [message["$ref"].rpartition("/")[2] for message in operation.get("messages", ())]
        for name, operation in validated(app).get("operations", {}).items()
    }


def test_an_annotation_says_what_goes_each_way(app: Quaff) -> None:
    @app.websocket("/rooms/<room>")
    async def chat(ws: WebSocket[Say | Leave, Said | str], room: str) -> None:
        """Talk in a room.

        Everybody in it hears it.

        Args:
            room: the name of the room
        """

    document = validated(app)
    assert document["channels"] == {
        "chat": {
            "address": "/rooms/{room}",
            "summary": "Talk in a room.",
            "description": "Everybody in it hears it.",
            "parameters": {"room": {"description": "the name of the room"}},
            "messages": {
                name: {"$ref": f"#/components/messages/{name}"}
                for name in ("Say", "Leave", "Said", "text")
            },
            "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        }
    }
    assert messages(app) == {"chat_receive": ["Say", "Leave"], "chat_send": ["Said", "text"]}
    assert document["operations"]["chat_receive"]["action"] == "receive"
    assert document["operations"]["chat_receive"]["channel"] == {"$ref": "#/channels/chat"}
    found = document["components"]["messages"]
    assert found["Say"] == {
        "name": "Say",
        "contentType": "application/json",
        "payload": {"$ref": "#/components/schemas/Say"},
    }
    assert found["text"]["contentType"] == "text/plain"
    assert document["components"]["schemas"]["Say"]["required"] == ["type", "text"]
    assert document["components"]["schemas"]["Said"]["properties"]["place"]["items"] == [
        {"type": "number"},
        {"type": "number"},
    ]


def test_plain_views_are_annotated_alike(app: Quaff) -> None:
    @app.websocket("/a")
    def a(ws: BlockingWebSocket[None, bytes]) -> None: ...

    @app.websocket("/b")
    def b(socket: Any, ws: WebSocket[dict[str, int], None]) -> None: ...

    assert messages(app) == {"a_send": ["bytes"], "b_receive": ["json"]}


def test_options_say_it_and_go_before_annotations(app: Quaff) -> None:
    @app.websocket("/a", receives=Say, sends=None)
    async def a(ws: WebSocket[str, str]) -> None: ...

    @app.websocket("/b")
    @describe(sends=Said)
    async def b() -> None: ...

    assert messages(app) == {"a_receive": ["Say"], "b_send": ["Said"]}


def test_of_a_view_without_annotation_only_the_channel_is_known(app: Quaff) -> None:
    @app.websocket("/a")
    async def a(ws): ...  # type: ignore[no-untyped-def]

    @app.websocket("/b")
    async def b(ws: WebSocket) -> None: ...

    assert list(validated(app)["channels"]) == ["a", "b"]
    assert messages(app) == {}


def test_a_view_whose_annotations_cannot_be_read_is_listed(app: Quaff) -> None:
    @app.websocket("/a")
    async def a(ws: OnlyForTypeCheckers) -> None: ...  # type: ignore[name-defined] # noqa: F821

    assert list(validated(app)["channels"]) == ["a"]


def test_streams_of_events(app: Quaff) -> None:
    @app.get("/ticks")
    def ticks(count: int = 3) -> EventStream[Said]:
        """Ticks."""
        raise NotImplementedError

    @app.get("/bare")
    def bare() -> EventStream:
        raise NotImplementedError

    @app.get("/declared", sends=str)
    def declared() -> Any: ...

    @app.get("/other")
    def other() -> str:
        return ""

    document = validated(app)
    assert messages(app) == {"ticks_send": ["Said"], "bare_send": [], "declared_send": ["text"]}
    assert document["operations"]["ticks_send"]["bindings"]["http"] == {
        "method": "GET",
        "query": {"type": "object", "properties": {"count": {"type": "integer", "default": 3}}},
        "bindingVersion": "0.3.0",
    }
    assert "bindings" not in document["channels"]["ticks"]


def test_what_the_handshake_takes(app: Quaff) -> None:
    @app.websocket("/a")
    async def a(ws: WebSocket[str, str], token: str, since: int = 0) -> None: ...

    assert validated(app)["channels"]["a"]["bindings"]["ws"]["query"] == {
        "type": "object",
        "properties": {"token": {"type": "string"}, "since": {"type": "integer", "default": 0}},
        "required": ["token"],
    }


def test_messages_of_one_name_that_differ_are_told_apart(app: Quaff) -> None:
    @app.websocket("/a", receives=dict[str, int], sends=dict[str, str])
    async def a(ws: Any) -> None: ...

    @app.websocket("/b", receives=dict[str, int], sends=None)
    async def b(ws: Any) -> None: ...

    assert messages(app) == {
        "a_receive": ["json"],
        "a_send": ["json_2"],
        "b_receive": ["json"],
    }
    assert list(validated(app)["components"]["messages"]) == ["json", "json_2"]


def test_a_union_with_a_constraint_is_split_and_others_are_one_message(app: Quaff) -> None:
    either = Annotated[Say | Leave, msgspec.Meta(description="Either.")]

    @app.websocket("/a", receives=either, sends=Literal["a", "b"])
    async def a(ws: Any) -> None: ...

    assert messages(app) == {"a_receive": ["Say", "Leave"], "a_send": ["json"]}


def test_blueprints_give_names_and_tags_and_routes_can_be_left_out(app: Quaff) -> None:
    blueprint = Blueprint("live", __name__, url_prefix="/live")

    @blueprint.websocket("/a", sends=str)
    async def a(ws: Any) -> None: ...

    @blueprint.websocket("/b", openapi=False)
    async def b(ws: Any) -> None: ...

    app.register_blueprint(blueprint)
    app.add_websocket("/old", "live.a", build_only=True)
    (name, channel), = validated(app)["channels"].items()  # fmt: skip
    assert name == "live_a"
    assert channel["address"] == "/live/a"
    assert channel["tags"] == [{"name": "live"}]


def test_servers_have_a_protocol_each(app: Quaff) -> None:
    app.config["OPENAPI_SERVERS"] = ["https://a.example/x/", "http://b.example", "/relative"]

    @app.websocket("/a")
    async def a(ws: Any) -> None: ...

    assert validated(app)["servers"] == {
        "websockets": {"host": "a.example", "pathname": "/x", "protocol": "wss"},
        "websockets_2": {"host": "b.example", "protocol": "ws"},
    }

    @app.get("/b")
    def b() -> EventStream:
        raise NotImplementedError

    document = validated(app)
    assert document["servers"]["events"]["protocol"] == "https"
    assert document["servers"]["events_2"]["host"] == "b.example"
    assert document["channels"]["a"]["servers"] == [
        {"$ref": "#/servers/websockets"},
        {"$ref": "#/servers/websockets_2"},
    ]
    assert document["channels"]["b"]["servers"] == [
        {"$ref": "#/servers/events"},
        {"$ref": "#/servers/events_2"},
    ]


def test_who_may_connect(app: Quaff) -> None:
    flow = {"tokenUrl": "https://a.example", "scopes": {"read": "Read."}}
    app.config.update(
        OPENAPI_SECURITY_SCHEMES={
            "token": "bearer",
            "cookie": "session",
            "login": {"type": "oauth2", "flows": {"clientCredentials": flow}},
        },
        OPENAPI_SECURITY=["token"],
    )

    @app.websocket("/a", receives=str, sends=None)
    async def a(ws: Any) -> None: ...

    @app.websocket("/b", receives=str, sends=None, security=["cookie", {"login": ["read"]}])
    async def b(ws: Any) -> None: ...

    @app.websocket("/c", receives=str, sends=None, security=[])
    async def c(ws: Any) -> None: ...

    @app.websocket("/d", receives=str, sends=None, security=[{"cookie": [], "token": []}])
    async def d(ws: Any) -> None: ...

    document = validated(app)
    assert {
        name: [one["$ref"].rpartition("/")[2] for one in operation.get("security", ())]
        for name, operation in document["operations"].items()
    } == {
        "a_receive": ["token"],
        "b_receive": ["cookie", "login"],
        "c_receive": [],
        # Both at once cannot be said.
        "d_receive": [],
    }
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"] == {"type": "http", "scheme": "bearer"}
    assert schemes["cookie"] == {"type": "httpApiKey", "in": "cookie", "name": "session"}
    assert schemes["login"]["flows"]["clientCredentials"]["availableScopes"] == {"read": "Read."}


def test_an_application_without_messages(app: Quaff) -> None:
    app.config.update(OPENAPI_TITLE="Nothing", OPENAPI_VERSION="2")
    assert validated(app) == {
        "asyncapi": "3.0.0",
        "info": {"title": "Nothing", "version": "2"},
        "defaultContentType": "application/json",
        "channels": {},
    }


def test_the_document_is_the_callers(app: Quaff) -> None:
    app.asyncapi()["channels"]["mine"] = {}
    assert app.asyncapi()["channels"] == {}


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"prefixItems": [{}], "items": False}, {"items": [{}], "additionalItems": False}),
        ({"prefixItems": [{}]}, {"items": [{}]}),
        ({"items": {"prefixItems": [True]}}, {"items": {"items": [True]}}),
        (
            {"properties": {"prefixItems": {"prefixItems": [{}]}}},
            {"properties": {"prefixItems": {"items": [{}]}}},
        ),
        (
            {"discriminator": {"propertyName": "type", "mapping": {}}},
            {"discriminator": "type"},
        ),
        ({"$ref": "#/a", "description": "x"}, {"allOf": [{"$ref": "#/a"}], "description": "x"}),
        ({"$ref": "#/a"}, {"$ref": "#/a"}),
        ({"default": {"prefixItems": []}}, {"default": {"prefixItems": []}}),
    ],
)
def test_schemas_in_the_words_of_draft_7(newer: Any, older: Any) -> None:
    assert draft_07(newer) == older
