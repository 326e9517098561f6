"""What a request costs, counted in Python calls: a number that no other load on the machine moves.

A call is a function of Quaff's that is entered during one request, after the first ones. When a
change makes the number grow, `python tests/test_cost.py` prints the calls in their order.
"""

from __future__ import annotations

import io
import sys
from types import FrameType
from typing import Any

import pytest

from quaff import Quaff, request

#: case -> Python calls that one request may make
LIMITS = {"hello": 5, "parameter": 13, "typed": 12, "async view": 14, "not found": 29}

app = Quaff(__name__, static_folder=None)


@app.route("/")
def hello() -> str:
    return "Hello"


@app.route("/users/<int:number>")
def parameter(number: int) -> dict[str, Any]:
    return {"number": number, "page": request.args.get("page")}


@app.route("/typed/<int:number>")
def typed(number: int, page: int = 1) -> dict[str, Any]:
    return {"number": number, "page": page}


@app.route("/async")
async def async_view() -> str:
    return "Hello"


PATHS = {
    "hello": ("/", ""),
    "parameter": ("/users/3", "page=2"),
    "typed": ("/typed/3", "page=2"),
    "async view": ("/async", ""),
    "not found": ("/nowhere", ""),
}


def calls_of(case: str) -> list[str]:
    """The functions of Quaff that one request enters, by qualified name."""
    path, query = PATHS[case]
    calls: list[str] = []

    def record(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and str(frame.f_globals.get("__name__")).startswith("quaff."):
            calls.append(f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}")

    for last in (False, False, True):
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
        sys.setprofile(record if last else None)
        try:
            body = app.wsgi_app(environ, start_response)
        finally:
            sys.setprofile(None)
        assert b"".join(body)
    return calls


def start_response(status: str, headers: Any, error: Any = None) -> Any:
    return None


@pytest.mark.parametrize("case", LIMITS)
def test_a_request_makes_no_more_calls_than_it_did(case: str) -> None:
    calls = calls_of(case)
    assert len(calls) <= LIMITS[case], (
        f"{len(calls)} calls where {LIMITS[case]} are agreed on. Look for the new ones (`python "
        "tests/test_cost.py` prints all); if they are worth it, raise the limit and say why."
    )


if __name__ == "__main__":
    for name in LIMITS:
        entered = calls_of(name)
        print(f"{name}: {len(entered)} of {LIMITS[name]}")
        print("".join(f"    {call}\n" for call in entered))
