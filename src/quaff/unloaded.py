"""Packages that are in place before their own code has run.

`import werkzeug` alone loads its development server and test client, and with them the standard
library's HTTP server, client and TLS, which a served application never uses; msgspec is of use to
applications that speak JSON, and itsdangerous to those that have sessions. Here such a package is
put where `import` finds it, together with the way to its submodules. Its own code runs when
somebody asks it for a name, and from then on it is like any other.

PERF: they are a fifth of the time of `import quaff` (benchmark: import).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

__all__ = ["load_on_use"]

_lock = RLock()


class _Unloaded(ModuleType):
    """A module that runs its code when it is asked for a name that it does not have yet."""

    def __getattr__(self, name: str) -> Any:
        if find_spec(f"{self.__name__}.{name}") is not None:
            return import_module(f"{self.__name__}.{name}")
        with _lock:
            # Another thread may have run it meanwhile, or it may ask itself while it runs.
            if self.__spec__ is not None and self.__dict__.pop("_unloaded", False):
                assert self.__spec__.loader is not None
                try:
                    self.__spec__.loader.exec_module(self)
                except BaseException:
                    self.__dict__["_unloaded"] = True
                    raise
                self.__class__ = ModuleType  # type: ignore[assignment]
        return ModuleType.__getattribute__(self, name)


def load_on_use(name: str) -> None:
    """Put a package in place without running its code, unless it was imported before.

    Args:
        name: the name of a top-level package.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is not None:
        module = module_from_spec(spec)
        module.__class__ = _Unloaded
        module.__dict__["_unloaded"] = True
        sys.modules[name] = module


load_on_use("werkzeug")
load_on_use("msgspec")
load_on_use("itsdangerous")
