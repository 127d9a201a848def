"""Kill the emulator with SIGKILL, and look what is left.

Every change is killed once at each point between its steps on disk: before and after each file is
opened, written, renamed or removed and each statement of the index, and half-way through each
write. Afterwards the root must hold the state before the change or the one after, nothing
between.
"""

from __future__ import annotations

import argparse
import random
import sys

from torturing import report
from torturing.points import explore


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Kill at the points."""
    explore(found, random.Random(options.seed), options.points)


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument(
        "--points", type=int, metavar="N", help="kill each change at N of its points only"
    )
    found = report.Report("crash", ("lost", "torn", "half done"))
    return report.run(found, parser.parse_args(), torture)


if __name__ == "__main__":
    sys.exit(main())
