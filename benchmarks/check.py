"""Whether the peers answer the cases as they must; no time is taken.

python -m benchmarks.check [--without CASE] [PEER[:INTERFACE] ...]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import traceback

from .cases import CASES
from .drivers import DRIVERS
from .peers import PEERS, builders, is_installed, program


def check(peer: str, interface: str, name: str) -> None:
    """Ask a peer one case.

    Raises:
        WrongAnswer: it does not answer as it must.
    """
    case = CASES[name]
    driver = DRIVERS[interface](program(peer, interface, case))
    case.requests(driver.ask)
    driver.close()


def is_wrong(peer: str, interface: str, name: str) -> bool:
    """Whether a peer answers a case wrongly; says how.

    NOTE: each case has a process, for some peers allow no second application; it is forked, so
    that the framework is imported once.
    """
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    try:
        check(peer, interface, name)
    except Exception:
        traceback.print_exc()
        print(f"{peer} on {interface} fails at {name}.", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Check the peers that the command line names, or all that are installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*")
    parser.add_argument("--without", choices=list(CASES), help="a case that is left out")
    options = parser.parse_args()
    names = options.peers
    if len(names) == 1 and ":" in names[0]:
        peer, interface = names[0].split(":")
        cases = [name for name in builders(peer, interface) if name != options.without]
        sys.exit(sum(is_wrong(peer, interface, name) for name in cases))
    failed = 0
    for peer in names or filter(is_installed, PEERS):
        for interface in DRIVERS:
            command = [sys.executable, "-m", __spec__.name, f"{peer}:{interface}"]
            if options.without:
                command += ["--without", options.without]
            failed |= subprocess.run(command, check=False).returncode
    sys.exit(failed)


if __name__ == "__main__":
    main()
