"""One cookie: the same as Werkzeug's, read and written."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.http import dump_cookie

from quaff import Request, Response
from quaff.http.cookies import MAX_COOKIE_HEADER, CookieLine, first_cookie, is_plain

HEADERS = [
    "",
    "a",
    "a=",
    "a=1",
    " a = 1 ",
    "\ta\t=\t1\t",
    "a=1;a=2",
    "b=2; a=1",
    "b=2;a=1;c=3",
    "a=1 2; a=3",
    "x a=1; a=2",
    "a b=1; a=2",
    "ba=1; a=2",
    "ab=1; a=2",
    "b=a=1; a=2",
    "a=b=c",
    "A=1; a=2",
    "a;a=1",
    "=a; a=1",
    ";;a=1;;",
    "; ;a=1",
    "a==",
    "a=1\n; a=2",
    "\na=1; a=2",
    "a=1\x0b;a=2",
    'a="1"; a=2',
    'b="; a=1"; a=2',
    'a="1',
    'b="; a=1',
    "a=%22",
    "a=\xc3\xa9",
    "b=\xc3\xa9; a=1",
    "a.b=1; a*b=2; a=3",
]


def read(header: str, name: str) -> tuple[str | None, str | None]:
    """A cookie by itself, and among all."""
    environ = {"HTTP_COOKIE": header}
    return Request(environ).first_cookie(name), Request(environ).cookies.get(name)


@pytest.mark.parametrize("name", ["a", "a.b", "a*b", "b", "+"])
@pytest.mark.parametrize("header", HEADERS)
def test_one_cookie_is_read_as_it_is_among_all(header: str, name: str) -> None:
    alone, among = read(header, name)
    assert alone == among


def test_any_header_gives_the_same_cookie() -> None:
    generator = random.Random(6)
    for _ in range(20_000):
        header = "".join(generator.choices('a=;b \t1"\\é\r', k=generator.randrange(12)))
        alone, among = read(header, "a")
        assert alone == among, header


def test_without_cookies_there_is_none() -> None:
    assert Request({}).first_cookie("a") is None


def test_cookies_that_were_read_or_replaced_already_are_asked() -> None:
    request = Request({"HTTP_COOKIE": "a=1"})
    request.cookies = {"a": "2"}
    assert request.first_cookie("a") == "2"

    class Own(Request):
        @property
        def cookies(self) -> Any:
            return {"a": "3"}

    assert Own({"HTTP_COOKIE": "a=1"}).first_cookie("a") == "3"


def test_the_time_to_find_a_cookie_does_not_explode() -> None:
    # With quadratic time each of these would take minutes.
    spaces = " " * (MAX_COOKIE_HEADER - 10)
    for header in (f"a={spaces}x y", f"a{spaces}b", f";{spaces}b", f"a={'x' * len(spaces)} y"):
        assert is_plain(header)
        assert first_cookie(header, "a") is None


ATTRIBUTES: list[Any] = [
    ("/", None, False, False, None, False),
    (None, None, False, False, None, False),
    ("/a b/é", ".example.com:80", True, True, "lax", True),
    ("/", "bücher.example", 1, 0, "NONE", None),
    ("/%20=?", "", True, False, "Strict", False),
]
VALUES = ["", "v", "a.b-c_d", "a=b:/", 'a"b', "a;b", "a,b", "é", "a b", "\\", "\n", "☃"]
TIMES = [None, "never", 0, 1_700_000_000.5, datetime(2030, 1, 2, tzinfo=UTC)]


@pytest.mark.parametrize("attributes", ATTRIBUTES)
@pytest.mark.parametrize("expires", TIMES)
@pytest.mark.parametrize("max_age", [None, 0, 5])
def test_a_cookie_is_written_as_werkzeug_writes_it(
    attributes: Any, expires: Any, max_age: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, domain, secure, httponly, samesite, partitioned = attributes
    for value in VALUES:
        response = Response()
        response.set_cookie("name", value, max_age, expires, *attributes)
        expected = dump_cookie(
            "name",
            value,
            max_age,
            expires,
            path,
            domain,
            secure,
            httponly,
            True,
            4093,
            samesite,
            partitioned,
        )
        assert response.headers.getlist("Set-Cookie") == [expected]


def test_plain_values_are_written_here_and_the_others_by_werkzeug() -> None:
    line = CookieLine("n", "/", None, False, True, None, False)
    assert line.with_value("a.b", None, 0) == "n=a.b; HttpOnly; Path=/"
    assert line.with_value("a.b", None, 23) == "n=a.b; HttpOnly; Path=/"
    assert line.with_value("a.b", None, 22) is None
    assert line.with_value("é", None, 0) is None
    assert line.with_value("v", "a\nb", 0) is None


def test_a_flag_that_is_1_is_not_taken_for_one_that_is_true() -> None:
    for secure in (True, 1, True):
        response = Response()
        response.set_cookie("name", secure=secure)
        assert response.headers["Set-Cookie"] == dump_cookie("name", secure=secure)


def test_a_line_break_in_a_cookies_time_is_refused() -> None:
    with pytest.raises(ValueError, match="newline"):
        Response().set_cookie("name", "v", expires="a\r\nX: 1")
