#!/usr/bin/env python3
"""Converts the demo theme both ways and compares every page in every state; minutes, not seconds.

Usage: .venv/bin/python scripts/compare_demo.py [livephp] [tt]. Exit status 1 after a difference.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLD = ROOT / "templates" / "x3"
THEME = [sys.executable, "-m", "cpanel_emu", "theme"]


def main(targets: list[str]) -> int:
    """Return the exit status."""
    status = 0
    for target in targets:
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
        sys.exit(main(sys.argv[1:] or ["livephp", "tt"]))
    except KeyboardInterrupt:
        sys.exit(130)  # the comparison has told that
