"""Security schemes, as AsyncAPI writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["references", "scheme"]

#: OpenAPI's types of schemes that AsyncAPI calls otherwise.
_TYPES = {"apiKey": "httpApiKey", "mutualTLS": "X509"}


def scheme(described: Mapping[str, Any]) -> dict[str, Any]:
    """A Security Scheme Object of one of OpenAPI's."""
    written = dict(described)
    written["type"] = _TYPES.get(written.get("type", ""), written.get("type"))
    if "flows" in written:
        written["flows"] = {
            name: {
                "availableScopes" if key == "scopes" else key: value for key, value in flow.items()
            }
            for name, flow in written["flows"].items()
        }
    return written


def references(requirements: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The schemes of which one must be met; none if two are needed at once, or none may do.

    AsyncAPI cannot say either of these.
    """
    needed = [list(requirement) for requirement in requirements]
    if any(len(names) != 1 for names in needed):
        return []
    return [{"$ref": f"#/components/securitySchemes/{name}"} for (name,) in needed]
