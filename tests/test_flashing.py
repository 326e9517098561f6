"""Flashed messages."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from quaff import Quaff, flash, get_flashed_messages, session
from quaff.signals import message_flashed


@pytest.fixture
def app():
    app = Quaff("flashing")
    app.config.update(SECRET_KEY="key", TESTING=True)
    return app


@pytest.fixture
def inside(app):
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("inside")
def test_messages_are_kept_in_the_session_in_order():
    flash("first")
    session.modified = False
    flash("second", "error")
    assert session["_flashes"] == [("message", "first"), ("error", "second")]
    assert session.modified


@pytest.mark.usefixtures("inside")
def test_reading_takes_the_messages_out_but_the_same_request_gets_them_again():
    flash("first")
    flash("second", "error")
    assert get_flashed_messages() == ["first", "second"]
    assert "_flashes" not in session
    flash("for the next page")
    assert get_flashed_messages(with_categories=True) == [("message", "first"), ("error", "second")]
    assert session["_flashes"] == [("message", "for the next page")]


@pytest.mark.usefixtures("inside")
def test_reading_some_categories_takes_all_messages_out():
    flash("first")
    flash("second", "error")
    flash("third", "warning")
    assert get_flashed_messages(category_filter=["error", "warning"]) == ["second", "third"]
    assert "_flashes" not in session
    assert get_flashed_messages(True, ["message"]) == [("message", "first")]
    assert get_flashed_messages(category_filter=["other"]) == []


@pytest.mark.usefixtures("inside")
def test_reading_without_messages_leaves_the_session_alone():
    assert get_flashed_messages() == []
    assert not session.modified


def test_messages_reach_the_next_request_and_no_further(app):
    @app.post("/")
    def work():
        flash("Saved <b>", "info")
        return ""

    @app.get("/")
    def page():
        return get_flashed_messages(with_categories=True)

    browser = Client(app)
    browser.post("/")
    assert browser.get("/").json == [["info", "Saved <b>"]]
    assert browser.get("/").json == []


def test_each_flash_sends_a_signal(app):
    received = []

    def receiver(sender, **values):
        received.append((sender, values))

    with message_flashed.connected_to(receiver, app), app.test_request_context():
        flash("text", "info")
    assert received == [(app, {"message": "text", "category": "info"})]


def test_without_secret_key_nothing_can_be_flashed(app):
    app.secret_key = None
    with app.test_request_context():
        with pytest.raises(RuntimeError, match="no secret key was set"):
            flash("text")
        assert get_flashed_messages() == []


@pytest.mark.parametrize("call", [lambda: flash("text"), get_flashed_messages])
def test_outside_of_requests_there_is_nothing_to_flash_to(app, call):
    with pytest.raises(RuntimeError, match="outside of a request context"):
        call()
    with app.app_context(), pytest.raises(RuntimeError, match="outside of a request context"):
        call()
