"""The services that other tests stand on: what is skipped or fails here is missing there too."""

from __future__ import annotations

from typing import Any

import pytest
import redis
import sqlalchemy

from . import services


def test_postgresql(postgresql_url: str) -> None:
    engine = sqlalchemy.create_engine(postgresql_url)
    with engine.begin() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT count(*) FROM pg_tables")) > 0
    engine.dispose()


def test_redis(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("key", "value")
        assert client.get("key") == b"value"


def test_chromium(chromium: Any) -> None:
    chromium.get("data:text/html,<title>A page</title><script>document.title += '!'</script>")
    assert chromium.title == "A page!"


def test_what_is_missing_is_skipped_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        services.program("no-such-server")


def test_what_is_missing_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        services.program("no-such-server")
