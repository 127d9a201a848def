"""Runs a Python script whose Ctrl-C is one line and status 130, whatever it is at.

Usage: .venv/bin/python scripts/interruptible.py SCRIPT [ARGUMENTS]
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run the script that the first argument names."""
    del sys.argv[0]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except KeyboardInterrupt:
        print(f"{Path(sys.argv[0]).stem.replace('_', ' ')}: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
