#!/usr/bin/env python3
"""Convert the demo theme both ways and compare every page in every state; minutes, not seconds.

Exit status 1 after a difference.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLD = ROOT / "templates" / "x3"
THEME = [sys.executable, "-m", "cpanel_emu", "theme"]


TARGETS = ("livephp", "tt")


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"{' or '.join(TARGETS)}; else both"
    )
    targets = parser.parse_args().targets
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; choose {', '.join(TARGETS)}")
    status = 0
    for target in targets or TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder) / "new"
            convert = [*THEME, "convert", str(OLD), "--to", target, "--out", str(new)]
            subprocess.run(convert, check=True, stdout=subprocess.DEVNULL, env=_environment())
            started = time.monotonic()
            compare = [*THEME, "compare", str(OLD), str(new)]
            done = subprocess.run(compare, check=False, env=_environment())
            print(f"{target}: {time.monotonic() - started:.0f} s", flush=True)
            status = max(status, done.returncode)
    return status


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # the comparison has told that
