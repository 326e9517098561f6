"""Prints as JSON which cases a peer answers on each interface: python -m benchmarks.peers PEER."""

from __future__ import annotations

import json
import sys

from ..drivers import DRIVERS
from . import builders

print(json.dumps({interface: list(builders(sys.argv[1], interface)) for interface in DRIVERS}))
