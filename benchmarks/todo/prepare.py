"""Makes the database, and prints a token: python -m benchmarks.todo.prepare with DATABASE_URL."""

from __future__ import annotations

from examples.todo import tasks, users
from examples.todo.models import PRIORITIES

from .quaff_version import program

NUMBER = 60


def main() -> None:
    """A user with tasks."""
    with program().app_context():
        user = users.register(
            users.Registration("benchmark", "benchmark@example.org", "a long password")
        )
        for number in range(1, NUMBER + 1):
            note = f"What there is to say of task {number}."
            priority = PRIORITIES[number % 3]
            task = tasks.create(user, tasks.NewTask(f"Task {number}", note, priority=priority))
            tasks.change(task, tasks.TaskChanges(done=number % 2 == 0))
        print(users.issue_token(user))


if __name__ == "__main__":
    main()
