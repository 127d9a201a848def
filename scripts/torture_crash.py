"""Kill the emulator with SIGKILL, and look what is left.

Every change is killed once at each point between its steps on disk: before and after each file is
opened, written, renamed or removed and each statement of the index, and half-way through each
write. Afterwards the root must hold the state before the change or the one after, nothing
between. Then a real server, under load through every door, is killed at random moments and at
random events of the disk, and started again: what was answered must be there, whole, listed and
consistent, and what was not answered, there as a whole or not at all.
"""

from __future__ import annotations

import argparse
import random
import sys

from torturing import report
from torturing.kills import besiege
from torturing.points import explore


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Kill at the points, then at random moments."""
    if options.points != 0:
        explore(found, random.Random(options.seed), options.points, options.changes)
    runs = options.runs if options.runs is not None or options.seconds is not None else 50
    besiege(found, random.Random(options.seed), runs=runs, seconds=options.seconds)


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument(
        "--points",
        type=int,
        metavar="N",
        help="kill each change at N of its points only, chosen at random; without it, at each",
    )
    parser.add_argument("--changes", type=int, metavar="N", help="only N of the changes")
    parser.add_argument("--runs", type=int, help="rounds of load and kill; 50 without --seconds")
    parser.add_argument("--seconds", type=float, help="load and kill for so long")
    harmful = ("lost", "torn", "half done", "mixed up", "refused", "500s")
    found = report.Report("crash", harmful)
    return report.run(found, parser.parse_args(), torture)


if __name__ == "__main__":
    sys.exit(main())
