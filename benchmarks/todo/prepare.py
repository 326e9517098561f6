"""Makes the database, and prints a token: python -m benchmarks.todo.prepare with DATABASE_URL."""

from __future__ import annotations

from examples.todo import tasks, users

from .quaff_version import program

NUMBER = 60


def main() -> None:
    """A user with tasks."""
    with program().app_context():
        user = users.register("benchmark", "benchmark@example.org", "a long password")
        for number in range(1, NUMBER + 1):
            task = tasks.create(
                user,
                title=f"Task {number}",
                note=f"What there is to say of task {number}.",
                priority=("low", "normal", "high")[number % 3],
            )
            tasks.change(task, done=number % 2 == 0)
        print(users.issue_token(user))


if __name__ == "__main__":
    main()
