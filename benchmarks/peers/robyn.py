"""Robyn, which is its own server and has no interface to call it by."""

from __future__ import annotations

from . import Builders

WSGI: Builders = {}
ASGI: Builders = {}
RSGI: Builders = {}
