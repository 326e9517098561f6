from __future__ import annotations

import os
import sys

import pytest

from quaff.dotenv import load_dotenv, wants_dotenv


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    """The current directory, with two files above it and one in it."""
    for name in ("A", "B", "C", "D", "QUAFF_SKIP_DOTENV"):
        # Set and removed, so that it is removed again afterwards.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (tmp_path / ".quaffenv").write_text("A=shared\nB=shared\nC=shared\n")
    (tmp_path / ".env").write_text("A=private\nB=private\nD=火腿\n", encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "extra.env").write_text("A=extra\nEMPTY\n")
    monkeypatch.chdir(inside)
    return inside


def read(*names: str) -> list[str | None]:
    return [os.environ.get(name) for name in names]


def test_private_files_win_over_shared_ones():
    pytest.importorskip("dotenv")
    assert load_dotenv() is True
    assert read("A", "B", "C", "D") == ["private", "private", "shared", "火腿"]


def test_a_given_file_wins_over_both():
    pytest.importorskip("dotenv")
    assert load_dotenv("extra.env") is True
    assert read("A", "B", "EMPTY") == ["extra", "private", None]


def test_only_the_given_file():
    pytest.importorskip("dotenv")
    assert load_dotenv("extra.env", load_defaults=False) is True
    assert read("A", "B") == ["extra", None]


def test_what_is_set_stays(monkeypatch):
    pytest.importorskip("dotenv")
    monkeypatch.setenv("A", "set")
    load_dotenv("extra.env")
    assert read("A") == ["set"]


def test_nothing_to_load():
    pytest.importorskip("dotenv")
    assert load_dotenv("missing.env", load_defaults=False) is False
    assert load_dotenv(load_defaults=False) is False


def test_without_the_package_only_files_are_missed(monkeypatch, capsys, directory):
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert load_dotenv() is False
    assert capsys.readouterr().err == ""
    (directory / ".env").write_text("A=here\n")
    assert load_dotenv() is False
    assert "Install python-dotenv" in capsys.readouterr().err
    assert read("A") == [None]


@pytest.mark.parametrize(("value", "wanted"), [(None, True), ("", True), ("0", True), ("1", False)])
def test_the_environment_can_switch_it_off(monkeypatch, value, wanted):
    if value is not None:
        monkeypatch.setenv("QUAFF_SKIP_DOTENV", value)
    assert wants_dotenv() is wanted
    assert wants_dotenv(False) is False
