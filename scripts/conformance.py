"""Run Flask's own test suite, from its published source package, on this working tree.

    python scripts/conformance.py [--update]

The tests that pass are listed in tests/conformance/flask-passing.txt. If one of them fails, so
does this script; --update writes the list anew. The real Flask is installed in the environment of
the run, since metadata is read of it, but must never be imported: an audit hook watches for that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "conformance"
ENVIRONMENT = ROOT / ".venv-conformance"
PASSING = ROOT / "tests" / "conformance" / "flask-passing.txt"
FLASK = "3.1.3"

#: Flask's suite passes whole on real Flask with these versions; the last two are what Quaff needs
#: beside Flask's own requirements.
REQUIREMENTS = [
    f"flask=={FLASK}",
    "werkzeug==3.1.6",
    "asgiref==3.13.0",
    "greenlet==3.5.6",
    "python-dotenv==1.2.4",
    "pytest==8.4.2",
    "pytest-timeout==2.4.0",
    "msgspec==0.22.0",
    "granian==2.8.7",
]

#: Loaded by every Python of the run before anything else, as `sitecustomize`. It ends a process in
#: which a module file of the real Flask, installed or of the source package, is executed.
WATCH = """
import os, sys, sysconfig
real = (os.path.join(sysconfig.get_paths()["purelib"], "flask") + os.sep, {source!r} + os.sep)
def hook(event, args):
    if event == "exec" and getattr(args[0], "co_filename", "").startswith(real):
        os._exit({exit_code})
sys.addaudithook(hook)
"""
REAL_FLASK_EXECUTED = 70


def run(*command: str | Path, **options: object) -> None:
    """Run a command; end if it fails."""
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def environment() -> Path:
    """The Python of an environment with Flask's requirements and this working tree."""
    python = ENVIRONMENT / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    stamp = ENVIRONMENT / "requirements"
    if not stamp.exists() or stamp.read_text() != "\n".join(REQUIREMENTS):
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        run(*pip, *REQUIREMENTS)
        stamp.write_text("\n".join(REQUIREMENTS))
    run(*pip, "--force-reinstall", "--no-deps", ROOT)
    return python


def suite() -> Path:
    """The folder of Flask's source package."""
    folder = CACHE / f"flask-{FLASK}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        run(*pip, "--no-deps", "--no-binary", "flask", "-d", CACHE, f"flask=={FLASK}")
        with tarfile.open(CACHE / f"flask-{FLASK}.tar.gz") as archive:
            archive.extractall(CACHE, filter="data")
    return folder


def outcomes(report: Path) -> tuple[set[str], set[str]]:
    """The names of the tests that passed, and of those that did not."""
    passed, failed = set(), set()
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        (failed if bad else passed).add(name)
    return passed - failed, failed


def main() -> int:
    """Run the suite and compare; 1 if a test fell."""
    folder, python = suite(), environment()
    watch = CACHE / "watch"
    watch.mkdir(exist_ok=True)
    source = str(folder / "src" / "flask")
    text = WATCH.format(source=source, exit_code=REAL_FLASK_EXECUTED)
    (watch / "sitecustomize.py").write_text(text)
    report = CACHE / "report.xml"
    report.unlink(missing_ok=True)
    unwanted = ("PYTHON", "PYTEST", "FLASK", "QUAFF", "VIRTUAL_ENV")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
    clean |= {"PYTHONPATH": str(watch), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pytest", "-p", "quaff.as_flask", "-q"]
    command += ["-o", "addopts=", "-p", "no:cacheprovider", "--timeout=60", f"--junitxml={report}"]
    done = subprocess.run([*map(str, command), "tests"], cwd=folder, env=clean, check=False)
    if done.returncode == REAL_FLASK_EXECUTED:
        print("The real Flask was executed, so this says nothing of Quaff.", file=sys.stderr)
        return 1
    if not report.exists():
        print("The suite did not run to its end.", file=sys.stderr)
        return 1
    passed, failed = outcomes(report)
    print(f"Flask {FLASK}'s own tests: {len(passed)} passed, {len(failed)} did not.")
    if "--update" in sys.argv[1:]:
        PASSING.write_text("".join(f"{name}\n" for name in sorted(passed)))
        return 0
    fallen = set(PASSING.read_text().splitlines()) - passed
    for name in sorted(fallen):
        print(f"no longer passes: {name}", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
