from __future__ import annotations

import sys
from pathlib import Path

import pytest

from quaff.api_pages.swagger import ASSETS, find_assets


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in the place of Swagger UI's, without versions."""
    package = tmp_path / "swagger_ui_bundle"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('It need not be imported.')")
    monkeypatch.delitem(sys.modules, "swagger_ui_bundle", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return package


def test_the_installed_package_has_them() -> None:
    assets = find_assets()
    assert set(assets) == set(ASSETS)
    assert all(path.is_file() for path in assets.values())


def test_versions_before_openapi_3_1_are_left_alone(package: Path) -> None:
    assert find_assets() == {}
    (package / "vendor" / "swagger-ui-4.15.5").mkdir(parents=True)
    assert find_assets() == {}
    (package / "vendor" / "swagger-ui-5.31.0").mkdir()
    assert {path.parent.name for path in find_assets().values()} == {"swagger-ui-5.31.0"}


def test_without_the_package_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "swagger_ui_bundle", raising=False)
    monkeypatch.setattr(sys, "path", [])
    assert find_assets() == {}
