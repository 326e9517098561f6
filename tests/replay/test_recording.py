from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quaff import Quaff, request
from quaff.replay.recorder import Recorder
from quaff.replay.recording import RecordedRequest, read_recording


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], list[RecordedRequest]]:
    def read(text: str) -> list[RecordedRequest]:
        path = tmp_path / "requests"
        path.write_text(text)
        return read_recording(path)

    return read


def test_requests_as_a_person_writes_them(read: Callable[[str], list[RecordedRequest]]) -> None:
    assert read(
        """
# the page
GET /?q=1
### with everything

// a comment
POST /notes HTTP/1.1
Content-Type:  application/json
X-Empty:

{"text":

 "two lines"}

###
DELETE /notes/1
###
"""
    ) == [
        RecordedRequest("GET", "/?q=1"),
        RecordedRequest(
            "POST",
            "/notes",
            (("Content-Type", "application/json"), ("X-Empty", "")),
            b'{"text":\n\n "two lines"}',
        ),
        RecordedRequest("DELETE", "/notes/1"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GET /\n###\n\nfetch /", r"requests:4: 'fetch /' is no request line\. Write METHOD"),
        ("GET /\nX-A: b\nno header", r"requests:3: 'no header' is no header\. Write 'Name: value'"),
        ('{"method": "GET", "path": "/"}\n{"method": "GET"}', r"requests:2: .*KeyError\('path'\)"),
        ('{"method": "GET", "path": "/", "body": "?"}\n{', r"requests:[12]: This is no recorded"),
    ],
)
def test_what_is_no_request_is_named_with_its_line(
    read: Callable[[str], list[RecordedRequest]], text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(text)


def test_what_the_recorder_writes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    app = Quaff(__name__)
    app.wsgi_app = Recorder(app.wsgi_app, str(path))  # type: ignore[method-assign]

    @app.route("/<name>", methods=["GET", "POST"])
    def echo(name: str) -> bytes:
        return request.get_data()

    client = app.test_client()
    client.set_cookie("session", "secret")
    client.get("/straße?q=ü", headers={"Authorization": "Bearer secret", "X-A": "b"})
    assert client.post("/x", data=b"\x00\xff", content_type="a/b").data == b"\x00\xff"
    assert "secret" not in path.read_text()

    first, second = read_recording(path)
    assert (first.method, first.path) == ("GET", "/stra%C3%9Fe?q=%C3%BC")
    assert ("X-A", "b") in first.headers
    assert (second.path, second.body) == ("/x", b"\x00\xff")
    assert ("Content-Type", "a/b") in second.headers
