"""What ``--fsync on`` costs: gencsr with and without it, in-process, in the same run.

There is no bound: the disk decides. Rounds alternate between both; each figure is the median.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from cpanel_emu.emulator import Emulator

ROUNDS = 9
CALLS = 30
FIELDS = {
    "city": "Houston",
    "country": "US",
    "host": "example.com",
    "state": "Texas",
}


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; else a temporary one")
    options = parser.parse_args()
    numbers = itertools.count()
    times: dict[str, list[float]] = {"off": [], "on": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        emulators = {name: Emulator(root=Path(folder, name), fsync=name) for name in times}
        for _ in range(ROUNDS):
            for name, emulator in emulators.items():
                started = time.perf_counter()
                for _ in range(CALLS):
                    company = f"cPanel {next(numbers)}"
                    emulator.call("SSL", "gencsr", user="user", company=company, **FIELDS)
                times[name].append((time.perf_counter() - started) / CALLS)
        for emulator in emulators.values():
            emulator.close()
    print(f"{'gencsr, checked, signed, stored':34}{'µs a call':>12}{'ratio':>8}")
    for name, taken in times.items():
        ratio = statistics.median(one / off for one, off in zip(taken, times["off"], strict=True))
        print(f"--fsync {name:26}{statistics.median(taken) * 1e6:12,.0f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
