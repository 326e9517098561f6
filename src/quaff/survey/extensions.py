"""What is known of Flask's extensions on Quaff: measured, not guessed.

Each row was run as a small program on Flask and on Quaff, through WSGI, ASGI and RSGI, and the
answers compared (`scripts/extensions`). `docs/extensions.md` shows the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Extension:
    """One extension as it was tried.

    Args:
        name: of the distribution.
        version: the one that was tried; empty if none was, because it cannot run.
        tried: what the program did.
        note: what to know of it; empty if nothing.
        modules: the top-level modules to import, if they are not the name with underscores.
        runs: whether it runs on Quaff.
    """

    name: str
    version: str
    tried: str
    note: str = ""
    modules: tuple[str, ...] = ()
    runs: bool = True

    @property
    def imported_as(self) -> tuple[str, ...]:
        """The modules whose import shows that a project uses it."""
        return self.modules or (normalized(self.name).replace("-", "_"),)


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


EXTENSIONS = (
    Extension("APIFlask", "3.1.2", "schemas in and out, errors, authentication, the document"),
    Extension("Dash", "4.4.1", "layout, callbacks, assets, component files"),
    Extension("Flask-Admin", "2.2.1", "an admin of a table and of files, own views"),
    Extension("Flask-Babel", "4.0.0", "languages, dates, numbers, time zones, async views"),
    Extension("Flask-Caching", "2.5.1", "cached views, functions and template fragments"),
    Extension("Flask-Compress", "1.25", "gzip, brotli, deflate, zstd; streams, files, entity tags"),
    Extension("Flask-Cors", "6.0.5", "preflights, origins, credentials, headers on errors"),
    Extension("Flask-DebugToolbar", "0.16.0", "panels, SQL, profiler, redirects"),
    Extension("Flask-HTTPAuth", "4.8.1", "basic and token authentication, roles"),
    Extension("Flask-JWT-Extended", "4.7.4", "tokens in headers and cookies, refreshing, errors"),
    Extension(
        "Flask-JWT",
        "",
        "",
        note="It runs on no Flask 3 either; Flask-JWT-Extended does its work.",
        runs=False,
    ),
    Extension("Flask-Limiter", "4.1.1", "limits of views, blueprints and the application, headers"),
    Extension(
        "Flask-Login", "0.6.3", "login, logout, remembering, next page; its own tests: 114 of 114"
    ),
    Extension("Flask-Mailman", "1.1.1", "messages, alternatives, attachments"),
    Extension("Flask-Migrate", "4.1.0", "init, migrate, upgrade, history, check"),
    Extension("Flask-RESTful", "0.3.10", "resources, parsers, representations, errors"),
    Extension(
        "flask-restplus",
        "",
        "",
        note="It runs on no Flask 3 either; flask-restx continues it.",
        runs=False,
    ),
    Extension("flask-restx", "1.3.2", "resources, marshalling, errors, Swagger"),
    Extension(
        "Flask-Script",
        "",
        "",
        note="It runs on no Flask 3 either; `app.cli.command()` does its work.",
        runs=False,
    ),
    Extension("Flask-Security", "5.9.2", "registration, login, roles, tokens"),
    Extension("Flask-Session", "0.8.0", "sessions in files, flashed messages, regeneration"),
    Extension("flask-smorest", "0.47.0", "arguments, responses, entity tags, pages, the document"),
    Extension(
        "Flask-SocketIO",
        "5.7.0",
        "events, rooms, acknowledgements, sessions, errors; a WebSocket on the development server",
    ),
    Extension(
        "Flask-SQLAlchemy",
        "3.1.1",
        "models, pages, rollback after errors; its own tests: 452 of 452",
    ),
    Extension("flask-talisman", "1.1.0", "HTTPS, HSTS, CSP with nonces, options of one view"),
    Extension("Flask-WTF", "1.3.0", "forms, CSRF; its own tests: 85 of 85"),
    Extension(
        "opentelemetry-instrumentation-flask",
        "0.66b1",
        "spans of requests, errors, hooks, one application and all",
        modules=("opentelemetry.instrumentation.flask",),
    ),
    Extension(
        "sentry-sdk",
        "2.75.0",
        "errors, messages, transactions, tags, request data",
        note="It makes the application a plain WSGI callable; give ASGI servers `app.asgi`.",
    ),
)


def find_extension(name: str) -> Extension | None:
    """What is known of a distribution, by its name."""
    return _BY_NAME.get(normalized(name))


def find_imported(module: str) -> Extension | None:
    """What is known of the distribution that has a module, by the module's dotted name."""
    while module:
        if module in _BY_MODULE:
            return _BY_MODULE[module]
        module = module.rpartition(".")[0]
    return None


_BY_NAME = {normalized(each.name): each for each in EXTENSIONS}
_BY_NAME["flask-security-too"] = _BY_NAME["flask-security"]
_BY_MODULE = {module: each for each in EXTENSIONS for module in each.imported_as}
