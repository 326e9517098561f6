"""Records the requests to an application, for `quaff diff --requests`.

    app.wsgi_app = Recorder(app.wsgi_app, "requests.jsonl")

It stands alone, so that it can be copied to where the application runs.
"""

import base64
import io
import json
import threading
from typing import Any
from urllib.parse import quote


class Recorder:
    """WSGI middleware that appends each request to a file, a JSON object a line.

    Cookies and Authorization are left out: whoever has the file could use them. The replay has
    cookies of its own.
    """

    SECRET = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")

    def __init__(self, application: Any, path: str) -> None:
        self.application = application
        self.path = path
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        body = self.read(environ)
        path = quote(environ.get("PATH_INFO", "/").encode("latin1"))
        # Clients may send bytes that should have been escaped.
        query = quote(environ.get("QUERY_STRING", "").encode("latin1"), safe="%&=+/?:@!$'()*,;~[]")
        record = {
            "method": environ["REQUEST_METHOD"],
            "path": path + "?" + query if query else path,
            "headers": self.headers(environ),
            "body": base64.b64encode(body).decode(),
        }
        with self.lock, open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        return self.application(environ, start_response)

    def headers(self, environ: dict[str, Any]) -> list[list[str]]:
        """Names and values, without what is secret."""
        found = []
        if environ.get("CONTENT_TYPE"):
            found.append(["Content-Type", environ["CONTENT_TYPE"]])
        for name, value in environ.items():
            if name.startswith("HTTP_") and name not in self.SECRET:
                found.append([name[5:].replace("_", "-").title(), value])
        return found

    def read(self, environ: dict[str, Any]) -> bytes:
        """The body, which the application can read once more."""
        length = environ.get("CONTENT_LENGTH")
        if not length and not environ.get("wsgi.input_terminated"):
            return b""
        body: bytes = environ["wsgi.input"].read(*([int(length)] if length else []))
        environ["wsgi.input"] = io.BytesIO(body)
        return body
