"""Let many clients of several processes race on one account, and check every answer.

Two servers on one root, one of them of two processes, and the command line. Each host's calls must
have an order, in agreement with the times at which they began and ended, in which each answer is
the one that a model of a single thread gives (linearizability).
"""

from __future__ import annotations

import argparse
import random
import sys

from torturing import report
from torturing.races import race


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Race."""
    race(
        found,
        random.Random(options.seed),
        runs=options.runs,
        seconds=options.seconds,
        clients=options.clients,
        options={"CPANEL_EMU_FSYNC": options.fsync},
    )


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument("--runs", type=int, default=20, help="rounds")
    parser.add_argument("--seconds", type=float, help="rounds for so long, in place of --runs")
    parser.add_argument("--clients", type=int, default=8, help="clients at a time")
    parser.add_argument("--fsync", choices=("on", "off"), default="off", help="the servers' option")
    found = report.Report("race", ("not linearizable", "torn", "unanswered"))
    return report.run(found, parser.parse_args(), torture)


if __name__ == "__main__":
    sys.exit(main())
