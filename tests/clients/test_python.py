from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from quaff.clients import python
from quaff.clients.python import ClientNotWritten, write_python_client
from tests.clients.library import create_app, served
from tests.services import PATIENCE

#: What a program does with the client; it prints a line of JSON for each step.
STEPS = """
import asyncio
import io
import json
import sys

from library_client import Client
from library_client.api.books import add_book, add_scan, get_book, list_books, remove_book
from library_client.models import Book, NewBook, Scan, Shelf, ValidationProblem
from library_client.types import File


def show(value: object) -> None:
    print(json.dumps(value))


client = Client(base_url=sys.argv[1])
with client:
    momo = get_book.sync(1, client=client)
    assert isinstance(momo, Book)
    show(momo.title)
    body = NewBook(title="Ö & Ü", tags=["a b", "c"])
    added = add_book.sync_detailed(client=client, body=body)
    show([added.status_code, isinstance(added.parsed, Book)])
    found = list_books.sync(client=client, tag=["a b", "c"])
    assert isinstance(found, list)
    show([book.title for book in found])
    show(remove_book.sync_detailed(2, client=client).status_code)
    show(get_book.sync_detailed(2, client=client).status_code)
    scan = Scan(
        title="Momo",
        cover=File(io.BytesIO(b"front"), "c.png", "image/png"),
        shelf=Shelf(row=1),
        pages=[File(io.BytesIO(b"1"), "1"), File(io.BytesIO(b"2"), "2")],
        copies=[Shelf(row=2), Shelf(row=3, room="B")],
    )
    show(add_scan.sync(client=client, body=scan))


async def main() -> None:
    async with Client(base_url=sys.argv[1]) as client:
        books = await list_books.asyncio(client=client)
        assert isinstance(books, list)
        show(len(books))
        problem = await add_book.asyncio(client=client, body=NewBook(title=""))
        assert isinstance(problem, ValidationProblem)
        show([error.loc for error in problem.errors or []])


asyncio.run(main())
"""


def python_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )


def test_a_program_calls_a_server_by_it(tmp_path: Path) -> None:
    app = create_app()
    assert "arning" not in write_python_client(app.openapi(), tmp_path / "library_client")
    (tmp_path / "steps.py").write_text(STEPS)
    typed = python_in(tmp_path, "-m", "mypy", "--strict", "--follow-imports=silent", "steps.py")
    assert typed.returncode == 0, typed.stdout
    with served(app) as address:
        ran = python_in(tmp_path, "steps.py", address)
    assert ran.stderr == ""
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        "Momo",
        [201, True],
        ["Ö & Ü"],
        204,
        404,
        ["Momo", "c.png: front", "1: 1", "2: 2", "1A", "2A", "3B"],
        1,
        [["body", "title"]],
    ]


#: What the generator would leave out, if it got the document as it is.
ODD = {
    "openapi": "3.1.1",
    "info": {"title": "odd", "version": "1"},
    "paths": {
        "/": {
            "post": {
                "operationId": "draw",
                "requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}},
                "responses": {
                    "200": {"description": "OK", "content": {"image/png": {"schema": {}}}},
                    "201": {
                        "description": "OK",
                        "content": {
                            "application/json; charset=utf-8": {
                                "schema": {"$ref": "#/components/schemas/TeaOutput"}
                            }
                        },
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "TeaInput": {"title": "Tea", "type": "object", "properties": {"a": {}}},
            "TeaOutput": {"title": "Tea", "type": "object", "properties": {"b": {}}},
            "Pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        }
    },
}


def test_what_the_generator_does_not_know_is_put_in_its_words(tmp_path: Path) -> None:
    before = json.dumps(ODD)
    said = write_python_client(ODD, tmp_path / "odd_client")
    assert said.strip() == f"Generating {tmp_path / 'odd_client'}"
    assert json.dumps(ODD) == before
    program = (
        "from odd_client.api.default import draw\n"
        "from odd_client.models import TeaInput, TeaOutput\n"
        "print(draw.sync.__name__, TeaOutput.from_dict({'b': 1}).b)"
    )
    ran = python_in(tmp_path, "-c", program)
    assert (ran.stdout, ran.stderr) == ("sync 1\n", "")


def test_a_document_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClientNotWritten, match="info"):
        write_python_client({"openapi": "3.1.0", "paths": {}}, tmp_path / "client")
    assert list(tmp_path.iterdir()) == []


def test_without_the_generator_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_spec(name: str) -> Any:
        assert name == "openapi_python_client"

    monkeypatch.setattr(python, "find_spec", find_spec)
    with pytest.raises(ClientNotWritten, match=r"pip install 'quaff\[client\]'"):
        write_python_client({}, tmp_path / "client")
