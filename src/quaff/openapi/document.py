"""The whole document: info, servers, tags, paths, components."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from .docstrings import read_docstring
from .handlers import Handler, handlers_of
from .names import Definition, operation_ids
from .operations import Operations
from .paths import domain_template
from .security import requirements, security_schemes

if TYPE_CHECKING:
    from ..app import Quaff

__all__ = ["document", "information", "servers"]

_VARIABLE = re.compile(r"\{[^}]*\}")


def document(app: Quaff) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application, of plain values, yours to change.

    It is written once for each Plan.

    Raises:
        ValueError: a route's `security` names a scheme that is not configured.
    """
    plan = app.plan
    if plan.openapi_document is None:
        plan.openapi_document = msgspec.json.encode(_write(app), enc_hook=_plain)
    written: dict[str, Any] = msgspec.json.decode(plan.openapi_document)
    return written


def _plain(value: Any) -> str:
    """References have their text only when all names are settled."""
    return value.reference if isinstance(value, Definition) else str(value)


def _write(app: Quaff) -> dict[str, Any]:
    operations = Operations(app)
    handlers = list(handlers_of(app))
    paths = _paths(app, operations, handlers)
    components = {
        "schemas": operations.schemas.settled(),
        "securitySchemes": security_schemes(app),
    }
    security = app.config.get("OPENAPI_SECURITY")
    parts = {
        "openapi": "3.1.1",
        "info": information(app),
        "servers": servers(app),
        "tags": _tags(app, handlers),
        "security": None if security is None else requirements(app, security),
        "paths": paths,
        "components": {name: part for name, part in components.items() if part},
    }
    return {name: part for name, part in parts.items() if part or name == "paths"}


def information(app: Quaff) -> dict[str, Any]:
    """The Info Object, which AsyncAPI has too."""
    config = app.config
    info = {
        "title": config.get("OPENAPI_TITLE") or app.name,
        "version": str(config.get("OPENAPI_VERSION") or "1.0.0"),
        "description": config.get("OPENAPI_DESCRIPTION"),
        **(config.get("OPENAPI_INFO") or {}),
    }
    return {name: value for name, value in info.items() if value is not None}


def servers(app: Quaff) -> list[Any]:
    """The Server Objects: those configured, or where SERVER_NAME is."""
    config = app.config
    configured: Sequence[Any] | None = config.get("OPENAPI_SERVERS")
    if configured is not None:
        return [{"url": one} if isinstance(one, str) else one for one in configured]
    root = config["APPLICATION_ROOT"].rstrip("/")
    if config["SERVER_NAME"]:
        return [{"url": f"{config['PREFERRED_URL_SCHEME']}://{config['SERVER_NAME']}{root}"}]
    return [{"url": root}] if root else []


def _tags(app: Quaff, handlers: Iterable[Handler]) -> list[dict[str, str]]:
    """The tags: those configured, in their order, then those of routes as they are met."""
    described: dict[str, str] = dict(app.config.get("OPENAPI_TAGS") or {})
    for handler in handlers:
        for tag in handler.tags:
            described.setdefault(tag, "")
    listed = {handler.blueprint for handler in handlers}
    for name, text in _descriptions_of_blueprints(app).items():
        if name in listed and not described.get(name, text):
            described[name] = text
    return [
        {"name": name, **({"description": text} if text else {})}
        for name, text in described.items()
    ]


def _descriptions_of_blueprints(app: Quaff) -> dict[str, str]:
    """The docstrings of the modules that define nothing else than one blueprint."""
    modules = Counter(blueprint.import_name for blueprint in set(app.blueprints.values()))
    modules[app.import_name] += 1
    found = {}
    for name, blueprint in app.blueprints.items():
        module = sys.modules.get(blueprint.import_name)
        if modules[blueprint.import_name] == 1:
            docstring = read_docstring(getattr(module, "__doc__", None))
            found[name] = "\n\n".join(filter(None, (docstring.summary, docstring.description)))
    return found


def _paths(
    app: Quaff, operations: Operations, handlers: Sequence[Handler]
) -> dict[str, dict[str, Any]]:
    """Path -> method -> operation.

    Two paths that differ in the names of variables are one to OpenAPI, so the names of the first
    are used. Of two handlers for one path and method, the first is listed.
    """
    paths: dict[str, dict[str, Any]] = {}
    known: dict[str, str] = {}
    names = operation_ids(handlers)
    for handler, name in zip(handlers, names, strict=True):
        path = known.setdefault(_VARIABLE.sub("{}", handler.path), handler.path)
        method = handler.method.lower()
        item = paths.setdefault(path, {})
        if method in item:
            continue
        renamed = dict(zip(handler.variables, _VARIABLE.findall(path), strict=True))
        operation = operations.of(handler, name, {old: new[1:-1] for old, new in renamed.items()})
        own = _servers_of_domain(app, handler)
        item[method] = {**operation, **({"servers": own} if own else {})}
        extra = handler.documentation.get("openapi")
        if isinstance(extra, Mapping):
            item[method].update(extra)
    return paths


def _servers_of_domain(app: Quaff, handler: Handler) -> list[dict[str, Any]]:
    """Where a rule with a host or subdomain of its own is served."""
    domain = domain_template(handler.rule)
    config = app.config
    if not app.url_map.host_matching:
        if not (domain and app.subdomain_matching and config["SERVER_NAME"]):
            return []
        domain = f"{domain}.{config['SERVER_NAME']}"
    elif not domain:
        return []
    root = config["APPLICATION_ROOT"].rstrip("/")
    server: dict[str, Any] = {"url": f"{config['PREFERRED_URL_SCHEME']}://{domain}{root}"}
    variables = {name[1:-1]: {"default": name[1:-1]} for name in _VARIABLE.findall(domain)}
    return [{**server, **({"variables": variables} if variables else {})}]
