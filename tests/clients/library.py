"""An application for clients to call, and a server of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta
from werkzeug.serving import make_server

from quaff import Form, Header, Quaff, UploadedFile, abort


@dataclass
class NewBook:
    """A book as it is brought in."""

    title: Annotated[str, Meta(min_length=1)]
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


@dataclass
class Shelf:
    """Where a book stands."""

    row: int
    room: str = "A"


@dataclass
class Scan:
    """A book that comes as pictures."""

    title: str
    cover: UploadedFile
    shelf: Shelf
    pages: list[UploadedFile] = field(default_factory=list)
    copies: list[Shelf] = field(default_factory=list)
    back: UploadedFile | None = None


def create_app() -> Quaff:
    """A library with one book."""
    app = Quaff("library", static_folder=None)
    app.config.update(OPENAPI_TITLE="Library", OPENAPI_DOCS=True)
    books = {1: Book(1, "Momo", ["time"], sequel=Book(2, "Momo & the rest", []))}

    @app.get("/books/<int:number>", tags=["books"], responses={404: "There is none."})
    def get_book(number: int) -> Book:
        """One book."""
        if number not in books:
            abort(404)
        return books[number]

    @app.get("/books", tags=["books"])
    def list_books(
        tag: list[str] | None = None, x_kind: Annotated[str, Header()] = ""
    ) -> list[Book]:
        """All books with the tags."""
        return [book for book in books.values() if {*(tag or ())} <= {*book.tags, x_kind}]

    @app.post("/books", tags=["books"])
    def add_book(new: NewBook) -> tuple[Book, Literal[201]]:
        """Bring in a book."""
        book = books[len(books) + 1] = Book(len(books) + 1, new.title, new.tags)
        return book, 201

    @app.post("/scans", tags=["books"])
    def add_scan(scan: Annotated[Scan, Form()]) -> list[str]:
        """Bring in the pictures of a book."""
        files = [file for file in (scan.cover, *scan.pages, scan.back) if file]
        seen = [f"{file.filename}: {file.read().decode()}" for file in files]
        return [scan.title, *seen, *(f"{one.row}{one.room}" for one in (scan.shelf, *scan.copies))]

    @app.delete("/books/<int:number>", tags=["books"])
    def remove_book(number: int) -> tuple[Literal[""], Literal[204]]:
        """Take a book out."""
        del books[number]
        return "", 204

    return app


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
