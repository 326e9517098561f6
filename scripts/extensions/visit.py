"""Runs one program once and prints what it answered, as JSON.

`python visit.py PROGRAM flask|quaff GATEWAY`. A program is a module with an `app` and a generator
`visit(client)`; what it yields, responses or plain values, is the record.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

#: What is never twice the same: signed values, dates, identifiers, addresses, durations.
VARYING = [
    (r"(\b(?:session|remember_token|access_token)\w*=)[^;\s]+", r"\1*"),
    (r"\b[\w-]{20,}\.[\w-]{6,}\.[\w-]{20,}", "*signed*"),
    (r"\b[0-9a-f]{32,64}\b", "*hex*"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "*uuid*"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "*date*"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.+:]*", "*time*"),
    (r"0x[0-9a-f]{6,}", "*address*"),
    (r"\b\d+\.\d+ ?ms", "*duration*"),
    (r"(?<=nonce[-=])[\"']?[\w/+-]{20,}={0,2}[\"']?", "*nonce*"),
]


def scrubbed(text: str) -> str:
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text)
    return text


def line(name: str, content: str) -> str:
    """A header, in the one form that both frameworks and every protocol have in common."""
    name = name.lower()  # ASGI's are in lower case.
    if name == "allow":
        content = ", ".join(sorted(content.split(", ")))  # Made of a set.
    return f"{name}: {scrubbed(content)}"


def record(value: Any) -> Any:
    if hasattr(value, "status_code") and hasattr(value, "headers"):
        body = value.get_data()
        headers = sorted(
            line(name, content) for name, content in value.headers if name.lower() != "date"
        )
        if b"pbkdf2" in body or value.headers.get("Content-Encoding"):
            shown = f"{len(body)} bytes"
        else:
            shown = scrubbed(body.decode("utf-8", "replace"))
        return [value.status, headers, shown]
    return json.loads(scrubbed(json.dumps(value, default=repr)))


def main(program: str, framework: str, gateway: str) -> None:
    if framework == "quaff":
        import quaff.as_flask  # noqa: F401
    os.chdir(tempfile.mkdtemp(prefix="extension-"))
    spec = importlib.util.spec_from_file_location("program", program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    client = module.app.test_client()
    if gateway != "wsgi":
        client.gateway = gateway
    print(json.dumps([record(value) for value in module.visit(client)]))


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()), sys.argv[2], sys.argv[3])
