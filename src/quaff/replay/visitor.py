"""`python -m quaff.replay.visitor`: sends recorded requests to an application.

It runs in a process of its own, since what `import flask` means is decided once in a process.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from werkzeug.test import Client
from werkzeug.utils import import_string

from ..app import Quaff
from .recording import RecordedRequest

#: Where an application is when only its module is named.
_USUAL_NAMES = ("app", "application", "create_app", "make_app")


def load(name: str) -> Any:
    """The application `module`, `module:name` or `module:factory()`.

    Raises:
        LookupError: the module has no such thing.
    """
    module_name, _, attribute = name.partition(":")
    module = import_string(module_name)
    names = [attribute.removesuffix("()")] if attribute else _USUAL_NAMES
    for each in names:
        found = getattr(module, each, None)
        if found is not None:
            return found if hasattr(found, "wsgi_app") else found()
    raise LookupError(f"{module_name} has no {' or '.join(names)}. Name it: {module_name}:name.")


def visit(client: Any, request: RecordedRequest) -> dict[str, Any]:
    """What the application answers, as a value that JSON can hold."""
    try:
        response = client.open(
            request.path,
            method=request.method,
            headers=list(request.headers),
            data=request.body or None,
        )
        body = response.get_data()
    except Exception as error:
        # What an application in testing or debug mode propagates.
        return {"status": f"raised {type(error).__name__}: {error}", "headers": [], "body": ""}
    return {
        "status": response.status,
        "headers": list(response.headers),
        "body": b64encode(body).decode(),
    }


def main() -> None:
    """Read the task from stdin, a JSON object; write the answers to the file it names.

    The application may print what it likes.
    """
    task = json.load(sys.stdin)
    if task["framework"] == "quaff":
        import_string("quaff.as_flask")
    else:
        try:
            import_string("flask")
        except ImportError:
            sys.exit("The real Flask is not installed here, so there is nothing to compare with.")
    app = load(task["app"])
    if task["framework"] == "quaff":
        client = app.test_client()
        client.gateway = task["gateway"]
    elif isinstance(app, Quaff):
        sys.exit(f"{task['app']} imports quaff by itself, so it cannot run on the real Flask.")
    else:
        client = Client(app)
    answers = [visit(client, RecordedRequest.from_json(each)) for each in task["requests"]]
    Path(task["answers"]).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
