"""Take the disk away from a working server, and give it back.

A full disk, folders that may not be written to, and no descriptors left: each changing call must be
refused with its own text in the caller's tongue, nothing may be half written, the server goes on,
and is well again when the disk is. Needs root for a small disk of its own and for another user.
"""

from __future__ import annotations

import argparse
import random
import sys

from torturing import report
from torturing.bad_disks import suffer_all


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Go through every trouble."""
    suffer_all(found, random.Random(options.seed), rounds=options.runs, patience=options.patience)


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each trouble comes and goes")
    parser.add_argument(
        "--patience", type=float, default=60, help="seconds to wait for an answer in bad times"
    )
    harmful = ("torn", "wrong text", "not refused", "not well", "hung up", "500s")
    return report.run(report.Report("disk", harmful), parser.parse_args(), torture)


if __name__ == "__main__":
    sys.exit(main())
