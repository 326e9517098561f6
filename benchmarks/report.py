"""Writes docs/benchmarks.md from the results: every figure there was measured by this program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import ROOT
from .cases import CASES
from .drivers import DRIVERS
from .figures import Figures, ratio
from .goals import goals
from .peers import PEERS

PAGE = ROOT / "docs" / "benchmarks.md"

BEGINNING = """# Benchmarks

*Written by `make bench`. Do not edit: the next run writes it anew.*

Quaff next to twelve other frameworks, on one machine, in one run. Look at ratios; times are of this
machine. Every program is in `benchmarks/peers`, written as the framework's documentation does it,
and its answers are checked before it is timed. Why it is measured this way:
[decision 22](decisions/0022-benchmarks-by-minima.md).

```
make bench          # everything; takes long, and wants an idle machine
make bench-quick    # Quaff, Falcon, BlackSheep and a bare callable, in a minute
.venv-bench/bin/python -m benchmarks cases --case plain --peer quaff --peer flask
```
"""


def write(results: dict[str, Any], path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text("\n\n".join(_parts(Figures(results))).rstrip() + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with everything but the first column to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _parts(figures: Figures) -> Iterator[str]:
    yield BEGINNING.rstrip()
    yield from _machine(figures)
    yield "## Goals"
    yield GOALS_NOTE
    yield table(
        ["what", "number", "must", "summit", "here", ""],
        (
            [
                goal.what,
                goal.measure,
                goal.show(goal.must),
                goal.show(goal.summit) if goal.summit != goal.must else "",
                "-" if goal.value is None else f"{goal.value:.2f}",
                goal.verdict,
            ]
            for goal in goals(figures)
        ),
    )
    for name, part in SECTIONS.items():
        if figures.section(name):
            yield from part(figures)
            yield _when(figures, name)


GOALS_NOTE = """Ratios within one run. Served ones are medians of the ratios of the processor time
that the server used for a request, each of two seconds of the same turn: on a processor of its own
they are those of requests a second, and other programs on the machine move them less."""


def _machine(figures: Figures) -> Iterator[str]:
    machine = figures.machine
    if machine:
        yield "## The machine"
        versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
        yield table(
            ["", ""],
            [
                ["processor", f"{machine['processor']}, {machine['processors']} of them"],
                ["system", machine["kernel"]],
                ["Python", machine["python"]],
                ["versions", versions],
            ],
        ).replace("---:", "---")


def _when(figures: Figures, name: str) -> str:
    measured = figures.measured(name)
    return (
        f"*Measured {measured['date']} at commit {measured['commit']}; "
        f"the machine's load was {measured['load']} at the end.*"
    )


# -- in-process ----------------------------------------------------------------------------------


def _in_process(figures: Figures) -> Iterator[str]:
    yield "## In-process: microseconds a request"
    yield (
        "The framework alone: no network, and the server's part made before the clock runs. The "
        "least of several fresh processes that take turns, on one processor; asyncio's own loop. "
        "In brackets: the time as a multiple of Quaff's. The first row of a table is the limit."
    )
    for interface in DRIVERS:
        rows = {case: row for case in CASES if (row := figures.row(case, interface))}
        if rows:
            yield f"### {interface.upper()}"
            yield from _on_interface(rows)
    failed = [found for found in figures.section("in-process") if found["error"]]
    if failed:
        yield "No row, because of a wrong answer or an error:"
        yield "\n".join(
            f"- {_name(found['peer'])}, {found['interface'].upper()}, "
            f"{CASES[found['case']].label}: `{found['error'][:150]}`"
            for found in failed
        )


def _on_interface(rows: dict[str, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """What was measured on an interface: case -> peer -> figures."""
    cases = list(rows)
    peers = [peer for peer in PEERS if any(peer in rows[case] for case in cases)]
    # Two tables are easier to read than one with twenty columns.
    half = (len(cases) + 1) // 2
    for some in filter(None, (cases[:half], cases[half:])):
        yield table(
            ["", *(CASES[case].label for case in some)],
            (
                [_name(peer), *(_cell(rows[case], peer) for case in some)]
                for peer in peers
                if any(peer in rows[case] for case in some)
            ),
        )
    spreads = sorted(found["spread"] for case in cases for found in rows[case].values())
    yield (
        "Spread, the slowest of a measurement's processes over the fastest: "
        f"{spreads[len(spreads) // 2]:.0%} in the middle, {spreads[-1]:.0%} at most."
    )
    yield "Python calls of a request:"
    yield table(
        ["", *(CASES[case].label for case in cases)],
        ([_name(peer), *(_calls(rows[case], peer) for case in cases)] for peer in peers),
    )


def _cell(row: dict[str, dict[str, Any]], peer: str) -> str:
    if peer not in row:
        return ""
    time = row[peer]["microseconds"]
    times = ratio(time, row.get("quaff", {}).get("microseconds"))
    shown = f"{time:.1f}" if time < 1000 else f"{time:,.0f}"
    return shown if times is None or peer == "quaff" else f"{shown} ({_times(times)}x)"


def _times(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _calls(row: dict[str, dict[str, Any]], peer: str) -> str:
    return f"{row[peer]['calls']:.0f}" if peer in row else ""


def _name(peer: str) -> str:
    return f"**{peer}**" if peer == "quaff" else peer


# -- the other sections --------------------------------------------------------------------------


def _instructions(figures: Figures) -> Iterator[str]:
    yield "## Instructions a request"
    yield "Counted by callgrind, in-process, with what the driver does: no load moves them."
    found = {
        (row["interface"], row["peer"], row["case"]): row["instructions"]
        for row in figures.section("instructions")
    }
    cases = list(dict.fromkeys(case for _, _, case in found))
    yield table(
        ["", *(CASES[case].label for case in cases)],
        (
            [
                f"{_name(peer)}, {interface.upper()}",
                *(
                    f"{found[interface, peer, case]:,.0f}"
                    if (interface, peer, case) in found
                    else ""
                    for case in cases
                ),
            ]
            for interface, peer in dict.fromkeys((one, two) for one, two, _ in found)
        ),
    )


def _matching(figures: Figures) -> Iterator[str]:
    yield "## Quaff's matcher alone"
    yield table(
        ["rules", "nanoseconds a match"],
        (
            [f"{int(size):,}", f"{nanoseconds:.0f}"]
            for size, nanoseconds in figures.section("matching").items()
        ),
    )


def _served(figures: Figures) -> Iterator[str]:
    yield "## Served"
    yield (
        "One worker on one processor, wrk with 32 connections on the other. The programs of one "
        "server and interface run side by side and take turns, a second each; the figures are the "
        "medians of their seconds. In plain text the fastest on each of Quaff's servers take more "
        "turns than the others. The processor time of a request is the server's, with what the "
        "kernel does for it. “Of bare” compares a program with the bare callable on the same "
        "server and interface: the median of the ratios of their processor times in the same turn, "
        "and the quartiles of these ratios. 1 is the limit."
    )
    for case in dict.fromkeys(row["case"] for row in figures.section("served")):
        yield f"### {CASES[case].label[0].upper()}{CASES[case].label[1:]}"
        yield table(
            [
                "",
                *("server", "interface", "requests/s", "p50 ms", "p99 ms"),
                *("µs of processor", "of bare", "idle MiB", "MiB after"),
            ],
            (
                [
                    _name(row["peer"]),
                    "its own" if row["server"] == "own" else row["server"],
                    "" if row["interface"] == "own" else row["interface"].upper(),
                    f"{row['rate']:,.0f}",
                    f"{row['p50']:.2f}",
                    f"{row['p99']:.2f}",
                    f"{row['cpu']:.1f}",
                    _share(figures, case, row),
                    f"{row['idle']:.0f}",
                    f"{row['memory']:.0f}",
                ]
                for row in figures.served(case)
            ),
        )


def _share(figures: Figures, case: str, row: dict[str, Any]) -> str:
    found = figures.compared(case, row["interface"], row["server"], row["peer"]).get("bare")
    return "" if found is None else f"{found.middle:.2f} ({found.low:.2f} to {found.high:.2f})"


def _startup(figures: Figures) -> Iterator[str]:
    found = figures.section("startup")
    yield "## Beginning"
    yield "Processor time of a whole process that imports the framework, and only that."
    quaff = found["import"]["quaff"]
    yield table(
        ["", "ms", "of Quaff's"],
        (
            [_name(peer), f"{time:.0f}", f"{time / quaff:.2f}"]
            for peer, time in sorted(found["import"].items(), key=lambda item: item[1])
        ),
    )
    yield "From the imported framework to the first answer of a program with 1,000 rules."
    yield table(
        ["", "seconds"],
        (
            [f"{_name(name.split()[0])}, {name.split()[1].upper()}", f"{seconds:.2f}"]
            for name, seconds in sorted(found["start"].items(), key=lambda item: item[1])
        ),
    )


def _connections(figures: Figures) -> Iterator[str]:
    yield "## WebSockets"
    yield (
        "Echo: 64 connections, each waiting for its answer of 32 bytes before it sends again. "
        "Idle: 2,000 open connections. Broadcast: one sends, 1,000 receive; Quaff by its channels, "
        "Starlette by a loop over a set, websockets by its `broadcast`. No compression. The "
        "processor time is the server's, for a message or a delivery."
    )
    yield table(
        [
            *("", "server", "echo, messages/s", "µs of processor", "idle, KiB each"),
            *("broadcast, deliveries/s", "µs of processor"),
        ],
        (
            [
                _name(row["program"]),
                row["server"],
                *_pair(row.get("echo")),
                f"{row['idle']['memory']:.0f}" if "idle" in row else "",
                *_pair(row.get("broadcast")),
            ]
            for row in figures.section("connections")
        ),
    )


def _pair(found: dict[str, float] | None) -> tuple[str, str]:
    return (f"{found['rate']:,.0f}", f"{found['cpu']:.1f}") if found else ("", "")


def _todo(figures: Figures) -> Iterator[str]:
    yield "## A whole application: the To-Do list's API"
    yield (
        "`examples/todo`, and the same API on Flask (Flask-SQLAlchemy, Flask-Login) and on FastAPI "
        "(SQLAlchemy, plain functions), in `benchmarks/todo`. One SQLite database, token, eight "
        "connections. Of ten requests five ask for a list of 20, four for one task, one changes a "
        "task. Most of the time is SQLAlchemy's: the example puts its statements together once and "
        "keeps them, the others do so for each request, as `paginate` and most programs of their "
        "kind do."
    )
    yield table(
        ["", "server", "interface", "requests/s", "p50 ms", "p99 ms", "µs of processor"],
        (
            [
                _name(row["program"]),
                row["server"],
                row["interface"].upper(),
                f"{row['rate']:,.0f}",
                f"{row['p50']:.1f}",
                f"{row['p99']:.1f}",
                f"{row['cpu']:,.0f}",
            ]
            for row in figures.section("todo")
        ),
    )


def _typed(figures: Figures) -> Iterator[str]:
    yield "## 1,000 typed routes"
    yield (
        "Seconds from the imported framework to the first answer, and from there to the OpenAPI "
        "document. Every other route has a body; Quaff and Litestar with msgspec, FastAPI with "
        "Pydantic."
    )
    yield table(
        ["", "start, s", "document, s"],
        (
            [_name(peer), f"{found['start']:.2f}", f"{found['document']:.2f}"]
            for peer, found in figures.section("typed").items()
        ),
    )


SECTIONS = {
    "in-process": _in_process,
    "instructions": _instructions,
    "matching": _matching,
    "served": _served,
    "startup": _startup,
    "connections": _connections,
    "todo": _todo,
    "typed": _typed,
}
