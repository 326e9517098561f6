from __future__ import annotations

import io
import tempfile
from typing import Any

import pytest

from quaff import Quaff
from quaff.testing import EnvironBuilder


@pytest.fixture
def app() -> Quaff:
    return Quaff("example")


def where(builder: EnvironBuilder) -> tuple[str, str, str]:
    environ = builder.get_environ()
    root = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['SCRIPT_NAME']}"
    return root, environ["PATH_INFO"], environ["QUERY_STRING"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ("http://localhost", "/", "")),
        ({"path": "/x?a=1"}, ("http://localhost", "/x", "a=1")),
        ({"path": "/x", "query_string": {"a": "1"}}, ("http://localhost", "/x", "a=1")),
        ({"subdomain": "s"}, ("http://s.localhost", "/", "")),
        ({"url_scheme": "https"}, ("https://localhost", "/", "")),
        ({"path": "https://host:8/x?a=1"}, ("https://host:8", "/x", "a=1")),
        ({"path": "https://host/", "subdomain": "s"}, ("https://host", "/", "")),
        ({"path": "/x", "base_url": "https://host/root"}, ("https://host/root", "/x", "")),
    ],
)
def test_a_url_is_completed(
    app: Quaff, arguments: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert where(EnvironBuilder(app, **arguments)) == expected


def test_the_configuration_completes_a_url(app: Quaff) -> None:
    app.config.update(
        SERVER_NAME="example.com:81", APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https"
    )
    assert where(EnvironBuilder(app, "/x")) == ("https://example.com:81/root", "/x", "")
    assert where(EnvironBuilder(app, "/x", subdomain="s")) == (
        "https://s.example.com:81/root",
        "/x",
        "",
    )
    assert where(EnvironBuilder(app, "http://host/x")) == ("http://host/root", "/x", "")


@pytest.mark.parametrize("option", ["subdomain", "url_scheme"])
def test_a_base_url_stands_alone(app: Quaff, option: str) -> None:
    with pytest.raises(AssertionError, match='with "base_url"'):
        EnvironBuilder(app, base_url="http://localhost", **{option: "x"})


def test_json_is_the_applications(app: Quaff) -> None:
    app.json.dumps = lambda obj, **kwargs: "mine"  # type: ignore[method-assign]
    environ = EnvironBuilder(app, json={}).get_environ()
    assert environ["wsgi.input"].read() == b"mine"
    assert environ["CONTENT_TYPE"] == "application/json"


def test_a_request_context_takes_the_same_arguments(app: Quaff) -> None:
    with app.test_request_context("/x?a=1", method="POST", json={"b": 2}) as context:
        assert context.request.url == "http://localhost/x?a=1"
        assert context.request.get_json() == {"b": 2}


def test_a_large_form_leaves_no_file_open(app: Quaff) -> None:
    builder = EnvironBuilder(app, method="POST", data={"a": (io.BytesIO(b"x" * 600_000), "a")})
    environ = builder.get_environ()
    body = environ["wsgi.input"]
    assert isinstance(body, io.BytesIO)
    assert len(body.read()) == int(environ["CONTENT_LENGTH"])


def test_a_stream_of_the_tests_own_stays_as_it_is(app: Quaff) -> None:
    with tempfile.TemporaryFile() as stream:
        builder = EnvironBuilder(app, input_stream=stream)
        assert builder.get_environ()["wsgi.input"] is stream
        assert not stream.closed
