"""An account to try the application with."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from . import tasks, users
from .models import Priority
from .validation import Invalid

NAME, PASSWORD = "demo", "demo"

#: title, note, days from today on until it is due, priority, whether it is done
TASKS: tuple[tuple[str, str, int | None, Priority, bool], ...] = (
    ("Read the README", "It says what is where.", None, "normal", True),
    ("Call Grandma", "She has asked twice.", -2, "high", False),
    ("Water the plants", "", 0, "normal", False),
    ("Buy a present for Ada", "A book, or something for the garden.", 2, "high", False),
    ("Mend the bicycle", "Front brake, rear light.", 9, "normal", False),
    ("Learn to play the ukulele", "", None, "low", False),
)


def prepare() -> None:
    """Make the account with its tasks, if it is not there; in an application context."""
    # Another worker may be faster.
    with suppress(Invalid):
        user = users.register(users.Registration(NAME, "demo@example.org", PASSWORD))
        for title, note, days, priority, done in TASKS:
            due = None if days is None else tasks.today() + timedelta(days)
            task = tasks.create(user, tasks.NewTask(title, note, due, priority))
            tasks.change(task, tasks.TaskChanges(done=done))
