"""`quaff run` and `python app.py`, as a beginner meets them."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

RUN = ("-m", "quaff", "run", "--port", "{port}")
MAIN = '\nif __name__ == "__main__":\n    app.run(port=PORT, debug=True)\n'


def rewrite(path: Path, text: str) -> None:
    """Change a file so that the reloader sees it, even within one tick of the clock."""
    path.write_text(text)
    later = time.time_ns() + 2_000_000_000
    os.utime(path, ns=(later, later))


def change(project: Path, old: str, new: str) -> None:
    rewrite(project / "app.py", (project / "app.py").read_text().replace(old, new))


def test_ctrl_c_stops_at_once_even_with_a_request_at_work(start):
    server = start(*RUN)
    assert server.wait_for("one") == (200, "one")
    server.begin_slow()

    begun = time.monotonic()
    status = server.signal(signal.SIGINT)
    assert time.monotonic() - begun < 0.9, "it waited for the slow request"
    assert status == 0
    assert "Traceback" not in server.output


def test_it_says_what_it_serves_and_where(start):
    server = start("-m", "quaff", "--app", "app", "run", "--port", "{port}")
    server.wait_for("one")
    assert "Serving Quaff app 'app'" in server.output
    assert "Debug mode: off" in server.output
    assert f"http://127.0.0.1:{server.port}" in server.output


def test_a_port_in_use_is_a_sentence(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = start("-m", "quaff", "run", "--port", str(other.getsockname()[1]))
        assert server.wait() == 1
    assert f"Port {other_port(server)} is in use" in server.output
    assert "Traceback" not in server.output


def other_port(server) -> str:
    return str(server.process.args[-1])


def test_debug_shows_errors_in_the_browser_but_not_the_pin(start):
    server = start(*RUN, "--debug")
    server.wait_for("one")
    status, page = server.get("/broken")
    assert status == 500
    assert "a mistake in a view" in page
    assert "__debugger__" in page
    pin = re.search(r"Debugger PIN: ([\d-]+)", server.output)
    assert pin is not None
    assert pin[1] not in page


def test_without_debug_errors_stay_inside(start):
    server = start(*RUN)
    server.wait_for("one")
    status, page = server.get("/broken")
    assert status == 500
    assert "a mistake" not in page
    assert "a mistake in a view" in server.output


def test_run_reloads_and_survives_a_syntax_error(start, project):
    server = start(*RUN, "--debug")
    server.wait_for("one")

    change(project, '"one"', '"two"')
    server.wait_for("two")

    change(project, '"two"', '"two')
    status, page = server.wait_for("SyntaxError")
    assert status == 500
    assert "unterminated string literal" in page

    change(project, '"two', '"three"')
    assert server.wait_for("three") == (200, "three")
    assert server.signal(signal.SIGINT) == 0


def test_run_fails_at_once_on_a_mistake_at_the_start(start, project):
    (project / "app.py").write_text("import no_such_package\n")
    server = start(*RUN, "--debug")
    assert server.wait() != 0
    assert "While importing 'app'" in server.output
    assert "No module named 'no_such_package'" in server.output


def test_a_script_reloads_and_survives_a_syntax_error(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + MAIN.replace("PORT", 'int(__import__("sys").argv[1])'))
    server = start("app.py", "{port}")
    server.wait_for("one")

    change(project, '"one"', '"one')
    server.wait_for_output("It starts again when a file changes.")
    assert "unterminated string literal" in server.output
    status, page = server.wait_for("stopped with an error")
    assert status == 500
    assert "terminal shows" in page

    change(project, '"one', '"two"')
    assert server.wait_for("two") == (200, "two")
    assert server.signal(signal.SIGINT) == 0
    assert "KeyboardInterrupt" not in server.output


def test_ctrl_c_ends_the_wait_for_a_repair(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + MAIN.replace("PORT", 'int(__import__("sys").argv[1])'))
    server = start("app.py", "{port}")
    server.wait_for("one")
    change(project, '"one"', '"one')
    server.wait_for_output("It starts again when a file changes.")
    assert server.signal(signal.SIGINT) == 0
    assert "KeyboardInterrupt" not in server.output


def test_app_run_is_ignored_under_the_command(start, project):
    script = project / "app.py"
    script.write_text(script.read_text() + "\napp.run(port=1)\n")
    server = start(*RUN)
    server.wait_for("one")
    assert "Ignoring a call to 'app.run()'" in server.output


def test_breakpoints_reach_the_terminal(start, project):
    change(project, 'raise ValueError("a mistake in a view")', "return input() or 'nothing'")
    server = start(*RUN)
    server.wait_for("one")
    # The process that runs views reads the terminal itself; here that is /dev/null, so it ends.
    assert server.get("/broken")[0] == 500
    assert "EOFError" in server.output


def test_the_module_is_the_program(start):
    server = start("-m", "quaff", "--version")
    assert server.wait() == 0
    assert f"Python {sys.version.split()[0]}" in server.output
