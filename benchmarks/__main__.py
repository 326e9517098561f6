"""The command line: python -m benchmarks COMMAND --help."""

from __future__ import annotations

import argparse

from . import quick
from .cases import CASES
from .drivers import DRIVERS
from .rounds import by_case, jobs, measure


def run_quick(options: argparse.Namespace) -> None:
    """Hold Quaff to its limits."""
    quick.run(options.rounds, options.seconds)


def run_cases(options: argparse.Namespace) -> None:
    """Print what cases cost some peers; for work on one of them."""
    todo = jobs(options.case, options.peer, options.interface)
    for case, interface, row in by_case(measure(todo, options.rounds, options.seconds)):
        print(f"{interface} {CASES[case].label}")
        for peer, measured in row.items():
            if measured.error:
                print(f"    {peer:12}{measured.error}")
            else:
                print(
                    f"    {peer:12}{measured.best:10.2f} µs {measured.calls:8g} calls"
                    f"   spread {measured.spread:.0%}"
                )


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, function, rounds in (("quick", run_quick, 3), ("cases", run_cases, 3)):
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--rounds", type=int, default=rounds)
        command.add_argument("--seconds", type=float, default=0.25)
        if function is run_cases:
            command.add_argument("--case", action="append", choices=list(CASES), default=[])
            command.add_argument("--interface", action="append", choices=list(DRIVERS), default=[])
            command.add_argument("--peer", action="append", default=[], help="NAME[:INTERFACE]")
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
