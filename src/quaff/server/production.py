"""The server for production: Granian, with several workers, stopped without losing a request."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from .. import nameplate
from ..app import Quaff
from .addresses import try_certificate, try_new_socket_file, try_port, try_socket_file
from .interface import Interface, choose_interface
from .mistakes import own_frames_removed

Loader = Callable[[], Quaff]


@dataclass(frozen=True, kw_only=True)
class ProductionOptions:
    """How to serve. `uds` (a path) replaces `host` and `port`; times are in seconds."""

    host: str = "127.0.0.1"
    port: int = 8000
    uds: Path | None = None
    interface: Interface | None = None
    workers: int = 1
    threads: int = 1
    backlog: int = 1024
    graceful_timeout: int = 30
    certificate: Path | None = None
    key: Path | None = None
    log_level: str = "info"
    access_log: bool = False

    @property
    def address(self) -> str:
        """Where clients find the server."""
        if self.uds is not None:
            return f"unix:{self.uds}"
        scheme = "http" if self.certificate is None else "https"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


@dataclass(frozen=True)
class Summary:
    """What has to be known of an application before it is served."""

    name: str
    debug: bool
    interface: Interface
    reason: str


def serve(load: Loader, options: ProductionOptions) -> None:
    """Serve the application that `load` returns, until SIGTERM or Ctrl-C.

    Every worker calls `load` itself. Workers that die are replaced. On a signal, no new connection
    is accepted, and requests being handled have `graceful_timeout` seconds to finish.

    Raises `SystemExit` if the application cannot be loaded, `OSError` if the address cannot be had.
    """
    summary = summarize(load)
    claim(options)
    if options.certificate is not None and options.key is not None:
        try_certificate(options.certificate, options.key)
    interface = options.interface or summary.interface
    reason = "as asked" if options.interface else summary.reason
    _announce(summary, options, interface, reason)
    _let_workers_end_while_they_load()
    is_wsgi = interface == "wsgi"
    server = _Server(
        summary.name,
        address=options.host,
        port=options.port,
        uds=options.uds,
        interface=Interfaces(interface),
        workers=options.workers,
        blocking_threads=options.threads if is_wsgi else None,
        websockets=not is_wsgi,
        backlog=options.backlog,
        workers_kill_timeout=options.graceful_timeout,
        respawn_failed_workers=True,
        ssl_cert=options.certificate,
        ssl_key=options.key,
        log_level=LogLevels(options.log_level),
        log_access=options.access_log,
    )
    server.load = load
    server.serve(target_loader=partial(_started, load) if is_wsgi else load, wrap_loader=False)


class _Server(Granian):  # type: ignore[misc,valid-type]
    """Granian, which brings new workers only for an application that can be loaded."""

    load: Loader

    def signal_handler_reload(self, *args: Any, **options: Any) -> None:
        """On SIGHUP, try the code as it is now.

        NOTE: Granian stops the old workers whether or not the new ones come up, and then itself.
        """
        try:
            summarize(self.load)
        except SystemExit:
            click.secho(
                "The application cannot be loaded. The workers go on with the code they have;"
                " mend it and send SIGHUP again.",
                fg="red",
                err=True,
            )
        else:
            super().signal_handler_reload(*args, **options)


def _let_workers_end_while_they_load() -> None:
    """Make workers that this process forks end by SIGTERM from their first moment.

    NOTE: Granian gives a worker its signal handlers after the application is loaded. Until then
    it has those of the server, which note a signal in the worker's copy of the server, where
    nobody looks; and the server would wait `graceful_timeout` for a worker that heard nothing.
    """
    if not hasattr(os, "register_at_fork"):
        return  # Without fork there is nothing to inherit.
    server = os.getpid()
    stops = (signal.SIGINT, signal.SIGTERM)

    def hold_signals() -> None:
        if os.getpid() == server:
            signal.pthread_sigmask(signal.SIG_BLOCK, stops)

    def release_signals() -> None:
        if os.getpid() == server:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)

    def begin_worker() -> None:
        if os.getppid() == server:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            # Ctrl-C reaches the whole group; the server hears it and sends SIGTERM.
            signal.signal(signal.SIGINT, _ignore)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)

    os.register_at_fork(
        before=hold_signals, after_in_parent=release_signals, after_in_child=begin_worker
    )


def _ignore(number: int, frame: object) -> None:
    """A handler that does nothing: unlike SIG_IGN, programs that are started do not inherit it."""


def _started(load: Loader) -> Quaff:
    """The application, started: WSGI servers do not tell it to."""
    app = load()
    if app.before_serving_funcs or app.while_serving_gens:
        app.lifespan.start_here()
    return app


def _announce(
    summary: Summary, options: ProductionOptions, interface: Interface, reason: str
) -> None:
    threads = f", {_count(options.threads, 'thread')} each" if interface == "wsgi" else ""
    click.echo(
        f"Serving '{summary.name}' on {options.address}"
        f" ({interface.upper()}: {reason}; {_count(options.workers, 'worker')}{threads})"
    )
    if summary.debug:
        click.secho(
            "Debug mode is on: errors show the program's insides to everyone. Unset"
            f" {nameplate.active.variable('DEBUG')}.",
            fg="red",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summarize(load: Loader) -> Summary:
    """Load the application in a process of its own, and say what it is.

    NOTE: not in this process, since workers are forked from it: they would share its database
    connections and miss its threads, and SIGHUP could not give them new code.
    """
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_send_summary, args=(load, sending))
    process.start()
    # The child now holds the only end to write to, so its death ends the wait.
    sending.close()
    try:
        summary: Summary = receiving.recv()
    except EOFError:
        process.join()
        raise SystemExit(process.exitcode or 1) from None
    process.join()
    return summary


def _send_summary(load: Loader, sending: Connection) -> None:
    try:
        app = load()
        # What is wrong with a view's signature ends the start, with its place.
        app.plan  # noqa: B018 - made here
        interface, reason = choose_interface(app)
    except click.ClickException as error:
        error.show()
        _leave(error.exit_code)
    except Exception as error:
        traceback.print_exception(own_frames_removed(error))
        _leave(1)
    sending.send(Summary(app.name, app.debug, interface, reason))
    sending.close()
    _leave(0)


def _leave(status: int) -> NoReturn:
    """End this process now: what the application started, such as threads, must not hold it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def claim(options: ProductionOptions) -> None:
    """Make sure that nobody else listens on the address; remove what a dead server left there.

    NOTE: Granian sets SO_REUSEPORT on TCP sockets, with which two servers can share a port without
    either of them noticing, and clients reach one or the other.

    Raises `OSError` with a message that says what to do.
    """
    if options.uds is None:
        try_port(options.host, options.port)
    elif options.uds.exists():
        try_socket_file(options.uds)
    else:
        try_new_socket_file(options.uds)
