"""The application's logger."""

from __future__ import annotations

import io
import logging
import sys
from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from quaff import Quaff
from quaff.logging import create_logger, default_handler, has_level_handler, wsgi_errors_stream

NAME = "quaff_test.app"


@pytest.fixture(autouse=True)
def top(pytestconfig):
    """The logger above the application's, in a tree that neither pytest nor the root handles."""
    top, logger = logging.getLogger("quaff_test"), logging.getLogger(NAME)
    plugin = pytestconfig.pluginmanager.unregister(name="logging-plugin")
    top.propagate = False
    top.setLevel(logging.WARNING)
    yield top
    for used in (top, logger):
        used.handlers.clear()
        used.setLevel(logging.NOTSET)
        used.propagate = True
    if plugin is not None:
        pytestconfig.pluginmanager.register(plugin, "logging-plugin")


def make_app(debug=False):
    return SimpleNamespace(name=NAME, debug=debug)


# -- create_logger ---------------------------------------------------------------------------


def test_the_logger_is_named_after_the_application_and_handled_by_default():
    logger = create_logger(make_app())
    assert logger is logging.getLogger(NAME)
    assert logger.level == logging.NOTSET
    assert logger.handlers == [default_handler]


def test_debugging_logs_everything_unless_a_level_was_set():
    assert create_logger(make_app(debug=True)).level == logging.DEBUG
    logging.getLogger(NAME).setLevel(logging.INFO)
    assert create_logger(make_app(debug=True)).level == logging.INFO


def test_a_configured_handler_is_enough(top):
    top.addHandler(logging.StreamHandler())
    assert create_logger(make_app()).handlers == []


def test_the_default_handler_is_added_once():
    for _ in range(2):
        logger = create_logger(make_app())
    assert logger.handlers == [default_handler]


# -- has_level_handler -----------------------------------------------------------------------


def test_a_handler_above_counts_if_messages_reach_it(top):
    logger = logging.getLogger(NAME)
    assert not has_level_handler(logger)
    top.addHandler(logging.StreamHandler())
    assert has_level_handler(logger)
    logger.propagate = False
    assert not has_level_handler(logger)


@pytest.mark.parametrize(
    ("handler_level", "logger_level", "expected"),
    [
        (logging.WARNING, logging.NOTSET, True),  # the level above is WARNING
        (logging.ERROR, logging.NOTSET, False),
        (logging.WARNING, logging.INFO, False),
        (logging.WARNING, logging.ERROR, True),
    ],
)
def test_a_handler_counts_if_it_takes_what_the_logger_lets_through(
    handler_level, logger_level, expected
):
    logger = logging.getLogger(NAME)
    handler = logging.StreamHandler()
    handler.setLevel(handler_level)
    logger.addHandler(handler)
    logger.setLevel(logger_level)
    assert has_level_handler(logger) is expected


# -- where messages go -----------------------------------------------------------------------


def test_messages_say_when_how_bad_and_where(capsys):
    create_logger(make_app()).error("oh no")
    line = capsys.readouterr().err
    assert line.endswith("] ERROR in test_logging: oh no\n")
    assert line.startswith("[2")


def test_messages_of_a_request_go_to_the_stream_of_its_server():
    app = Quaff(NAME)

    @app.route("/")
    def view():
        app.logger.error("in a request")
        return ""

    stream = io.StringIO()
    assert Client(app).get("/", errors_stream=stream).status_code == 200
    assert "ERROR in test_logging: in a request" in stream.getvalue()


def test_outside_of_requests_messages_go_to_stderr():
    app = Quaff(NAME)
    assert wsgi_errors_stream._get_current_object() is sys.stderr
    with app.app_context():
        assert wsgi_errors_stream._get_current_object() is sys.stderr
    stream = io.StringIO()
    with app.test_request_context(errors_stream=stream):
        assert wsgi_errors_stream._get_current_object() is stream


def test_a_request_without_such_a_stream_logs_to_stderr():
    app = Quaff(NAME)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "x", "SERVER_PORT": "80"}
    environ |= {"wsgi.url_scheme": "http", "wsgi.input": io.BytesIO()}
    with app.request_context(environ):
        assert wsgi_errors_stream._get_current_object() is sys.stderr
