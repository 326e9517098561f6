"""What is not tested with files, in test_files.py: headers in unusual shapes."""

from __future__ import annotations

from typing import Any

import pytest

from quaff import Quaff, request
from quaff.http.preconditions import Version, failed_precondition
from quaff.testing.client import Gateway
from tests.each_gateway import deliver

TIME = "Fri, 02 Jan 1970 00:00:00 GMT"
VERSIONS = {
    "known": Version('"one"', TIME),
    "tag": Version('"one"', None),
    "none": Version(None, None),
}


@pytest.fixture
def app(app: Quaff) -> Quaff:
    @app.route("/<kind>")
    def outcome(kind: str) -> str:
        return str(failed_precondition(request, VERSIONS[kind]))

    return app


@pytest.mark.parametrize(
    ("kind", "headers", "expected"),
    [
        ("known", [], None),
        ("known", [("If-None-Match", '"other"'), ("If-None-Match", '"one"')], 304),
        ("known", [("If-None-Match", 'W/"other", W/"one"')], 304),
        ("known", [("If-None-Match", "one")], 304),
        ("known", [("If-None-Match", "")], None),
        ("known", [("If-None-Match", ",,,")], None),
        ("known", [("If-Match", '"other"'), ("If-Match", '"one"')], None),
        ("known", [("If-Match", 'W/"one"')], 412),
        ("known", [("If-Match", "*")], None),
        # What was there before the client's version is no reason against it.
        ("known", [("If-Match", '"one"'), ("If-None-Match", '"one"')], 304),
        ("known", [("If-Modified-Since", "Friday, 02-Jan-70 00:00:00 GMT")], 304),
        ("known", [("If-Modified-Since", "Fri, 02 Jan 1970 00:00:01 GMT")], 304),
        ("known", [("If-Modified-Since", "Thu, 01 Jan 1970 23:59:59 GMT")], None),
        ("known", [("If-Modified-Since", "")], None),
        ("known", [("If-Unmodified-Since", "Thu, 01 Jan 1970 23:59:59 GMT")], 412),
        ("known", [("If-Unmodified-Since", "Fri, 02 Jan 1970 00:00:00 GMT")], None),
        # Of what has no time or tag, no client can have the newest one.
        ("tag", [("If-Modified-Since", TIME)], None),
        ("tag", [("If-Unmodified-Since", TIME)], None),
        ("none", [("If-None-Match", '"one"')], None),
        ("none", [("If-Match", '"one"')], 412),
    ],
)
def test_what_a_condition_says(
    app: Quaff, gateway: Gateway, kind: str, headers: Any, expected: int | None
) -> None:
    reply = deliver(app, gateway, target=f"/{kind}", headers=[("Host", "localhost"), *headers])
    assert reply.text == str(expected)
