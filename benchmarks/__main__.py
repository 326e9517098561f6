"""The command line: python -m benchmarks COMMAND --help."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from . import connections, instructions, quick, report, results, served, startup, typed, whole
from .cases import CASES
from .drivers import DRIVERS
from .rounds import by_case, jobs, measure, run_worker


def run_quick(options: argparse.Namespace) -> None:
    """Hold Quaff to its limits."""
    quick.run(options.rounds, options.seconds)


def run_cases(options: argparse.Namespace) -> None:
    """Print what cases cost some peers; for work on one of them."""
    todo = jobs(options.case, options.peer, options.interface)
    found = measure(todo, options.rounds, options.seconds)
    for case, interface, row in by_case(found):
        print(f"{interface} {CASES[case].label}")
        for peer, measured in row.items():
            if measured.error:
                print(f"    {peer:12}{measured.error}")
                continue
            counted = ""
            if options.instructions:
                number = instructions.count(peer, interface, [case])[case]
                counted = f"{number:12,.0f} instructions"
            print(
                f"    {peer:12}{measured.best:10.2f} µs {measured.calls:8g} calls"
                f"   spread {measured.spread:.0%}{counted}"
            )


def run_full(options: argparse.Namespace) -> None:
    """Measure all sections, or the named ones, and write docs/benchmarks.md."""
    for name in options.sections or SECTIONS:
        print(f"== {name}", flush=True)
        results.save(name, SECTIONS[name](options))
    report.write(results.load())


def run_report(options: argparse.Namespace) -> None:
    """Write docs/benchmarks.md from what was measured last."""
    report.write(results.load())


# -- the sections --------------------------------------------------------------------------------


def measure_in_process(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Microseconds and calls of a request."""
    found = measure(jobs(), options.rounds, options.seconds)
    return [
        {
            **job._asdict(),
            "microseconds": None if measured.error else measured.best,
            "spread": None if measured.error else measured.spread,
            "calls": measured.calls,
            "error": measured.error,
        }
        for job, measured in found.items()
    ]


def count_instructions(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Instructions of a request, for Quaff and the fastest of its peers."""
    rows = []
    for interface, limits in quick.read_limits().items():
        for peer in ("quaff", *limits.ahead_of):
            print(f"callgrind: {peer} on {interface}")
            counted = instructions.count(peer, interface, list(limits.ratios))
            rows += [
                {"peer": peer, "interface": interface, "case": case, "instructions": number}
                for case, number in counted.items()
            ]
    return rows


def measure_matching(options: argparse.Namespace) -> dict[str, float]:
    """Nanoseconds of Quaff's matcher: number of rules -> time."""
    found: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for case in (case for case in CASES.values() if case.size):
            time = run_worker(["quaff", "wsgi", case.name, "--match"])["nanoseconds"]
            found.setdefault(str(case.size), []).append(time)
    return {size: min(times) for size, times in found.items()}


def measure_served(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Requests a second."""
    return served.measure(options.rounds)


def measure_startup(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Imports and first answers."""
    return startup.measure(options.rounds)


def measure_connections(options: argparse.Namespace) -> list[dict[str, Any]]:
    """WebSockets."""
    return connections.measure(options.rounds)


def measure_todo(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The To-Do list."""
    return whole.measure(options.rounds, 4)


def measure_typed(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Large typed applications."""
    return typed.measure(options.rounds)


SECTIONS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "in-process": measure_in_process,
    "instructions": count_instructions,
    "matching": measure_matching,
    "served": measure_served,
    "startup": measure_startup,
    "connections": measure_connections,
    "todo": measure_todo,
    "typed": measure_typed,
}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, function: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--rounds", type=int, default=3)
        command.add_argument("--seconds", type=float, default=0.25)
        return command

    add("quick", run_quick)
    cases = add("cases", run_cases)
    cases.add_argument("--case", action="append", choices=list(CASES), default=[])
    cases.add_argument("--interface", action="append", choices=list(DRIVERS), default=[])
    cases.add_argument("--peer", action="append", default=[], help="NAME[:INTERFACE]")
    cases.add_argument("--instructions", action="store_true", help="count them, which takes long")
    full = add("full", run_full)
    full.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    add("report", run_report)
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
