"""Config: a dict of settings that can load itself; and the settings there are."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from datetime import timedelta
from types import ModuleType
from typing import IO, Any, ClassVar, Generic, Self, TypeVar, overload

from werkzeug.utils import import_string

from .watched import NotifyingDict

__all__ = ["DEFAULTS", "Config", "ConfigAttribute"]

T = TypeVar("T")

#: The settings of an application that has set none.
DEFAULTS: dict[str, Any] = {
    "DEBUG": None,
    "TESTING": False,
    "PROPAGATE_EXCEPTIONS": None,
    "SECRET_KEY": None,
    "SECRET_KEY_FALLBACKS": None,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
    "USE_X_SENDFILE": False,
    "TRUSTED_HOSTS": None,
    "SERVER_NAME": None,
    "APPLICATION_ROOT": "/",
    "SESSION_COOKIE_NAME": "session",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_PATH": None,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SECURE": "auto",
    "SESSION_COOKIE_PARTITIONED": False,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": True,
    "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 1_000,
    "SEND_FILE_MAX_AGE_DEFAULT": None,
    "TRAP_BAD_REQUEST_ERRORS": None,
    "TRAP_HTTP_EXCEPTIONS": False,
    "EXPLAIN_TEMPLATE_LOADING": False,
    "PREFERRED_URL_SCHEME": "http",
    "TEMPLATES_AUTO_RELOAD": None,
    "MAX_COOKIE_SIZE": 4093,
    "PROVIDE_AUTOMATIC_OPTIONS": True,
    "OPENAPI_DOCS": None,
    "OPENAPI_URL": "/openapi.json",
    "OPENAPI_DOCS_URL": "/docs",
    "ASYNCAPI_URL": "/asyncapi.json",
    "VALIDATE_RESPONSES": False,
    # What async servers and WebSockets need.
    "THREADS": 40,
    "THREADS_QUEUE": 1_000,
    "THREADS_TIMEOUT": 30.0,
    "CANCEL_ON_DISCONNECT": True,
    "BACKGROUND_TASK_SHUTDOWN_TIMEOUT": 5.0,
    "WEBSOCKET_ALLOWED_ORIGINS": None,
    "WEBSOCKET_DISCONNECT_TIMEOUT": 3.0,
    "WEBSOCKET_MAX_SIZE": 1024 * 1024,
    "WEBSOCKET_THREADS": 100,
}


class ConfigAttribute(Generic[T]):
    """An attribute of an application that is stored in its config.

    Args:
        name: the config key.
        get_converter: makes the attribute's value of the key's, when it is read.
    """

    def __init__(self, name: str, get_converter: Callable[[Any], T] | None = None) -> None:
        self.__name__ = name
        self.get_converter = get_converter

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, obj: Any, owner: type[Any] | None = None) -> T: ...

    def __get__(self, obj: Any, owner: type[Any] | None = None) -> T | Self:
        if obj is None:
            return self
        value = obj.config[self.__name__]
        return value if self.get_converter is None else self.get_converter(value)

    def __set__(self, obj: Any, value: Any) -> None:
        obj.config[self.__name__] = value


class Config(NotifyingDict[str, Any]):
    """The settings of an application: a dict that files, objects and the environment can fill.

    Objects, files and mappings give their upper-case names only, so that a file can have
    variables of its own. `on_change` is called whenever a setting changes.

    Args:
        root_path: the folder that file names are relative to.
        defaults: the first settings.
    """

    #: What environment variables begin with, before an underscore.
    env_prefix: ClassVar[str] = "QUAFF"

    def __init__(
        self, root_path: str | os.PathLike[str], defaults: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(defaults or {})
        self.root_path = root_path

    def from_envvar(self, variable_name: str, silent: bool = False) -> bool:
        """Load the Python file whose name is in an environment variable.

        Args:
            variable_name: the environment variable.
            silent: return False if the variable is not set or the file does not exist.

        Returns:
            Whether a file was loaded.

        Raises:
            RuntimeError: the variable is not set, or empty.
            OSError: the file cannot be read.
        """
        filename = os.environ.get(variable_name)
        if filename:
            return self.from_pyfile(filename, silent=silent)
        if silent:
            return False
        raise RuntimeError(
            f"The environment variable {variable_name!r} is not set, so there is no configuration "
            "to load. Set it to the path of a configuration file."
        )

    def from_prefixed_env(
        self, prefix: str | None = None, *, loads: Callable[[str], Any] = json.loads
    ) -> bool:
        """Load the environment variables that begin with the prefix and an underscore.

        The rest of a variable's name is the key. `__` in it reaches into a dict: QUAFF_DB__HOST
        sets `config["DB"]["HOST"]`, and makes the dict if there is none. Variables are taken in
        the order of their names.

        Args:
            prefix: instead of `env_prefix`.
            loads: makes a value of the text; what it refuses stays text.

        Raises:
            TypeError: a variable reaches into a setting that is not a dict.
        """
        start = f"{self.env_prefix if prefix is None else prefix}_"
        for variable in sorted(os.environ):
            if not variable.startswith(start):
                continue
            value: Any = os.environ[variable]
            with suppress(Exception):
                value = loads(value)
            self._set_path(variable, variable.removeprefix(start).split("__"), value)
        return True

    def _set_path(self, variable: str, path: list[str], value: Any) -> None:
        if len(path) == 1:
            self[path[0]] = value
            return
        *outer, last = path
        place: Any = self
        for depth, key in enumerate(outer, 1):
            place = place.setdefault(key, {}) if key not in place else place[key]
            if not isinstance(place, MutableMapping):
                raise TypeError(
                    f"The environment variable {variable} sets a key inside "
                    f"{'__'.join(outer[:depth])}, but that is {place!r}, which is not a dict. "
                    "Remove one of the two settings, or make the outer one a JSON object."
                )
        place[last] = value
        # The dict that changed may be an inner one, which tells nobody.
        self._changed()

    def from_pyfile(self, filename: str | os.PathLike[str], silent: bool = False) -> bool:
        """Run a Python file and load its upper-case names.

        Args:
            filename: relative to `root_path`, or absolute.
            silent: return False if there is no such file.

        Returns:
            Whether the file was loaded.

        Raises:
            OSError: the file cannot be read.
            SyntaxError: it is not Python.
        """
        path = os.path.join(self.root_path, filename)
        module = ModuleType("config")
        module.__file__ = path
        missing = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR}
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            if silent and error.errno in missing:
                return False
            raise _explained(error) from None
        exec(compile(source, path, "exec"), module.__dict__)
        self.from_object(module)
        return True

    def from_object(self, obj: object | str) -> None:
        """Load the upper-case attributes of an object, usually a class or a module.

        Properties of a class are computed only if you pass an instance.

        Args:
            obj: the object, or its import name.

        Raises:
            ImportError: there is nothing of that name.
        """
        if isinstance(obj, str):
            obj = import_string(obj)
        for key in dir(obj):
            if key.isupper():
                self[key] = getattr(obj, key)

    def from_file(
        self,
        filename: str | os.PathLike[str],
        load: Callable[[IO[Any]], Mapping[str, Any]],
        silent: bool = False,
        text: bool = True,
    ) -> bool:
        """Load a file of any format: `config.from_file("c.toml", tomllib.load, text=False)`.

        Args:
            filename: relative to `root_path`, or absolute.
            load: makes a mapping of the open file.
            silent: return False if there is no such file.
            text: open the file as text (UTF-8); False for bytes.

        Returns:
            Whether the file was loaded.

        Raises:
            OSError: the file cannot be read.
        """
        path = os.path.join(self.root_path, filename)
        try:
            with open(path, "r" if text else "rb", encoding="utf-8" if text else None) as file:
                settings = load(file)
        except OSError as error:
            if silent and error.errno in {errno.ENOENT, errno.EISDIR}:
                return False
            raise _explained(error) from None
        return self.from_mapping(settings)

    def from_mapping(self, mapping: Mapping[str, Any] | None = None, **kwargs: Any) -> bool:
        """Load the upper-case keys of a mapping, or of pairs, and of the keywords.

        Returns:
            True.
        """
        for key, value in dict(mapping or {}, **kwargs).items():
            if key.isupper():
                self[key] = value
        return True

    def get_namespace(
        self, namespace: str, lowercase: bool = True, trim_namespace: bool = True
    ) -> dict[str, Any]:
        """The settings whose names begin alike, as keyword arguments for a function or class.

        `config.get_namespace("MAIL_")` of MAIL_HOST and MAIL_PORT has the keys host and port.

        Args:
            namespace: what the names begin with.
            lowercase: make the keys lower-case.
            trim_namespace: leave `namespace` out of the keys.
        """
        found = {}
        for name, value in self.items():
            if name.startswith(namespace):
                key = name[len(namespace) :] if trim_namespace else name
                found[key.lower() if lowercase else key] = value
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict.__repr__(self)}>"


def _explained(error: OSError) -> OSError:
    """The same error, saying what was to be read."""
    error.strerror = f"Unable to load configuration file ({error.strerror})"
    return error
