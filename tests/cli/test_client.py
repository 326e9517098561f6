from __future__ import annotations

import pytest

from quaff.clients import python

APP = """
    from quaff import Quaff
    app = Quaff(__name__)

    @app.get("/books/<int:number>", tags=["books"])
    def get_book(number: int) -> dict[str, int]:
        return {}
"""


@pytest.fixture(autouse=True)
def project(write):
    write("my_app.py", APP)


def test_typescript(invoke, tmp_path):
    result = invoke("--app", "my_app", "client", "typescript", "--output", "web/api")
    assert result.exit_code == 0
    assert result.output == "Wrote web/api/client.ts.\n"
    assert "  getBook(\n" in (tmp_path / "web" / "api" / "client.ts").read_text()


def test_python(invoke, tmp_path):
    result = invoke("--app", "my_app", "client", "python", "--output", "books_client")
    assert result.exit_code == 0
    assert result.output.endswith("Wrote books_client.\n")
    assert (tmp_path / "books_client" / "api" / "books" / "get_book.py").exists()


def test_what_is_missing_is_said(invoke, monkeypatch):
    monkeypatch.setattr(python, "find_spec", lambda name: None)
    result = invoke("--app", "my_app", "client", "python", "--output", "books_client")
    assert result.exit_code == 1
    assert result.output.startswith("Error: A client in Python is written by openapi-python-client")


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_the_folder_must_be_said(invoke, language):
    result = invoke("--app", "my_app", "client", language)
    assert result.exit_code == 2
    assert "Missing option '--output'" in result.output
