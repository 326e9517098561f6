from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from quaff.clients.typescript import typescript_client
from tests.clients.library import create_app, served
from tests.services import PATIENCE, program

#: A document of another origin, with all that is odd and allowed.
TORTURE = json.loads((Path(__file__).parent / "torture.json").read_text())

COMPILE = ["--strict", "--target", "es2020", "--module", "commonjs"]
COMPILE += ["--lib", "dom,dom.iterable,es2020"]

#: What a program does with the client; it prints a line of JSON for each step.
STEPS = """
import { ApiError, Client, type Book } from "./client";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const client = new Client({
    baseUrl: process.argv[2],
    headers: async () => ({ "X-Kind": "time" }),
  });
  const show = (value: unknown) => console.log(JSON.stringify(value));

  const momo: Book = await client.getBook({ number: 1 });
  show([momo.title, momo.sequel?.title]);
  const added = await client.addBook({ body: { title: "Ö & Ü", tags: ["a b", "c"] } });
  show(added);
  const found: Array<Book> = await client.listBooks({ tag: ["a b", "c"] });
  show(found.map((book) => book.id));
  show((await client.listBooks()).map((book) => book.id));
  show((await client.listBooks({ "x-kind": "c" })).length);
  show((await client.removeBook({ number: 2 })) === undefined);
  show(await client.addScan({ body: {
    title: "Momo",
    cover: new File(["front"], "c.png"),
    shelf: { row: 1 },
    pages: [new Blob(["1"]), new File(["2"], "2")],
    copies: [{ row: 2 }, { row: 3, room: "B" }],
  } }));
  try {
    await client.getBook({ number: 2 });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    show([error.status, error.name, error.response.url.endsWith("/books/2")]);
  }
}

main();
"""


def compiled(folder: Path, *sources: str) -> subprocess.CompletedProcess[str]:
    command = [program("tsc"), *COMPILE, *sources]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_it_compiles_whatever_the_document(tmp_path: Path) -> None:
    (tmp_path / "client.ts").write_text(typescript_client(TORTURE))
    done = compiled(tmp_path, "--noEmit", "client.ts")
    assert done.stdout == ""
    assert done.returncode == 0


def test_a_program_calls_a_server_by_it(tmp_path: Path) -> None:
    app = create_app()
    (tmp_path / "client.ts").write_text(typescript_client(app.openapi()))
    (tmp_path / "steps.ts").write_text(STEPS)
    done = compiled(tmp_path, "steps.ts")
    assert done.stdout == ""
    with served(app) as address:
        ran = subprocess.run(
            [program("node"), "steps.js", address],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert ran.stderr == ""
    book = {"id": 2, "title": "Ö & Ü", "tags": ["a b", "c"], "state": "here", "sequel": None}
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        ["Momo", "Momo & the rest"],
        book,
        [2],
        [1, 2],
        2,
        True,
        ["Momo", "c.png: front", "blob: 1", "2: 2", "1A", "2A", "3B"],
        [404, "ApiError", True],
    ]


MISTAKES = """import { Client } from "./client";
const client = new Client();
client.getBook({});
client.getBook({ number: "1" });
client.addBook({ body: { tags: [] } });
client.getBook({ number: 1 }).then((book) => book.author);
client.getBook({ number: 1 }).then((book) => book.state === "lost");
"""


def test_mistakes_are_found_by_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "client.ts").write_text(typescript_client(create_app().openapi()))
    (tmp_path / "mistakes.ts").write_text(MISTAKES)
    done = compiled(tmp_path, "--noEmit", "mistakes.ts")
    found = re.findall(r"^mistakes\.ts\((\d+),\d+\): error", done.stdout, re.MULTILINE)
    assert found == ["3", "4", "5", "6", "7"]


def method(operation: dict[str, Any], path: str = "/a") -> str:
    """The source of the method of an operation."""
    source = typescript_client({"paths": {path: {"post": operation}}})
    return source[source.index("export class Client") :].rpartition("    return value;\n  }\n")[2]


def test_an_operation_that_takes_nothing() -> None:
    operation = {"operationId": "act", "responses": {"204": {"description": "Done."}}}
    assert method(operation) == (
        "\n"
        "  act(\n"
        "    init?: RequestInit,\n"
        "  ): Promise<undefined> {\n"
        '    return this.send("POST", `/a`, {\n'
        "    }, init);\n"
        "  }\n"
        "}\n"
    )


def test_names_that_are_taken_get_others() -> None:
    assert "\n  send_(\n" in method({"operationId": "send"})
    assert "\n  options_(\n" in method({"operationId": "options"})
    same = [{"name": "id", "in": place, "required": True} for place in ("query", "header")]
    text = method({"operationId": "act", "parameters": same})
    assert "      id: unknown;\n      id_header: unknown;\n" in text
    assert 'headers: { "id": input.id_header }' in text


def test_text_of_the_document_cannot_leave_its_place() -> None:
    text = method(
        {"operationId": "a(){};b", "summary": "*/ alert(1)", "deprecated": True},
        path='/`${alert(1)}"/{x}',
    )
    assert "/**\n   * *\\/ alert(1)\n   *\n   * @deprecated\n   */\n" in text
    assert '`/\\`\\${alert(1)}"/{x}`' in text
    assert "\n  aB(\n" in text


@pytest.mark.parametrize(
    ("contents", "result"),
    [
        ({"application/problem+json": {"schema": {"type": "string"}}}, "string"),
        ({"text/html; charset=utf-8": {}}, "string"),
        ({"text/event-stream": {}}, "Response"),
        ({"image/png": {}}, "Blob"),
        ({"text/csv": {}, "image/png": {}}, "string | Blob"),
        ({}, "undefined"),
    ],
)
def test_results(contents: Any, result: str) -> None:
    responses = {"2XX": {"content": contents}, "404": {"content": {"text/plain": {}}}}
    assert f"): Promise<{result}> {{" in method({"responses": responses})


def test_it_is_the_same_for_the_same_document() -> None:
    assert typescript_client(TORTURE) == typescript_client(json.loads(json.dumps(TORTURE)))
