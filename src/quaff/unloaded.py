"""Modules that are in place before their own code has run.

What stands below is imported at the top of some module, ours or Werkzeug's, as imports are, but
only used by requests that not every application has. Here such a module is put where `import` finds
it, and a package together with the way to its submodules. Its own code runs when somebody asks it
for a name, and from then on it is like any other.

A module has a gain from this only if it is imported as a whole, as in `from .http import files`;
`from .http.files import send_file` asks it for a name at once.

PERF: without it a quarter more time goes into `import quaff` (benchmark: import).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

__all__ = ["load_on_use"]

#: What each is for. A module is worth its line if it takes a hundredth of the import, together
#: with what it imports itself; one of the standard library, if it takes a twentieth.
UNLOADED = (
    # Werkzeug's package imports its development server and test client, and with them HTTP servers,
    # clients and TLS.
    "werkzeug",
    # Applications that speak JSON.
    "msgspec",
    # Applications that have sessions.
    "itsdangerous",
    # Werkzeug reads and writes dates by it; it imports sockets, calendars and MIME.
    "email.utils",
    # Files as responses.
    "quaff.http.files",
    # Applications on async servers.
    "quaff.gateways.asgi",
    "quaff.gateways.rsgi",
)


#: A lock for each, as modules have while they are imported.
_locks: dict[str, RLock] = {}


class _Unloaded(ModuleType):
    """A module that runs its code when it is asked for a name that it does not have yet."""

    def __getattr__(self, name: str) -> Any:
        if "__path__" in self.__dict__ and find_spec(f"{self.__name__}.{name}") is not None:
            return import_module(f"{self.__name__}.{name}")
        _load(self)
        return ModuleType.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        _load(self)
        return list(ModuleType.__dir__(self))


def _load(module: ModuleType) -> None:
    with _locks[module.__name__]:
        names = module.__dict__
        # Another thread may have run it meanwhile, or it may ask itself while it runs.
        if module.__spec__ is None or not names.pop("_unloaded", False):
            return
        assert module.__spec__.loader is not None
        replaced = {name: value for name, value in names.items() if not name.startswith("__")}
        try:
            module.__spec__.loader.exec_module(module)
        except BaseException:
            names["_unloaded"] = True
            raise
        # What somebody put there before, such as a test, stays; submodules stand there by
        # themselves.
        for name, value in replaced.items():
            if sys.modules.get(f"{module.__name__}.{name}") is not value:
                names[name] = value
        module.__class__ = ModuleType


def load_on_use(name: str) -> None:
    """Put a module in place without running its code, unless it was imported before.

    Args:
        name: the name of a module; the package around it is imported.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is not None:
        module = module_from_spec(spec)
        module.__class__ = _Unloaded
        module.__dict__["_unloaded"] = True
        _locks[name] = RLock()
        sys.modules[name] = module
        package, _, child = name.rpartition(".")
        if package:
            setattr(sys.modules[package], child, module)


for _name in UNLOADED:
    load_on_use(_name)
