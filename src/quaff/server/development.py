"""The server to develop with: one process, reloading, a debugger in the browser.

It is Werkzeug's, since it runs views in the process that owns the terminal: `breakpoint()` works
in a view, and Ctrl-C stops at once. (docs/decisions: the development server)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

import click
from werkzeug import _reloader, serving
from werkzeug.routing import Map
from werkzeug.utils import import_string
from werkzeug.wrappers import Request as BaseRequest
from werkzeug.wrappers import Response as BaseResponse

from .. import nameplate
from ..app import Quaff
from ..dotenv import load_dotenv as load_dotenv_files
from ..dotenv import wants_dotenv

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5000


class DevelopmentOptions(TypedDict, total=False):
    """What `run_development` takes beside the address: the options of Werkzeug's `run_simple`."""

    use_reloader: bool
    use_debugger: bool
    use_evalex: bool
    extra_files: Any
    exclude_patterns: Any
    reloader_interval: int
    reloader_type: str
    threaded: bool
    processes: int
    request_handler: Any
    static_files: Any
    passthrough_errors: bool
    ssl_context: Any


def run_application(
    app: Quaff,
    host: str | None = None,
    port: int | None = None,
    debug: bool | None = None,
    load_dotenv: bool = True,
    **options: Unpack[DevelopmentOptions],
) -> None:
    """What `app.run()` does: serve this very object until Ctrl-C.

    Does nothing but say so when a command, such as `quaff run`, is serving the application already.
    """
    if _started_by_command():
        if not serving.is_running_from_reloader():
            click.secho(
                " * Ignoring a call to 'app.run()' that would block the current"
                f" '{nameplate.active.command}' CLI command.\n"
                "   Only call 'app.run()' in an 'if __name__ == \"__main__\"' guard.",
                fg="red",
            )
        return

    if wants_dotenv(load_dotenv):
        load_dotenv_files()
        if nameplate.active.variable("DEBUG") in os.environ:
            app.debug = nameplate.active.flag("DEBUG")
    if debug is not None:
        app.debug = bool(debug)

    host, port = address_of(app, host, port)
    options.setdefault("use_reloader", app.debug)
    options.setdefault("use_debugger", app.debug)
    options.setdefault("threaded", True)
    show_server_banner(app.debug, app.name)
    try:
        run_development(app, host, port, **options)
    finally:
        # In an interactive session the application may be changed and run again.
        app._got_first_request = False
        app._changed()


def run_development(app: Any, host: str, port: int, **options: Unpack[DevelopmentOptions]) -> None:
    """Serve an application or WSGI callable until Ctrl-C.

    With `use_reloader` this process only watches over another one, which serves. When that one
    dies, of a syntax error for instance, it is started again as soon as a file changes.
    """
    app = _with_websockets(app)
    if not options.get("use_reloader") or serving.is_running_from_reloader():
        serving.run_simple(host, port, app, **options)
        return
    while True:
        try:
            # Looked up when called: tools replace `werkzeug.serving.run_simple`.
            serving.run_simple(host, port, app, **options)
            return
        except SystemExit as stop:
            if not (isinstance(stop.code, int) and stop.code > 0) or not _had_started():
                raise
        with _page_of_the_crash(host, port, options.get("ssl_context")):
            _wait_for_change(options)


def _with_websockets(app: Any) -> Any:
    """The application with its WebSockets, if it has any and they can be served."""
    sockets = [rule.rule for rule in getattr(app, "url_map", Map()).iter_rules() if rule.websocket]
    if not sockets:
        return app
    if find_spec("wsproto") is None:
        click.secho(
            f" * '{sockets[0]}' is a WebSocket. For this server to have WebSockets, install "
            "quaff[websockets]; 'quaff serve' has them always.",
            fg="yellow",
        )
        return app
    return import_string("quaff.server.websockets:WithWebSockets")(app)


def _had_started() -> bool:
    """Whether the watched process had been started, and it is not, say, that the port was in use.

    NOTE: Werkzeug hands its socket to that process by this variable, right before it starts it.
    """
    return "WERKZEUG_SERVER_FD" in os.environ


@contextmanager
def _page_of_the_crash(host: str, port: int, ssl_context: Any) -> Iterator[None]:
    """Answer every request with a page that says so, instead of no answer at all."""
    server = serving.make_server(host, port, _crashed, ssl_context=ssl_context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@BaseRequest.application
def _crashed(request: BaseRequest) -> BaseResponse:
    return BaseResponse(
        "The program stopped with an error, which its terminal shows."
        " It starts again when a file changes; then reload this page.\n",
        status=500,
        headers={"Cache-Control": "no-store"},
    )


def _wait_for_change(options: DevelopmentOptions) -> None:
    watch = _reloader.reloader_loops[options.get("reloader_type", "auto")]
    try:
        with watch(
            extra_files=options.get("extra_files"),
            exclude_patterns=options.get("exclude_patterns"),
            interval=options.get("reloader_interval", 1),
        ) as watching:
            click.secho(
                " * The program stopped with an error. It starts again when a file changes.",
                fg="red",
            )
            watching.run()
    except SystemExit:
        # Werkzeug's way to say that a file changed.
        return
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def address_of(app: Quaff, host: str | None, port: int | None) -> tuple[str, int]:
    """Host and port to listen on: those given, else those of SERVER_NAME, else 127.0.0.1:5000."""
    name = urlsplit(f"//{app.config.get('SERVER_NAME') or ''}")
    host = host or name.hostname or DEFAULT_HOST
    if port is None:
        port = DEFAULT_PORT if name.port is None else name.port
    return host, int(port)


def show_server_banner(debug: bool, app_import_path: str | None) -> None:
    """Say which application is served, and whether in debug mode; once, not at every reload."""
    if serving.is_running_from_reloader():
        return
    if app_import_path is not None:
        click.echo(f" * Serving {nameplate.active.name} app '{app_import_path}'")
    if debug is not None:
        click.echo(f" * Debug mode: {'on' if debug else 'off'}")


def _started_by_command() -> bool:
    # An application that is a Flask one by its imports can be started by our own command.
    products = {nameplate.QUAFF, nameplate.active}
    return any(os.environ.get(each.variable("RUN_FROM_CLI")) == "true" for each in products)
