"""What requests say before their bodies: the same by an environ and by a scope."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Request as WerkzeugRequest

from quaff import Request
from tests.http.sources import SOURCES, of_scope


@SOURCES
def test_every_field(make: Any) -> None:
    request = make()
    assert isinstance(request, WerkzeugRequest)
    expected = {
        "method": "POST",
        "scheme": "https",
        "server": ("127.0.0.1", 8000),
        "root_path": "/root",
        "path": "/pâth/x",
        "query_string": b"a=1&a=2&b=%C3%A9",
        "full_path": "/pâth/x?a=1&a=2&b=%C3%A9",
        "host": "site.example:5000",
        "host_header": "site.example:5000",
        "url": "https://site.example:5000/root/pâth/x?a=1&a=2&b=é",
        "base_url": "https://site.example:5000/root/pâth/x",
        "root_url": "https://site.example:5000/root/",
        "host_url": "https://site.example:5000/",
        "script_root": "/root",
        "is_secure": True,
        "remote_addr": "10.0.0.1",
        "access_route": ["10.0.0.1"],
        "content_type": "application/json; charset=utf-8",
        "mimetype": "application/json",
        "mimetype_params": {"charset": "utf-8"},
        "content_length": 8,
        "is_json": True,
        "json": {"a": 1},
        "cookie_header": "c=1; d=2",
    }
    assert {name: getattr(request, name) for name in expected} == expected
    assert list(request.args.items(multi=True)) == [("a", "1"), ("a", "2"), ("b", "é")]
    assert request.accept_languages.best == "de"
    assert request.cookies["c"] == "1"
    assert request.cookies["d"] == "2"
    assert request.headers["Host"] == "site.example:5000"
    assert request.headers["x-NAME"].startswith("é")


@SOURCES
def test_a_full_path_has_a_question_mark(make: Any) -> None:
    assert make(query_string=b"").full_path == "/pâth/x?"


@SOURCES
def test_a_field_that_cannot_be_converted_is_as_good_as_none(make: Any) -> None:
    request = make(query_string=b"n=x&m=3&o=")
    assert request.args.get("n", 0, type=int) == 0
    assert request.args.get("m", 0, type=int) == 3
    assert request.args["o"] == ""


def test_the_first_of_two_media_types_counts() -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-type", b"application/json")]
    request = of_scope(headers=headers)
    assert request.content_type == "text/plain"
    assert request.environ["CONTENT_TYPE"] == "text/plain"
    assert request.mimetype == "text/plain"


@pytest.mark.parametrize(
    ("environ", "server"),
    [
        ({"SERVER_NAME": "host", "SERVER_PORT": "80"}, ("host", 80)),
        ({"SERVER_NAME": "/run/socket", "SERVER_PORT": ""}, ("/run/socket", None)),
        ({"SERVER_NAME": "host", "SERVER_PORT": "\xb2"}, ("host", None)),
        ({}, None),
    ],
)
def test_where_the_server_listens(environ: dict[str, str], server: Any) -> None:
    assert Request({"REQUEST_METHOD": "GET", **environ}).server == server
