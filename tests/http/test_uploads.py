"""UploadedFile: a file of a form."""

from __future__ import annotations

import io
from pathlib import Path

import pydantic
import pytest
from werkzeug.datastructures import FileStorage, Headers

from quaff import Quaff, UploadedFile, request
from quaff.flask import Flask


def test_it_has_a_size_wherever_it_was_read_to() -> None:
    file = UploadedFile(io.BytesIO(b"0123456789"))
    assert file.read(4) == b"0123"
    assert (file.size, file.read(1)) == (10, b"4")


def test_a_stream_that_cannot_seek_has_no_size() -> None:
    class Stream(io.RawIOBase):
        pass

    assert UploadedFile(Stream()).size is None  # type: ignore[arg-type]


def test_it_is_read_whole_in_pieces_or_by_lines() -> None:
    file = UploadedFile(io.BytesIO(b"one\ntwo\n"))
    assert list(file.chunks(3)) == [b"one", b"\ntw", b"o\n"]
    file.seek(0)
    assert list(file) == [b"one\n", b"two\n"]
    file.seek(0)
    assert file.read() == b"one\ntwo\n"


def test_it_is_saved_to_a_path_or_a_file(tmp_path: Path) -> None:
    file = UploadedFile(io.BytesIO(b"content"))
    file.save(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"content"
    copy = io.BytesIO()
    file.seek(0)
    file.save(copy)
    assert copy.getvalue() == b"content"


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\my cat.tar.gz", "my_cat.tar.gz"),
        ("..", "file"),
        ("/", "file"),
        ("", "file"),
        (None, "file"),
        (".htaccess", "htaccess"),
        ("\u732b.png", "file.png"),
        ("a.\u732b", "a"),
        ("a" * 300 + ".png", "a" * 180 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 20),
        ("a\0\n.p\0ng", "a.png"),
    ],
)
def test_a_safe_name_is_made_of_the_clients(sent: str | None, safe: str) -> None:
    assert UploadedFile(io.BytesIO(), sent).safe_filename == safe


@pytest.mark.parametrize("kind", [Quaff, Flask])
def test_requests_give_it_too(kind: type[Quaff]) -> None:
    app = kind("example", static_folder=None)

    @app.post("/")
    def view() -> list[object]:
        file = request.files["a"]
        assert isinstance(file, UploadedFile)
        assert isinstance(file, FileStorage)
        names = [one.filename for one in request.files.getlist("a")]
        return [names, file.name, file.headers["X-Y"], request.form["b"]]

    headers = Headers({"X-Y": "z"})
    first = FileStorage(io.BytesIO(b"1"), "1.txt", "a", headers=headers)
    data = {"a": [first, (io.BytesIO(b"2"), "2.txt")], "b": "c"}
    assert app.test_client().post("/", data=data).json == [["1.txt", "2.txt"], "a", "z", "c"]


def test_models_of_pydantic_may_have_it() -> None:
    class Model(pydantic.BaseModel):
        file: UploadedFile

    file = UploadedFile(io.BytesIO())
    assert Model(file=file).file is file
    with pytest.raises(pydantic.ValidationError):
        Model.model_validate({"file": "text"})
    assert Model.model_json_schema()["properties"]["file"] == {
        "type": "string",
        "format": "binary",
        "contentMediaType": "application/octet-stream",
        "title": "File",
    }
