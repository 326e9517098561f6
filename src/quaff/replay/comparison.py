"""Runs an application on Flask and on Quaff, and compares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from .answers import Answer, differences
from .recording import RecordedRequest


class VisitFailed(RuntimeError):
    """The application could not be run; the message is what the process said of it."""


def compare(
    app: str, requests: list[RecordedRequest], gateway: str
) -> Iterator[tuple[RecordedRequest, list[str]]]:
    """Each request, with the lines that tell what differs in its answer.

    The application runs on Flask twice, to know what varies by itself.

    Raises:
        VisitFailed: it could not be run.
    """
    first = _visit("flask", app, requests, gateway)
    again = _visit("flask", app, requests, gateway)
    quaff = _visit("quaff", app, requests, gateway)
    for request, *answers in zip(requests, first, again, quaff, strict=True):
        yield request, list(differences(*answers))


def _visit(
    framework: Literal["flask", "quaff"], app: str, requests: list[RecordedRequest], gateway: str
) -> list[Answer]:
    with tempfile.TemporaryDirectory() as directory:
        answers = Path(directory, "answers.json")
        task = {
            "framework": framework,
            "app": app,
            "gateway": gateway,
            "answers": str(answers),
            "requests": [request.to_json() for request in requests],
        }
        environ = {key: value for key, value in os.environ.items() if key != "QUAFF_AS_FLASK"}
        # Else the order of sets would differ.
        environ["PYTHONHASHSEED"] = "0"
        run = subprocess.run(
            [sys.executable, "-m", "quaff.replay.visitor"],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            env=environ,
        )
        if run.returncode:
            raise VisitFailed(f"On {framework}: {run.stderr.strip()}")
        return [Answer.from_json(each) for each in json.loads(answers.read_text())]
