from __future__ import annotations

import os
import sys
from types import ModuleType

import pytest

from quaff import Quaff
from quaff.cli import (
    NoAppException,
    find_app_by_string,
    find_best_app,
    locate_app,
    prepare_import,
)
from quaff.cli.discovery import split_import_path


def module(**names: object) -> ModuleType:
    made = ModuleType("my_module")
    vars(made).update(names)
    return made


ONE, TWO = Quaff("one"), Quaff("two")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"app": ONE, "other": TWO}, ONE),
        ({"application": ONE, "other": TWO}, ONE),
        ({"app": ONE, "application": TWO}, ONE),
        ({"app": "no application", "whatever": ONE}, ONE),
        ({"whatever": ONE, "create_app": lambda: TWO}, ONE),
        ({"create_app": lambda: ONE, "make_app": lambda: TWO}, ONE),
        ({"create_app": lambda **options: ONE}, ONE),
        ({"create_app": lambda: None, "make_app": lambda: TWO}, TWO),
    ],
)
def test_the_best_application_of_a_module(names, expected):
    assert find_best_app(module(**names)) is expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            {},
            "Failed to find Quaff application or factory in module 'my_module'."
            " Use 'my_module:name' to specify one.",
        ),
        (
            {"one": ONE, "two": TWO},
            "Detected multiple Quaff applications in module 'my_module'."
            " Use 'my_module:name' to specify the correct one.",
        ),
        (
            {"create_app": lambda word: ONE},
            "Detected factory 'create_app' in module 'my_module', but could not call it without"
            " arguments. Use 'my_module:create_app(args)' to specify arguments.",
        ),
    ],
)
def test_no_best_application(names, message):
    with pytest.raises(NoAppException) as caught:
        find_best_app(module(**names))
    assert caught.value.message == message


def test_a_type_error_inside_a_factory_is_the_users_to_see():
    def create_app():
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside"):
        find_best_app(module(create_app=create_app))
    with pytest.raises(TypeError, match="inside"):
        find_app_by_string(module(create_app=create_app), "create_app()")


def factory(first, second=2, *, third=3):
    return Quaff(f"{first}-{second}-{third}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("one", "one"),
        ("factory('a')", "a-2-3"),
        (' factory ( "a", 1.5, third=[4], ) ', "a-1.5-[4]"),
        ("factory(-1, second={'k': None})", "-1-{'k': None}-3"),
    ],
)
def test_an_application_by_string(text, name):
    assert find_app_by_string(module(one=ONE, factory=factory), text).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fatcory", "Failed to find attribute 'fatcory' in 'my_module'. Did you mean 'factory'?"),
        ("factory", "could not be called with the specified arguments: factory() missing 1"),
        ("factory(1, zzz=2)", "unexpected keyword argument 'zzz'"),
        ("factory(word)", "Failed to parse arguments as literal values: 'factory(word)'."),
        ("factory(", "Failed to parse 'factory(' as an attribute name or function call."),
        ("", "Failed to parse '' as an attribute name or function call."),
        ("a.b", "Failed to parse 'a.b' as an attribute name or function call."),
        ("a.b()", "Failed to parse 'a.b()' as an attribute name or function call."),
        ("number", "application was not obtained from 'my_module:number': it is of type 'int'."),
        ("nothing()", "application was not obtained from 'my_module:nothing()': it is None."),
    ],
)
def test_no_application_by_string(text, message):
    source = module(factory=factory, number=5, nothing=lambda: None)
    with pytest.raises(NoAppException) as caught:
        find_app_by_string(source, text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("given", "name", "directory"),
    [
        ("my_app", "my_app", "."),
        ("my_app.py", "my_app", "."),
        ("inner/my_app.py", "my_app", "inner"),
        ("my_package.inner", "my_package.inner", "."),
        ("my_package/module.py", "my_package.module", "."),
        ("my_package/__init__.py", "my_package", "."),
        ("my_package/__init__", "my_package", "."),
        ("my_package/nested", "my_package.nested", "."),
        ("my_text.txt", "my_text.txt", "."),
    ],
)
def test_prepare_import(write, tmp_path, given, name, directory):
    write("my_package/__init__.py")
    write("my_package/nested/__init__.py")
    assert prepare_import(given) == name
    assert sys.path[0] == os.path.realpath(tmp_path / directory)
    length = len(sys.path)
    prepare_import(given)
    assert len(sys.path) == length


def test_locate_by_name_and_by_looking_around(write):
    write(
        "my_site.py", "from quaff import Quaff\na = Quaff('a')\ndef make():\n    return Quaff('b')"
    )
    prepare_import("my_site.py")
    assert locate_app("my_site", None).name == "a"
    assert locate_app("my_site", "make()").name == "b"


def test_a_module_that_does_not_exist(write):
    write("my_site.py")
    prepare_import("my_sight")
    with pytest.raises(NoAppException) as caught:
        locate_app("my_sight", None)
    assert caught.value.message.startswith("Could not import 'my_sight': there is no such module")
    assert caught.value.message.endswith("Did you mean 'my_site'?")
    assert locate_app("my_sight", None, raise_if_not_found=False) is None
    # A name within a file that is no package.
    assert locate_app("my_site.txt", None, raise_if_not_found=False) is None


def test_an_import_error_inside_the_module_shows_its_traceback_and_only_that(write):
    write("my_site.py", "import no_such_package\n")
    prepare_import("my_site")
    for raise_if_not_found in (True, False):
        with pytest.raises(NoAppException) as caught:
            locate_app("my_site", None, raise_if_not_found=raise_if_not_found)
        assert caught.value.message.startswith("While importing 'my_site', an ImportError")
        assert 'my_site.py", line 1, in <module>' in caught.value.message
        assert "discovery.py" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("my_site", ("my_site", None)),
        ("my_site:app", ("my_site", "app")),
        ("my_site:", ("my_site", "")),
        ("a/b.py:make('x:y')", ("a/b.py", "make('x:y')")),
    ],
)
def test_split_import_path(text, parts):
    assert split_import_path(text) == parts


def test_a_drive_letter_is_no_module(monkeypatch):
    monkeypatch.setattr(os.path, "splitdrive", lambda path: (path[:2], path[2:]))
    assert split_import_path(r"C:\site\app.py:app") == (r"C:\site\app.py", "app")
    assert split_import_path(r"C:\site\app.py") == (r"C:\site\app.py", None)
