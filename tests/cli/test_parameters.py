from __future__ import annotations

import os
import ssl
import sys
from types import ModuleType

import click
import pytest

from quaff.cli import run_command


def cert_of(*args: str) -> object:
    return run_command.make_context("run", list(args)).params["cert"]


@pytest.fixture
def files(write):
    return str(write("my.crt").resolve()), str(write("my.key").resolve())


def test_certificate_and_key_in_any_order(files):
    certificate, key = files
    assert cert_of("--cert", certificate, "--key", key) == (certificate, key)
    assert cert_of("--key", key, "--cert", certificate) == (certificate, key)
    assert cert_of() is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--cert", "my.crt"), 'Required when "--cert" is a file.'),
        (("--key", "my.key"), '"--cert" must be given too.'),
        (("--cert", "missing.crt", "--key", "my.key"), "'missing.crt' does not exist."),
        (("--cert", "quaff"), "'quaff' does not exist."),
        (("--cert", "adhoc", "--key", "my.key"), 'Not used when "--cert" is "adhoc"'),
    ],
)
def test_halves_of_a_certificate(files, monkeypatch, args, message):
    monkeypatch.setitem(sys.modules, "cryptography", ModuleType("cryptography"))
    with pytest.raises(click.BadParameter) as caught:
        cert_of(*args)
    assert message in caught.value.message


def test_a_certificate_made_up(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", ModuleType("cryptography"))
    assert cert_of("--cert", "adhoc") == "adhoc"
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(click.BadParameter, match="needs the package 'cryptography'"):
        cert_of("--cert", "adhoc")


def test_a_context_by_import_path(files, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    monkeypatch.setitem(sys.modules, "my_context", context)
    assert cert_of("--cert", "my_context") is context
    with pytest.raises(click.BadParameter, match="Not used"):
        cert_of("--cert", "my_context", "--key", files[1])


def test_a_python_without_ssl(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "ssl", None)
    with pytest.raises(click.BadParameter, match="built without it"):
        cert_of("--cert", files[0])


def test_separated_paths():
    context = run_command.make_context("run", ["--exclude-patterns", os.pathsep.join(["a", "b*"])])
    assert context.params["exclude_patterns"] == ["a", "b*"]
    assert context.params["extra_files"] is None
