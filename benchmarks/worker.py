"""Measures one case of one peer in this process, and prints what it found as JSON.

python -m benchmarks.worker PEER INTERFACE CASE [--seconds S] [--count N | --start | --match]
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Sequence
from time import perf_counter, perf_counter_ns
from typing import Any

from .cases import CASES, Case
from .drivers import DRIVERS, Driver
from .messages import Message
from .peers import builders, program

#: A batch takes about this long: short enough that some are not interrupted by other programs.
BATCH_SECONDS = 0.004
#: The larger a batch, the more memory its prepared requests take out of the caches.
LARGEST_BATCH = 100


def measure(peer: str, interface: str, case: Case, seconds: float) -> dict[str, Any]:
    """The best batch's nanoseconds a request, and the Python calls of a request.

    Raises:
        WrongAnswer: the peer does not answer the case as it must.
    """
    driver: Driver = DRIVERS[interface](program(peer, interface, case))
    requests = case.requests(driver.ask)
    size = len(requests)
    once = driver.run(requests, 1) / 1e9
    times = max(1, min(LARGEST_BATCH // size, int(BATCH_SECONDS / max(once, 1e-9))))
    _repeat(driver, requests, times, seconds / 2)
    best = _repeat(driver, requests, times, seconds)
    calls = _calls(driver, requests)
    driver.close()
    return {"nanoseconds": best / (times * size), "calls": calls / size}


def _repeat(driver: Driver, requests: Sequence[Message], times: int, seconds: float) -> int:
    end = perf_counter() + seconds
    best = driver.run(requests, times)
    while perf_counter() < end:
        best = min(best, driver.run(requests, times))
    return best


def _calls(driver: Driver, requests: Sequence[Message]) -> int:
    """The Python functions entered for a round of requests, in any thread.

    The driver's own functions are not counted.
    """

    def count(times: int) -> int:
        entered = 0

        def record(frame: Any, event: str, argument: Any) -> None:
            nonlocal entered
            if event == "call" and not frame.f_globals.get("__name__", "").startswith(ours):
                entered += 1

        ours = __package__ + ".drivers"
        threading.setprofile(record)
        sys.setprofile(record)
        try:
            driver.run(requests, times)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        return entered

    return count(2) - count(1)


def count_only(peer: str, interface: str, case: Case, times: int) -> dict[str, Any]:
    """Answer so many rounds and take no time, for tools that count instructions."""
    driver: Driver = DRIVERS[interface](program(peer, interface, case))
    requests = case.requests(driver.ask)
    for _ in range(times):
        driver.run(requests, 1)
    return {"requests": times * len(requests)}


def start(peer: str, interface: str, case: Case) -> dict[str, Any]:
    """The seconds from an imported framework to the program's first answer."""
    builders(peer, interface)
    begin = perf_counter()
    driver: Driver = DRIVERS[interface](program(peer, interface, case))
    driver.ask(case.messages[0])
    return {"seconds": perf_counter() - begin}


def match(case: Case, seconds: float) -> dict[str, Any]:
    """The nanoseconds in which Quaff's matcher alone finds a rule of a routing case."""
    application = program("quaff", "wsgi", case)
    matcher = application.plan.finder.matcher
    paths = [message.path for message in case.messages]
    find = matcher.match

    def once() -> int:
        begin = perf_counter_ns()
        for _ in range(100):
            for path in paths:
                find("", "GET", path)
        return perf_counter_ns() - begin

    best = once()
    end = perf_counter() + seconds
    while perf_counter() < end:
        best = min(best, once())
    return {"nanoseconds": best / 100 / len(paths)}


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("interface", choices=sorted(DRIVERS))
    parser.add_argument("case", choices=sorted(CASES))
    parser.add_argument("--seconds", type=float, default=0.25)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--count", type=int, help="answer so many rounds, take no time")
    instead.add_argument("--start", action="store_true", help="the time to the first answer")
    instead.add_argument("--match", action="store_true", help="the time of Quaff's matcher alone")
    options = parser.parse_args()
    case = CASES[options.case]
    what = (options.peer, options.interface, case)
    if options.start:
        found = start(*what)
    elif options.match:
        found = match(case, options.seconds)
    elif options.count:
        found = count_only(*what, options.count)
    else:
        found = measure(*what, options.seconds)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
