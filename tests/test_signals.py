"""The signals of an application."""

from __future__ import annotations

import blinker

from quaff import signals

NAMES = {
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "got_request_exception",
    "message_flashed",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "template_rendered",
}


def test_there_are_ten_signals_named_as_extensions_know_them():
    found = {name for name, value in vars(signals).items() if isinstance(value, blinker.Signal)}
    assert found == NAMES
    assert {getattr(signals, name).name for name in NAMES} == {n.replace("_", "-") for n in NAMES}


def test_extensions_make_their_own_namespaces():
    assert signals.Namespace is blinker.Namespace
    assert signals.Namespace().signal("request-started") is not signals.request_started
