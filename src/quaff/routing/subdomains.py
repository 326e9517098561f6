"""Which subdomain of the server's name a request was sent to."""

from __future__ import annotations

#: What stands for the subdomain of a host that is not below the server's name; no rule has it,
#: but a rule whose subdomain is a variable matches it, as in Werkzeug.
FOREIGN = "<invalid>"

_DEFAULT_PORTS = {"http": ":80", "ws": ":80", "https": ":443", "wss": ":443"}


def subdomain_of(host: str, server_name: str, scheme: str) -> str:
    """The part of `host` before `server_name`, or FOREIGN.

    Args:
        host: of the request, with its port.
        server_name: the configured name, with its port.
        scheme: of the request; its default port may be left out on either side.
    """
    port = _DEFAULT_PORTS.get(scheme, "")
    host = host.lower().removesuffix(port)
    server_name = server_name.lower().removesuffix(port)
    if host == server_name:
        return ""
    if host.endswith(f".{server_name}"):
        return host[: -len(server_name) - 1]
    return FOREIGN
