"""Finding an application: from "module:name" to the object.

Imports the user's code, and knows nothing of commands.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, overload

import click

from .. import nameplate
from ..app import Quaff
from ..server.mistakes import own_frames_removed

APPLICATION_NAMES = ("app", "application")
FACTORY_NAMES = ("create_app", "make_app")


class NoAppException(click.UsageError):
    """No application was found, or what was found is not one. The message says what to do."""


def find_best_app(module: ModuleType) -> Quaff:
    """The application of a module, when only the module was named.

    It is `app` or `application`, else the only application in the module, else what the factory
    `create_app` or `make_app` returns when it is called without arguments.

    Raises:
        NoAppException: there is none, or more than one.
    """
    for name in APPLICATION_NAMES:
        candidate = getattr(module, name, None)
        if isinstance(candidate, Quaff):
            return candidate

    applications = [value for value in vars(module).values() if isinstance(value, Quaff)]
    if len(applications) == 1:
        return applications[0]
    if applications:
        raise NoAppException(
            f"Detected multiple {nameplate.active.name} applications in module"
            f" '{module.__name__}'. Use '{module.__name__}:name' to specify the correct one."
        )

    for name in FACTORY_NAMES:
        factory = getattr(module, name, None)
        if not inspect.isfunction(factory):
            continue
        try:
            candidate = factory()
        except TypeError as error:
            if not _refused_arguments(factory, error):
                raise
            raise NoAppException(
                f"Detected factory '{name}' in module '{module.__name__}', but could not call it"
                f" without arguments. Use '{module.__name__}:{name}(args)' to specify arguments."
            ) from error
        if isinstance(candidate, Quaff):
            return candidate

    raise NoAppException(
        f"Failed to find {nameplate.active.name} application or factory in module"
        f" '{module.__name__}'. Use '{module.__name__}:name' to specify one."
    )


def find_app_by_string(module: ModuleType, app_name: str) -> Quaff:
    """The application that `app_name` describes: a name, or a call of one with literal arguments.

    Raises:
        NoAppException: it is no application, or cannot be called like that.
    """
    name, args, kwargs = _parse_name_or_call(app_name)
    try:
        found = getattr(module, name)
    except AttributeError as error:
        raise NoAppException(
            f"Failed to find attribute '{name}' in '{module.__name__}'."
            + _suggestion(name, list(vars(module)))
        ) from error

    if inspect.isfunction(found):
        try:
            found = found(*args, **kwargs)
        except TypeError as error:
            if not _refused_arguments(found, error):
                raise
            raise NoAppException(
                f"The factory '{app_name}' in module '{module.__name__}' could not be called with"
                f" the specified arguments: {error}."
            ) from error

    if isinstance(found, Quaff):
        return found
    raise NoAppException(
        f"A valid {nameplate.active.name} application was not obtained from"
        f" '{module.__name__}:{app_name}': it is {_describe(found)}."
    )


def prepare_import(path: str | os.PathLike[str]) -> str:
    """Turn a file path or dotted name into a module name, and put its directory on `sys.path`.

    A file inside packages becomes its full dotted name; the directory above the outermost package
    is the one put first on `sys.path`.
    """
    location = Path(os.path.realpath(path))
    if location.suffix == ".py":
        location = location.with_suffix("")
    if location.name == "__init__":
        location = location.parent

    names = [location.name]
    directory = location.parent
    while (directory / "__init__.py").exists():
        names.insert(0, directory.name)
        directory = directory.parent

    if sys.path[0] != str(directory):
        sys.path.insert(0, str(directory))
    return ".".join(names)


@overload
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: Literal[True] = True
) -> Quaff: ...
@overload
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: Literal[False]
) -> Quaff | None: ...
def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: bool = True
) -> Quaff | None:
    """Import a module and find its application, by `app_name` or by looking around.

    Args:
        raise_if_not_found: if false, the answer is None when there is no such module.

    Raises:
        NoAppException: there is no such module, or an import inside of it failed; then its
            traceback is in the message. Other errors of the module pass through.
    """
    try:
        __import__(module_name)
    except ImportError as error:
        if not _is_missing_itself(module_name, error):
            trace = "".join(traceback.format_exception(own_frames_removed(error)))
            raise NoAppException(
                f"While importing '{module_name}', an ImportError was raised:\n\n{trace}"
            ) from None
        if not raise_if_not_found:
            return None
        directory = Path(sys.path[0] or ".")
        raise NoAppException(
            f"Could not import '{module_name}': there is no such module in '{directory}' or among"
            " the installed packages." + _suggestion(module_name, _modules_in(directory))
        ) from None

    module = sys.modules[module_name]
    return find_best_app(module) if app_name is None else find_app_by_string(module, app_name)


def split_import_path(path: str) -> tuple[str, str | None]:
    """Split "module:name"; without a colon the name is None. A drive letter's colon is no colon."""
    drive, rest = os.path.splitdrive(path)
    module, colon, name = rest.partition(":")
    return drive + module, name if colon else None


def _is_missing_itself(module_name: str, error: ImportError) -> bool:
    missing = error.name or ""
    return isinstance(error, ModuleNotFoundError) and f"{module_name}.".startswith(f"{missing}.")


def _parse_name_or_call(text: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Split "name" or "name(literal, key=literal)" into name, positional and keyword arguments."""
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        expression = None
    match expression:
        case ast.Name(id=name):
            return name, [], {}
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            try:
                return (
                    name,
                    [ast.literal_eval(arg) for arg in args],
                    {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in keywords},
                )
            except ValueError as error:
                raise NoAppException(
                    f"Failed to parse arguments as literal values: {text!r}."
                    " Strings need quotes of their own: \"module:create_app('dev')\"."
                ) from error
        case _:
            raise NoAppException(f"Failed to parse {text!r} as an attribute name or function call.")


def _refused_arguments(function: Callable[..., Any], error: TypeError) -> bool:
    """Whether `error` comes from calling `function` wrongly, not from inside of it."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is getattr(function, "__code__", None):
            return False
        trace = trace.tb_next
    return True


def _describe(value: object) -> str:
    return "None" if value is None else f"of type '{type(value).__name__}'"


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _modules_in(directory: Path) -> list[str]:
    try:
        entries = list(directory.iterdir())
    except OSError:
        return []
    files = [entry.stem for entry in entries if entry.suffix == ".py"]
    packages = [entry.name for entry in entries if (entry / "__init__.py").exists()]
    return files + packages
