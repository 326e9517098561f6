"""An application for clients to call, and a server of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug.serving import make_server

from quaff import Quaff, abort, request
from quaff.typing import ResponseReturnValue


@dataclass
class NewBook:
    """A book as it is brought in."""

    title: str
    tags: list[str] = field(default_factory=list)


@dataclass
class Book:
    """A book of the library."""

    id: int
    title: str
    tags: list[str]
    state: Literal["here", "lent"] = "here"
    #: The book that is read after it.
    sequel: Book | None = None


def create_app() -> Quaff:
    """A library with one book."""
    app = Quaff("library", static_folder=None)
    app.config.update(OPENAPI_TITLE="Library", OPENAPI_DOCS=True)
    books = {1: Book(1, "Momo", ["time"], sequel=Book(2, "Momo & the rest", []))}

    @app.get("/books/<int:number>", tags=["books"], responses={200: Book, 404: "There is none."})
    def get_book(number: int) -> ResponseReturnValue:
        """One book."""
        if number not in books:
            abort(404)
        return app.json.response(books[number])

    @app.get(
        "/books",
        tags=["books"],
        openapi={
            "parameters": [
                {"name": "tag", "in": "query", "schema": _texts()},
                {"name": "X-Kind", "in": "header", "schema": {"type": "string"}},
            ]
        },
    )
    def list_books() -> list[Book]:
        """All books with the tags."""
        asked = set(request.args.getlist("tag"))
        kind = request.headers.get("X-Kind", "")
        return [book for book in books.values() if asked <= {*book.tags, kind}]

    content = {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string"}, "tags": _texts()},
            }
        }
    }

    @app.post(
        "/books",
        tags=["books"],
        responses={201: Book},
        openapi={"requestBody": {"required": True, "content": content}},
    )
    def add_book() -> ResponseReturnValue:
        """Bring in a book."""
        new = NewBook(**request.get_json())
        book = books[len(books) + 1] = Book(len(books) + 1, new.title, new.tags)
        return app.json.response(book), 201

    @app.delete("/books/<int:number>", tags=["books"], responses={204: None})
    def remove_book(number: int) -> ResponseReturnValue:
        """Take a book out."""
        del books[number]
        return "", 204

    return app


def _texts() -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}}


@contextlib.contextmanager
def served(app: Quaff) -> Iterator[str]:
    """The address of a server of the application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
