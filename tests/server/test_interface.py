from __future__ import annotations

import functools

import pytest

import quaff
from quaff import EventStream, Quaff
from quaff.server import choose_interface
from quaff.views import MethodView


def plain() -> str:
    return ""


async def asynchronous() -> str:
    return ""


class Called:
    async def __call__(self) -> str:
        return ""


def app_of(*views: object) -> Quaff:
    app = Quaff("made", static_folder=None)
    for number, view in enumerate(views):
        app.add_url_rule(f"/{number}", endpoint=str(number), view_func=view)
    return app


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ([], ("wsgi", "no view is async")),
        ([plain, plain], ("wsgi", "no view is async")),
        ([plain, asynchronous], ("asgi", "1 of 2 views is async")),
        ([asynchronous, Called(), plain], ("asgi", "2 of 3 views are async")),
    ],
)
def test_async_views_want_asgi(views, expected):
    assert choose_interface(app_of(*views)) == expected


def test_websockets_want_asgi():
    app = app_of(plain)
    app.add_url_rule("/socket", endpoint="socket", websocket=True)
    assert choose_interface(app) == ("asgi", "'/socket' is a WebSocket")


def events():
    return EventStream(iter(["event"]))


def awaited():
    async def pieces():
        yield "piece"

    return pieces()


async def pieces():
    yield "piece"


@functools.wraps(events)
def wrapped():
    return events()


class Events(MethodView):
    def get(self):
        return quaff.EventStream(iter(["event"]))


@pytest.mark.parametrize("view", [events, awaited, pieces, wrapped, Events.as_view("events")])
def test_streams_want_asgi(view):
    assert choose_interface(app_of(plain, view)) == ("asgi", "'/1' is a stream")


def test_downloads_want_no_other_interface():
    def download():
        return (str(number) for number in range(3))

    assert choose_interface(app_of(download)) == ("wsgi", "no view is async")
