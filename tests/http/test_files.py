from __future__ import annotations

import io
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import werkzeug.utils
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.http import http_date
from werkzeug.test import create_environ

from quaff.http.file_body import PIECE, FileBody
from quaff.http.files import (
    _disposition,
    _pairs_of,
    content_disposition,
    send_file,
    send_from_directory,
)
from quaff.http.request import Request
from quaff.http.response import Response

CONTENT = bytes(range(256)) * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files, beside a folder whose name begins the same and holds a secret."""
    folder = tmp_path / "public"
    (folder / "sub").mkdir(parents=True)
    (folder / "data.bin").write_bytes(CONTENT)
    (folder / "page.html").write_text("<p>")
    (folder / "été.txt").write_text("é")
    (folder / "archive.tar.gz").write_bytes(b"gz")
    (folder / "empty.txt").touch()
    (folder / "sub" / "deep.txt").write_text("deep")
    secrets = tmp_path / "public-not"
    secrets.mkdir()
    (secrets / "secret.txt").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "data.bin"


def asking(method: str = "GET", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(create_environ("/", method=method, headers=named))


def body_of(response: Any) -> bytes:
    body = b"".join(response.response)
    response.close()
    return body


# -- the response as Werkzeug's users know it ----------------------------------------------------


@pytest.mark.parametrize("name", ["page.html", "été.txt", "archive.tar.gz", "empty.txt"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"as_attachment": True},
        {"as_attachment": True, "download_name": 'a "b";c=d.txt'},
        {"mimetype": "text/css"},
        {"download_name": "日本.html"},
        {"etag": "mine"},
        {"etag": False},
        {"last_modified": 1000.5},
        {"last_modified": datetime(2020, 1, 1, tzinfo=UTC)},
        {"conditional": False},
        {"max_age": 60},
        {"max_age": 0},
        {"max_age": lambda path: 7 if path else None},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_says_what_werkzeug_says(
    folder: Path, name: str, options: dict[str, Any], method: str
) -> None:
    request = asking(method)
    ours = send_file(folder / name, request, **options)
    reference = werkzeug.utils.send_file(
        folder / name, request.environ, response_class=Response, **options
    )
    ignored = {"Date", "Expires"} | ({"ETag"} if options.get("etag", True) is True else set())
    assert ours.status == reference.status
    assert {pair for pair in ours.headers if pair[0] not in ignored} == {
        pair for pair in reference.headers if pair[0] not in ignored
    }
    assert ("Expires" in ours.headers) == ("Expires" in reference.headers)
    assert body_of(ours) == body_of(reference) == (folder / name).read_bytes()


def test_is_an_instance_of_the_response_class_and_passes_the_file_on(path: Path) -> None:
    class Special(Response):
        pass

    response = send_file(path, asking(), response_class=Special)
    assert type(response) is Special
    assert response.direct_passthrough
    response.close()


def test_a_response_class_with_its_own_constructor_is_constructed(path: Path) -> None:
    class Special(Response):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.headers["X-Special"] = "yes"

    response = send_file(path, asking(), response_class=Special)
    assert response.headers["X-Special"] == "yes"
    assert body_of(response) == CONTENT


def test_only_names_that_files_may_have_are_kept() -> None:
    def used(name: str) -> int:
        before = sum(cache.cache_info().currsize for cache in (_pairs_of, _disposition))
        response = send_file(io.BytesIO(), asking(), download_name=name)
        assert response.headers["Content-Disposition"] == f"inline; filename={name}"
        return sum(cache.cache_info().currsize for cache in (_pairs_of, _disposition)) - before

    _pairs_of.cache_clear()
    _disposition.cache_clear()
    assert used("a" * 255) == 2
    assert used("a" * 256) == 0


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("data:text/html,a.png", "image/png"),
        ("data:text/html;a=b,a.txt", "text/plain; charset=utf-8"),
        ("DATA:text/html,a", "application/octet-stream"),
        ("data:a/b\r\nX: y,", "application/octet-stream"),
        ("https://site.example/a.png", "image/png"),
        ("/a.png", "image/png"),
        ("//a.svg.gz", "image/svg+xml; charset=utf-8"),
    ],
)
def test_a_media_type_comes_of_the_end_of_a_name_only(name: str, media_type: str) -> None:
    response = send_file(io.BytesIO(), asking(), download_name=name)
    assert response.headers["Content-Type"] == media_type


@pytest.mark.parametrize("options", [{"mimetype": "a/b\r\nX: y"}, {"etag": "a\r\nX: y"}])
def test_what_no_header_can_carry_is_refused(path: Path, options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Encode the value"):
        send_file(path, asking(), **options)  # type: ignore[arg-type]


def test_a_relative_path_starts_from_the_root_path(folder: Path) -> None:
    response = send_file("sub/deep.txt", asking(), root_path=str(folder))
    assert body_of(response) == b"deep"


def test_the_age_function_is_given_the_whole_path(path: Path) -> None:
    paths: list[str | None] = []
    send_file(path, asking(), max_age=lambda path: paths.append(path)).close()
    send_file(
        io.BytesIO(), asking(), mimetype="a/b", max_age=lambda path: paths.append(path)
    ).close()
    assert paths == [str(path), None]


def test_different_files_have_different_tags(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).write_text("same size")
        os.utime(folder / name, ns=(1, 1))
    tags = set()
    for name in ("one", "two"):
        response = send_file(folder / name, asking())
        tags.add(response.headers["ETag"])
        response.close()
    os.utime(folder / "two", ns=(1, 2))
    response = send_file(folder / "two", asking())
    tags.add(response.headers["ETag"])
    response.close()
    assert len(tags) == 3


# -- files that are not paths --------------------------------------------------------------------


def test_a_file_is_sent_from_where_it_stands(path: Path) -> None:
    file = path.open("rb")
    file.seek(100)
    response = send_file(file, asking(), mimetype="a/b")
    assert response.headers["Content-Length"] == str(len(CONTENT) - 100)
    assert body_of(response) == CONTENT[100:]
    assert file.closed


def test_a_range_of_a_file_counts_from_where_it_stands() -> None:
    file = io.BytesIO(b"0123456789")
    file.seek(5)
    response = send_file(file, asking(Range="bytes=1-2"), mimetype="a/b")
    assert response.headers["Content-Range"] == "bytes 1-2/5"
    assert body_of(response) == b"67"


class Pipe:
    """Something that can be read and not sought."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read(self, size: int = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def test_what_cannot_be_sought_is_streamed_without_length_and_ranges() -> None:
    pipe: Any = Pipe(b"ab", b"cd")
    response = send_file(pipe, asking(Range="bytes=1-2"), download_name="x.txt")
    assert response.status_code == 200
    assert "Content-Length" not in response.headers
    assert "Accept-Ranges" not in response.headers
    assert body_of(response) == b"abcd"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_named_pipe_given_by_its_path_is_streamed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    keep_open = os.open(pipe, os.O_RDWR)
    os.write(keep_open, b"news")
    response = send_file(pipe, asking(), mimetype="a/b")
    os.close(keep_open)
    assert "Content-Length" not in response.headers
    assert body_of(response) == b"news"


@pytest.mark.parametrize("text", [io.StringIO("text"), None])
def test_text_is_refused(path: Path, text: Any) -> None:
    with text or path.open() as file, pytest.raises(ValueError, match="mode 'rb'"):
        send_file(file, asking(), mimetype="a/b")


@pytest.mark.parametrize("value", [5, None, b"content", ["list"]])
def test_what_is_no_file_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="needs a path or a file"):
        send_file(value, asking(), mimetype="a/b")


def test_a_nameless_file_needs_a_media_type_and_an_attachment_a_name() -> None:
    with pytest.raises(TypeError, match="guess the media type"):
        send_file(io.BytesIO(), asking())
    with pytest.raises(TypeError, match="Pass download_name="):
        send_file(io.BytesIO(), asking(), mimetype="a/b", as_attachment=True)


# -- conditions ----------------------------------------------------------------------------------


def validators(path: Path) -> dict[str, str]:
    response = send_file(path, asking())
    response.close()
    return dict(response.headers)


LONG_AGO = http_date(1)


def test_a_file_that_the_client_has_is_not_sent_again(path: Path) -> None:
    known = validators(path)
    for headers in (
        {"If-None-Match": known["ETag"]},
        {"If-None-Match": f'"other", W/{known["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": known["Last-Modified"]},
        {"If-None-Match": known["ETag"], "If-Modified-Since": LONG_AGO},
    ):
        response = send_file(path, asking(**headers))
        response.close()
        assert response.status_code == 304, headers


def test_a_file_that_has_changed_is_sent(path: Path) -> None:
    known = validators(path)
    for headers in (
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": LONG_AGO},
        {"If-Modified-Since": "nonsense"},
        {"If-None-Match": '"other"', "If-Modified-Since": known["Last-Modified"]},
        {"If-Match": known["ETag"]},
        {"If-Unmodified-Since": known["Last-Modified"]},
        {"If-Unmodified-Since": "nonsense"},
        # If-Match decides alone where both are sent.
        {"If-Match": known["ETag"], "If-Unmodified-Since": LONG_AGO},
    ):
        response = send_file(path, asking(**headers))
        response.close()
        assert response.status_code == 200, headers


@pytest.mark.parametrize("headers", [{"If-Match": '"other"'}, {"If-Unmodified-Since": LONG_AGO}])
def test_a_failed_precondition_sends_no_file(path: Path, headers: dict[str, str]) -> None:
    file = path.open("rb")
    response = send_file(file, asking(**headers), mimetype="a/b", etag="this", last_modified=1e9)
    assert response.status_code == 412
    assert file.closed
    assert body_of(response) == b""
    assert response.headers["Content-Length"] == "0"


@pytest.mark.parametrize("header", ["If-None-Match", "If-Modified-Since"])
def test_a_file_that_is_not_sent_is_not_opened(
    folder: Path, path: Path, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    known = validators(path)
    monkeypatch.setattr("quaff.http.file_source.open", None, raising=False)
    value = known["ETag" if header == "If-None-Match" else "Last-Modified"]
    for status, headers in ((304, {header: value}), (412, {"If-Match": '"other"'})):
        response = send_file(path, asking(**headers))
        assert response.status_code == status
        assert response.headers["ETag"] == known["ETag"]
        assert body_of(response) == b""
    with pytest.raises(TypeError, match="not callable"):
        send_file(path, asking())


@pytest.mark.parametrize("header", [None, "If-Match", "If-None-Match"])
def test_a_file_that_changes_in_the_last_moment_is_described_as_it_is_sent(
    path: Path, monkeypatch: pytest.MonkeyPatch, header: str | None
) -> None:
    before, known = os.stat(path), validators(path)["ETag"]
    path.write_bytes(b"new")
    changed = validators(path)["ETag"]
    monkeypatch.setattr("quaff.http.file_source.os.stat", lambda path: before)
    # The client wants the version that was, or has the one that is.
    headers = {} if header is None else {header: known if header == "If-Match" else changed}
    response = send_file(path, asking(**headers))
    assert response.headers["ETag"] == changed != known
    expected = {None: (200, b"new"), "If-Match": (412, b""), "If-None-Match": (304, b"")}
    assert (response.status_code, body_of(response)) == expected[header]


def test_conditions_wait_for_a_method_that_reads(path: Path) -> None:
    known = validators(path)
    response = send_file(path, asking("POST", If_None_Match=known["ETag"]))
    response.close()
    assert response.status_code == 200


def test_a_condition_goes_before_a_range(path: Path) -> None:
    known = validators(path)
    response = send_file(path, asking(If_None_Match=known["ETag"], Range="bytes=0-1"))
    response.close()
    assert response.status_code == 304
    assert "Content-Range" not in response.headers


# -- ranges --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("BYTES=10-19", 10, 19),
        ("bytes=262143-", 262143, 262143),
        ("bytes=100-", 100, 262143),
        ("bytes=-1", 262143, 262143),
        ("bytes=-262144", 0, 262143),
        # Longer than the file: RFC 9110, section 14.1.2 cuts both forms to the file.
        ("bytes=100-9999999", 100, 262143),
        ("bytes=-9999999", 0, 262143),
        (f"bytes=65530-{PIECE + 9}", 65530, PIECE + 9),
    ],
)
def test_a_range_is_exactly_what_was_asked_for(
    path: Path, header: str, first: int, last: int
) -> None:
    response = send_file(path, asking(Range=header))
    assert response.status_code == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/262144"
    assert response.headers["Content-Length"] == str(last - first + 1)
    assert body_of(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("header", ["bytes=262144-", "bytes=999999-9999999", "bytes=-0"])
def test_a_range_behind_the_end_is_416_and_closes_the_file(path: Path, header: str) -> None:
    file = path.open("rb")
    with pytest.raises(RequestedRangeNotSatisfiable) as caught:
        send_file(file, asking(Range=header), mimetype="a/b")
    assert dict(caught.value.get_headers())["Content-Range"] == "bytes */262144"
    assert file.closed


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,3-4",
        "bytes=" + "0-," * 50_000,
        "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(20_000)),
        "bytes=0-" + "9" * 100_000,
        "bytes=" + "9" * 20 + "-",
        "bytes=5-2",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=1_0-20",
        "bytes=0x1-2",
        "bytes=0-1\n",
        "bytes=\xb2-\xb3",
        "bytes 0-1",
        "items=0-1",
        "0-1",
        "",
    ],
)
def test_a_range_that_is_multiple_or_malformed_is_ignored(path: Path, header: str) -> None:
    request = asking()
    request.environ["HTTP_RANGE"] = header
    response = send_file(path, request)
    assert response.status_code == 200
    assert response.headers["Content-Length"] == "262144"
    assert body_of(response) == CONTENT


def test_only_get_has_ranges(path: Path) -> None:
    head = send_file(path, asking("HEAD", Range="bytes=0-1"))
    post = send_file(path, asking("POST", Range="bytes=0-1"))
    for response in (head, post):
        response.close()
        assert response.status_code == 200
        assert response.headers["Content-Length"] == "262144"
    assert head.headers["Accept-Ranges"] == "bytes"


def test_an_empty_file_is_sent_whole_whatever_the_range(folder: Path) -> None:
    for header in ("bytes=0-1", "bytes=-1", "bytes=5-"):
        response = send_file(folder / "empty.txt", asking(Range=header))
        assert response.status_code == 200
        assert body_of(response) == b""


def test_a_part_is_sent_only_of_the_version_the_client_has(path: Path) -> None:
    known = validators(path)
    for header, status in (
        (known["ETag"], 206),
        (known["Last-Modified"], 206),
        ('"other"', 200),
        ("W/" + known["ETag"], 200),
        (LONG_AGO, 200),
        (http_date(4e9), 200),
        ("nonsense", 200),
    ):
        response = send_file(path, asking(If_Range=header, Range="bytes=0-1"))
        response.close()
        assert response.status_code == status, header


def test_unconditional_files_know_no_ranges(path: Path) -> None:
    response = send_file(path, asking(Range="bytes=0-1"), conditional=False)
    assert response.status_code == 200
    assert body_of(response) == CONTENT


# -- while it is sent ----------------------------------------------------------------------------


def test_a_file_that_becomes_shorter_ends_in_an_error(path: Path) -> None:
    response = send_file(path, asking())
    body = iter(response.response)
    received = [next(body)]
    os.truncate(path, PIECE + 10)
    with pytest.raises(OSError, match=r"data\.bin.* became shorter .* 131062 of"):
        received.extend(body)
    assert b"".join(received) == CONTENT[: PIECE + 10]  # type: ignore[arg-type]
    response.close()


def test_a_file_that_grows_is_sent_as_announced(path: Path) -> None:
    response = send_file(path, asking())
    with path.open("ab") as file:
        file.write(b"more")
    assert body_of(response) == CONTENT


def test_a_file_that_is_replaced_is_sent_as_it_was(path: Path) -> None:
    response = send_file(path, asking())
    path.unlink()
    path.write_bytes(b"other")
    assert body_of(response) == CONTENT


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    response = send_file(path, asking())
    tracemalloc.start()
    total = sum(len(piece) for piece in response.response)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    response.close()
    assert total == 32 * 1024 * 1024
    assert peak < 16 * PIECE


def test_a_gateway_finds_the_place_of_what_is_sent(path: Path) -> None:
    whole = send_file(path, asking())
    part = send_file(path, asking(Range="bytes=5-9"))
    body, piece = whole.response, part.response
    assert isinstance(body, FileBody)
    assert isinstance(piece, FileBody)
    assert (body.path, body.offset, body.length) == (str(path), 0, len(CONTENT))
    assert (piece.path, piece.offset, piece.length) == (str(path), 5, 5)
    whole.close()
    part.close()


# -- X-Sendfile ----------------------------------------------------------------------------------


def test_the_web_server_in_front_sends_the_file(path: Path) -> None:
    response = send_file(path, asking(Range="bytes=0-1"), use_x_sendfile=True)
    assert response.status_code == 200
    assert response.headers["X-Sendfile"] == str(path)
    assert response.headers["ETag"] == validators(path)["ETag"]
    assert response.headers.get("Content-Length", "0") == "0"
    assert body_of(response) == b""


def test_a_path_that_no_header_can_carry_is_sent_without_the_web_server(tmp_path: Path) -> None:
    path = tmp_path / "line\nbreak.txt"
    path.write_text("content")
    response = send_file(path, asking(), use_x_sendfile=True)
    assert "X-Sendfile" not in response.headers
    assert body_of(response) == b"content"


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plain.txt", "inline; filename=plain.txt"),
        ("two words.txt", 'inline; filename="two words.txt"'),
        ('a"b.txt', r'inline; filename="a\"b.txt"'),
        ("a\\b.txt", r'inline; filename="a\\b.txt"'),
        ("a;b=c.bat", 'inline; filename="a;b=c.bat"'),
        ("a\r\nSet-Cookie: x", 'inline; filename="aSet-Cookie: x"'),
        ("a\0b\x7fc\u2028d", "inline; filename=abcd"),
        ("résumé.txt", "inline; filename=resume.txt; filename*=UTF-8''r%C3%A9sum%C3%A9.txt"),
        ("日本 1.txt", "inline; filename=\" 1.txt\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%201.txt"),
        (
            "é'\";*.txt",
            "inline; filename=\"e'\\\";*.txt\"; filename*=UTF-8''%C3%A9%27%22%3B%2A.txt",
        ),
        ("un\udcff.txt", "inline; filename=un.txt; filename*=UTF-8''un%3F.txt"),
    ],
)
def test_any_name_is_carried_or_cleaned(name: str, value: str) -> None:
    assert content_disposition("inline", name) == value


# -- directories ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["page.html", "sub/deep.txt", "sub//deep.txt", "./page.html", "sub/../page.html", "été.txt"],
)
def test_files_under_the_directory_are_sent(folder: Path, name: str) -> None:
    response = send_from_directory(folder, name, asking())
    assert body_of(response) == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "missing.txt",
        "",
        ".",
        "..",
        "sub",
        "sub/",
        "page.html/more",
        "../secret.txt",
        "../public-not/secret.txt",
        "-not/secret.txt",
        "sub/../../secret.txt",
        "..\\secret.txt",
        "sub\\..\\..\\secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "C:page.html",
        "NUL",
        "~root",
        "page.html\0",
        "\0",
        "page.html\n",
        "\udcff",
        "x" * 10_000,
        "x/" * 10_000,
    ],
)
def test_every_other_name_is_not_found(folder: Path, name: str) -> None:
    with pytest.raises(NotFound):
        send_from_directory(folder, name, asking())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_named_pipe_is_not_found_rather_than_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(NotFound):
        send_from_directory(folder, "pipe", asking())


def test_a_link_is_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    response = send_from_directory(folder, "link.txt", asking())
    assert body_of(response) == b"secret"


def test_a_file_removed_at_the_last_moment_is_not_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = os.stat(folder / "page.html")
    (folder / "page.html").unlink()
    monkeypatch.setattr("quaff.http.file_source.os.stat", lambda path: known)
    with pytest.raises(NotFound):
        send_from_directory(folder, "page.html", asking())


def test_a_relative_directory_starts_from_the_root_path(folder: Path) -> None:
    response = send_from_directory("sub", "deep.txt", asking(), root_path=str(folder))
    assert body_of(response) == b"deep"


def test_the_options_of_send_file_are_passed_on(folder: Path) -> None:
    response = send_from_directory(folder, "page.html", asking(), as_attachment=True, max_age=5)
    response.close()
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.cache_control.max_age == 5
