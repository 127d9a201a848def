"""Writes the pages of the manual that are made from the emulator's own tables.

Run it after a change of the registry or of the releases; with ``--check`` it writes nothing and
exits 1 if a page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cpanel_emu.functions.coverage import rst_table
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES

DOCS = Path(__file__).resolve().parent.parent / "docs"
COVERAGE = """\
Coverage
========

Every known function, and the ways through which each release knows it; ``cpanel-emu coverage``
prints the same. An implemented function does the work; a stubbed one answers, with nothing done.
A way that is missing in a cell answers as for a function that does not exist.

.. Written by scripts/docs_pages.py; tests/functions/test_coverage.py keeps it current.

"""


def pages() -> dict[Path, str]:
    """Return the text of each page."""
    return {DOCS / "coverage.rst": COVERAGE + rst_table(REGISTRY, list(RELEASES.values()))}


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; return the exit status."""
    stale = [
        (path, text)
        for path, text in pages().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path.name} is out of date; run scripts/docs_pages.py", file=sys.stderr)
        else:
            path.write_text(text, "utf-8")
            print(f"wrote {path.name}")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
