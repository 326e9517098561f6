"""The test client's end of server-sent events; `tests/test_event_stream.py` uses it throughout."""

from __future__ import annotations

import pytest

from quaff import EventStream, Quaff, request
from quaff.testing import QuaffClient


def test_a_response_that_is_no_stream(app: Quaff, client: QuaffClient) -> None:
    closed: list[str] = []

    @app.route("/page")
    def page() -> object:
        response = app.make_response("a page")
        response.call_on_close(lambda: closed.append("closed"))
        return response

    with pytest.raises(RuntimeError, match="/page answered 200 OK with text/html, which is no"):
        client.events("/page")
    assert closed == ["closed"]
    with pytest.raises(RuntimeError, match="answered 404 NOT FOUND"):
        client.events("/none")


def test_it_asks_for_events_with_fields_of_the_test(app: Quaff, client: QuaffClient) -> None:
    @app.route("/")
    def view() -> object:
        return EventStream(iter([f"{request.accept_mimetypes} {request.headers['X-One']}"]))

    with client.events("/", headers={"X-One": "1"}) as events:
        assert next(events).data == "text/event-stream 1"
