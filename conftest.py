"""Fixtures for every test."""

from __future__ import annotations

import signal

pytest_plugins = ["tests.services"]

# A shell starts background jobs with SIGINT ignored, and ignoring is inherited by the servers that
# tests start and then interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
