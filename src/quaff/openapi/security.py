"""Security schemes of an application, and which of them a route asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["requirements", "security_schemes"]


def security_schemes(app: Quaff) -> dict[str, Any]:
    """OPENAPI_SECURITY_SCHEMES, with its short forms written out.

    Raises:
        ValueError: a short form is not known.
    """
    configured = app.config.get("OPENAPI_SECURITY_SCHEMES") or {}
    return {name: _scheme(app, name, scheme) for name, scheme in configured.items()}


def _scheme(app: Quaff, name: str, scheme: Any) -> Any:
    if not isinstance(scheme, str):
        return scheme
    if scheme in ("basic", "bearer"):
        return {"type": "http", "scheme": scheme}
    if scheme == "session":
        return {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
    raise ValueError(
        f"OPENAPI_SECURITY_SCHEMES[{name!r}] is {scheme!r}. Use 'basic', 'bearer', 'session', or a "
        "mapping that is an OpenAPI Security Scheme Object."
    )


def requirements(
    app: Quaff, security: Sequence[str | Mapping[str, Sequence[str]]], where: str = "the app"
) -> list[dict[str, list[str]]]:
    """OpenAPI's Security Requirement Objects, of which a request must meet one.

    Args:
        app: the application, which configures the schemes.
        security: names of schemes, or mappings of a name to scopes.
        where: whose security it is, for the message.

    Raises:
        ValueError: there is no scheme of a name.
    """
    known = app.config.get("OPENAPI_SECURITY_SCHEMES") or {}
    found = []
    for one in [security] if isinstance(security, str) else security:
        needed = {one: []} if isinstance(one, str) else {name: [*one[name]] for name in one}
        for name in needed:
            if name not in known:
                raise ValueError(
                    f"The security of {where} names the scheme {name!r}, which is not in "
                    "OPENAPI_SECURITY_SCHEMES. Configure it: "
                    f'app.config["OPENAPI_SECURITY_SCHEMES"] = {{"{name}": "bearer"}}.'
                )
        found.append(needed)
    return found
