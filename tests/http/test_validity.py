"""What may stand in a Host, a status, a header, a cookie."""

from __future__ import annotations

import random

import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.urls import iri_to_uri

from quaff.http.validity import (
    check_cookie,
    check_headers,
    check_host,
    check_status,
    is_plain_url,
)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "site.example",
        "SITE.example:80",
        "site.example.",
        "site.example:",
        "a_b.example",
        "a~b.example",
        "127.0.0.1:65535",
        "[::1]",
        "[2001:db8::1]:5000",
        "xn--bcher-kva.example",
        "XN--BCHER-KVA.example",
        "bücher.example",
        "%41.example",
        ".".join(["a" * 63] * 3 + ["b" * 61]) + ".:65535",
    ],
)
def test_hosts(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "a b",
        "a/b",
        "a?b",
        "a#b",
        "a@b",
        "a\\b",
        "a,b",
        "a:b",
        "a:123456",
        "a:-1",
        "a:80:80",
        "[::1",
        "::1",
        "[::1]x",
        "[x]",
        "a\n",
        "a\x00",
        "a\x7f",
        "<a>",
        '"a"',
        "xn--a.example",
        "XN--A.example",
        "é/x",
        "é x",
        "é" * 64,
        "é..example",
        "a" * 261,
        "a.example:" + "0" * 251,
    ],
)
def test_what_is_no_host(host: str) -> None:
    with pytest.raises(BadRequest, match="not a valid host name"):
        check_host(host)


@pytest.mark.parametrize("code", [100, 200, 299, 599])
def test_statuses(code: int) -> None:
    check_status(code)


@pytest.mark.parametrize("code", [-1, 0, 99, 600, 1000])
def test_what_is_no_status(code: int) -> None:
    with pytest.raises(ValueError, match=rf"status is {code}, .*\n?.*100 to 599"):
        check_status(code)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Name", ""),
        ("x", 'all ~ that !" is printable'),
        ("x", "tab\t"),
        ("x", "latin \xff"),
        ("!#$%&'*+-.^_`|~09AZaz", "v"),
        ("Location", "/日本"),
        ("content-location", "https://bücher.example/"),
    ],
)
def test_headers(name: str, value: str) -> None:
    check_headers([("Content-Type", "text/plain"), (name, value)])


@pytest.mark.parametrize("name", ["", " ", "a b", "a:", "a\n", "ä", "a(b)", "a\x00", "a,b", "a="])
def test_what_is_no_name_of_a_header(name: str) -> None:
    with pytest.raises(ValueError, match="response header name"):
        check_headers([(name, "v")])


@pytest.mark.parametrize("value", ["\r", "\n", "\x00", "\x1f", "\x7f", "snow ☃", "\ud800"])
def test_what_is_no_value_of_a_header(value: str) -> None:
    with pytest.raises(ValueError, match="response header 'X-Name' contains"):
        check_headers([("X-Name", value)])


def test_a_plain_url_is_its_own_encoded_form() -> None:
    generator = random.Random(7)
    plain = 0
    for _ in range(50_000):
        url = "/" + "".join(generator.choices("aZ0-._~%!$&'()*+,;=:@/?#[]|^\\ <\"é\t\r\n", k=5))
        if is_plain_url(url):
            plain += 1
            assert iri_to_uri(url) == url
            check_headers([("Location", url)])
    assert plain > 4_000


@pytest.mark.parametrize("url", ["/", "/a", "/a?b=c&d=%20", "/a?b=/?", "/a//b", "/a:1"])
def test_plain_urls(url: str) -> None:
    assert is_plain_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a",
        "//host/",
        "http://host/",
        "/a?",
        "/a#b",
        "/a b",
        "/é",
        "/a\n",
        "/a\r\nX: 1",
        "/\\host",
    ],
)
def test_urls_that_need_a_look(url: str) -> None:
    assert not is_plain_url(url)


def test_what_is_no_url() -> None:
    with pytest.raises(ValueError, match="response header 'location' is not a URL"):
        check_headers([("location", "http://[::1")])


@pytest.mark.parametrize(
    ("name", "path", "domain"),
    [("a", "/", None), ("__Host-a", None, None), ("a.b-c", "/é=?", "site.example")],
)
def test_cookies(name: str, path: str | None, domain: str | None) -> None:
    check_cookie(name, path, domain)


@pytest.mark.parametrize(
    ("name", "path", "domain"),
    [
        ("", None, None),
        ("a b", None, None),
        ("a;b", None, None),
        ("a=b", None, None),
        ("a,b", None, None),
        ("ä", None, None),
        ("a", "/;x", None),
        ("a", "/\x00", None),
        ("a", None, "x;y"),
        ("a", None, "x\n"),
    ],
)
def test_what_is_no_cookie(name: str, path: str | None, domain: str | None) -> None:
    with pytest.raises(ValueError, match="cookie"):
        check_cookie(name, path, domain)
