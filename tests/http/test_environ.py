"""WSGI environs: read, and made for requests that came without."""

from __future__ import annotations

from typing import Any

import pytest

from quaff import Request
from tests.http.sources import of_scope


def test_an_environ_is_that_of_pep_3333() -> None:
    environ = of_scope().environ
    body = environ.pop("wsgi.input")
    errors = environ.pop("wsgi.errors")
    assert environ == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/root",
        "PATH_INFO": "/p\xc3\xa2th/x",
        "QUERY_STRING": "a=1&a=2&b=%C3%A9",
        "REQUEST_URI": "/root/p%C3%A2th/x",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/2",
        "REMOTE_ADDR": "10.0.0.1",
        "CONTENT_TYPE": "application/json; charset=utf-8",
        "CONTENT_LENGTH": "8",
        "HTTP_HOST": "site.example:5000",
        "HTTP_COOKIE": "c=1; d=2",
        "HTTP_X_NAME": "\xe9,2",
        "HTTP_ACCEPT_LANGUAGE": "de, en;q=0.5",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "quaff.made_up": True,
    }
    assert body.read() == b'{"a": 1}'
    assert hasattr(errors, "write")


def test_an_environ_without_a_server_or_a_body() -> None:
    fields: dict[str, Any] = {"server": None, "headers": [], "client": None}
    environ = of_scope(None, **fields, scheme="http").environ
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("localhost", "80")
    assert environ["REMOTE_ADDR"] == ""
    assert environ["wsgi.input"].read() == b""
    assert of_scope(None, **fields, scheme="https").environ["SERVER_PORT"] == "443"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/"),
        ("/", "/"),
        ("x", "/x"),
        ("//x", "/x"),
        ("/a//b/", "/a//b/"),
        ("/\xc3\xa9", "/é"),
        ("/\xff", "/\ufffd"),
        ("//\xc3\xa9", "/é"),
    ],
)
def test_the_path_of_an_environ(path: str, expected: str) -> None:
    assert Request({"REQUEST_METHOD": "GET", "PATH_INFO": path}).path == expected
