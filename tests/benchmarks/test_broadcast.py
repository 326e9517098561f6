"""The measurement of channels: it counts what arrives, in memory and over Redis."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.broadcast import measure


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_every_subscriber_gets_every_message(kind: str, request: pytest.FixtureRequest) -> None:
    url = "memory://" if kind == "memory" else request.getfixturevalue("redis_url")
    found = asyncio.run(measure(url, subscribers=3, messages=5))
    assert found["deliveries"] == pytest.approx(15 / found["seconds"])
