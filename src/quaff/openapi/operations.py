"""One rule and method as OpenAPI's Operation Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .handlers import Handler
from .requests import Requests
from .responses import Responses
from .schemas import Schema, Schemas
from .security import requirements

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["Operations"]


class Operations:
    """Writes the operations of one application.

    Args:
        app: the application.
    """

    def __init__(self, app: Quaff) -> None:
        self._app = app
        self.schemas = Schemas()
        self._requests = Requests(self.schemas)
        self._responses = Responses(
            self.schemas,
            text_type=app.response_class.default_mimetype or "*/*",
            json_type=getattr(app.json, "mimetype", "application/json"),
        )

    def of(self, handler: Handler, operation_id: str, variables: dict[str, str]) -> Schema:
        """The operation of a handler.

        Args:
            handler: what answers.
            operation_id: its unique name.
            variables: the names that the rule's variables have in the document.
        """
        said = handler.documentation
        security = said.get("security")
        where = f"the route {handler.rule.rule!r}"
        parts: dict[str, Any] = {
            "tags": handler.tags,
            "summary": said.get("summary", handler.title),
            "description": said.get("description", handler.docstring.description),
            "operationId": operation_id,
            "parameters": self._requests.parameters(handler, variables),
            "requestBody": self._requests.body(handler),
            "responses": self._responses.of(handler),
            "deprecated": said.get("deprecated", False),
        }
        operation = {name: part for name, part in parts.items() if part}
        if security is not None:
            operation["security"] = requirements(self._app, security, where)
        return operation
