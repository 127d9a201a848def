"""Cut the power, on paper, after each step of each change with --fsync on.

strace notes what a change asks of the kernel; a model of a disk that loses what was not flushed
plays it back. What an answered call stored must be there after any cut, and the state is that
before a change or that after it at each moment.
"""

from __future__ import annotations

import argparse
import sys

from torturing import report
from torturing.power import CHANGES, cut_everywhere


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Cut everywhere."""
    names = tuple(options.changes or CHANGES)
    cut_everywhere(found, every=options.every, fsync=options.fsync, names=names)


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="cut after each Nth call")
    parser.add_argument(
        "--fsync",
        choices=("on", "off"),
        default="on",
        help="off shows what is lost without the option",
    )
    parser.add_argument("--changes", nargs="+", metavar="NAME", choices=CHANGES, help="only these")
    return report.run(
        report.Report("power", ("lost", "torn", "half done")), parser.parse_args(), torture
    )


if __name__ == "__main__":
    sys.exit(main())
