"""The whole document: servers, channels, operations, components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from ..openapi.document import information, servers
from ..openapi.names import Definition
from ..openapi.requests import Requests
from ..openapi.schemas import Schemas
from ..openapi.security import requirements, security_schemes
from .channels import UNKNOWN, Channel, channels_of
from .messages import Message, Messages, draft_07
from .security import references, scheme

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["document"]


def document(app: Quaff) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of an application, of plain values, yours to change.

    Raises:
        ValueError: a route's `security` names a scheme that is not configured.
    """
    writer = _Writer(app)
    components = {
        "messages": writer.messages(),
        "schemas": writer.schemas,
        "securitySchemes": {name: scheme(one) for name, one in security_schemes(app).items()},
    }
    parts: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": information(app),
        "defaultContentType": "application/json",
        "servers": writer.servers,
        "channels": {channel.name: writer.channel(channel) for channel in writer.channels},
        "operations": dict(pair for channel in writer.channels for pair in writer.of(channel)),
        "components": {name: part for name, part in components.items() if part},
    }
    written = {name: part for name, part in parts.items() if part or name == "channels"}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(written, enc_hook=_reference))
    return plain


def _reference(value: Any) -> str:
    return value.reference if isinstance(value, Definition) else str(value)


class _Writer:
    def __init__(self, app: Quaff) -> None:
        self._app = app
        self.channels = channels_of(app)
        schemas = Schemas()
        self._requests = Requests(schemas)
        writer = Messages(schemas)
        #: Channel's name -> its parameters, as OpenAPI has them.
        self._parameters = {
            channel.name: self._requests.parameters(
                channel.handler, {name: name for name in channel.handler.variables}
            )
            for channel in self.channels
        }
        #: Channel's name -> "receive" or "send" -> messages, or None where nothing is said.
        self._messages: dict[str, dict[str, list[Message]]] = {}
        for channel in self.channels:
            found = self._messages[channel.name] = {}
            if channel.receives is not None:
                known = channel.receives is not UNKNOWN
                found["receive"] = writer.of(channel.receives, "validation") if known else []
            if channel.sends is not None:
                known = channel.sends is not UNKNOWN
                found["send"] = writer.of(channel.sends, "serialization") if known else []
        #: Asked for last: from here on everything has its name.
        self.schemas = {name: draft_07(one) for name, one in schemas.settled().items()}
        self._all = [m for by in self._messages.values() for found in by.values() for m in found]
        self._names = _names(self._all)
        kinds = dict.fromkeys(channel.is_websocket for channel in self.channels)
        self.servers = _servers(servers(app), list(kinds))

    def messages(self) -> dict[str, Any]:
        """The messages of all channels, by name."""
        named = {self._names[id(message)]: message for message in self._all}
        return {name: message.written(name) for name, message in sorted(named.items())}

    def channel(self, channel: Channel) -> dict[str, Any]:
        """The Channel Object."""
        handler = channel.handler
        messages = [m for ms in self._messages[channel.name].values() for m in ms]
        variables = {
            part["name"]: {key: part[key] for key in ("description",) if key in part}
            for part in self._parameters[channel.name]
            if part["in"] == "path"
        }
        parts: dict[str, Any] = {
            "address": handler.path,
            "summary": handler.documentation.get("summary", handler.title),
            "description": handler.documentation.get("description", handler.docstring.description),
            "servers": [
                {"$ref": f"#/servers/{name}"}
                for name, server in self.servers.items()
                if (server["protocol"] in ("ws", "wss")) == channel.is_websocket
            ],
            "parameters": variables,
            "messages": {
                self._names[id(m)]: {"$ref": f"#/components/messages/{self._names[id(m)]}"}
                for m in messages
            },
            "tags": [{"name": tag} for tag in handler.tags],
            "bindings": {"ws": self._handshake(channel)} if channel.is_websocket else {},
        }
        return {name: part for name, part in parts.items() if part}

    def of(self, channel: Channel) -> list[tuple[str, dict[str, Any]]]:
        """The Operation Objects of a channel, with their names."""
        place = f"#/channels/{channel.name}"
        found = []
        for action, messages in self._messages[channel.name].items():
            if channel.is_websocket and not messages:
                # Whether it ever does is not known.
                continue
            operation: dict[str, Any] = {"action": action, "channel": {"$ref": place}}
            security = self._security(channel)
            if security:
                operation["security"] = security
            if messages:
                names = dict.fromkeys(self._names[id(message)] for message in messages)
                operation["messages"] = [{"$ref": f"{place}/messages/{name}"} for name in names]
            if not channel.is_websocket:
                operation["bindings"] = {"http": self._request(channel)}
            found.append((f"{channel.name}_{action}", operation))
        return found

    def _security(self, channel: Channel) -> list[dict[str, str]]:
        handler = channel.handler
        said = handler.documentation.get("security", self._app.config.get("OPENAPI_SECURITY"))
        where = f"the route {handler.rule.rule!r}"
        return references(requirements(self._app, said or (), where))

    def _handshake(self, channel: Channel) -> dict[str, Any]:
        """What the request that opens a WebSocket may say."""
        parts = {"query": "query", "header": "headers"}
        fields = {shown: self._object(channel, place) for place, shown in parts.items()}
        said = {shown: schema for shown, schema in fields.items() if schema}
        return {"method": "GET", **said, "bindingVersion": "0.1.0"}

    def _request(self, channel: Channel) -> dict[str, Any]:
        query = self._object(channel, "query")
        method = {"method": channel.handler.method}
        return {**method, **({"query": query} if query else {}), "bindingVersion": "0.3.0"}

    def _object(self, channel: Channel, place: str) -> dict[str, Any]:
        """The parameters of a place as one schema; empty without any."""
        found = [part for part in self._parameters[channel.name] if part["in"] == place]
        properties = {
            part["name"]: {
                **part["schema"],
                **{key: part[key] for key in ("description",) if key in part},
            }
            for part in found
        }
        required = [part["name"] for part in found if part.get("required")]
        if not found:
            return {}
        schema: dict[str, Any] = {"type": "object", "properties": draft_07(properties)}
        return {**schema, "required": required} if required else schema


def _names(messages: list[Message]) -> dict[int, str]:
    """A name for each message; those that are alike have the same."""
    found: dict[int, str] = {}
    taken: dict[str, bytes] = {}
    for message in messages:
        content = msgspec.json.encode(message.written(""), enc_hook=_reference)
        name, number = message.name, 1
        while taken.setdefault(name, content) != content:
            number += 1
            name = f"{message.name}_{number}"
        found[id(message)] = name
    return found


def _servers(described: list[Any], kinds: list[bool]) -> dict[str, Any]:
    """AsyncAPI's servers, which have one protocol each, of OpenAPI's that have a host."""
    found: dict[str, Any] = {}
    for server in described:
        url = urlsplit(server["url"])
        if not url.netloc or "{" in url.netloc:
            continue
        for is_websocket in kinds:
            name = "websockets" if is_websocket else "events"
            number = sum(key.startswith(name) for key in found)
            protocol = url.scheme.replace("http", "ws") if is_websocket else url.scheme
            parts = {"host": url.netloc, "pathname": url.path.rstrip("/"), "protocol": protocol}
            key = f"{name}_{number + 1}" if number else name
            found[key] = {part: text for part, text in parts.items() if text}
    return found
