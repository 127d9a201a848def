"""Writes the pages of the manual that are made from the emulator's own tables.

Run it after a change of the registry or of the releases; with ``--check`` it writes nothing and
exits 1 if a page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cpanel_emu.call import Api
from cpanel_emu.functions.coverage import API_NAMES, rst_table
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.successors import Successor, successors
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

SUCCESSORS = """\
Successors
==========

API 1 and API 2 are deprecated; UAPI is what the vendor recommends. This is what is known of each
function's successor; ``cpanel-emu theme`` works with the same table
(``cpanel_emu/migration/successors.toml``).

A row that is ``confirmed`` stands on the function's own documentation or on the vendor's table of
equivalents. ``likely`` follows from the names, or is a name that every edition of the public
documentation prints. ``choice`` is the project's. "None exists" means that a source says so, "none
known" that no public source names one; the old call can stay as long as the server has it.

.. Written by scripts/docs_pages.py; tests/functions/test_coverage.py keeps it current.

"""


def pages() -> dict[Path, str]:
    """Return the text of each page."""
    return {
        DOCS / "coverage.rst": COVERAGE + rst_table(REGISTRY, list(RELEASES.values())),
        DOCS / "successors.rst": SUCCESSORS + "\n".join(map(successor_table, (Api.API2, Api.API1))),
    }


def successor_table(api: Api) -> str:
    """Return the successors of a family as reStructuredText."""
    title = API_NAMES[api]
    lines = [title, "-" * len(title), "", ".. list-table::", "   :header-rows: 1", ""]
    lines += cells("function", "successor", "arguments", "mark", "source")
    for row in successors().values():
        if row.api is api:
            lines += cells(
                f"``{row.old_name}``",
                f"``{row.new_name}``" if row.new_name else row.standing.value,
                " ".join(filter(None, (arguments(row), row.notes))),
                row.mark.value.lower(),
                row.source,
            )
    return "\n".join(lines) + "\n"


def cells(first: str, *others: str) -> list[str]:
    """Return the lines of a row of a list table."""
    return [f"   * - {first}".rstrip(), *(f"     - {other}".rstrip() for other in others)]


def arguments(row: Successor) -> str:
    """Return how the arguments change."""
    changes = [f"``{old}`` → ``{new}``" for old, new in row.arguments.items()]
    changes += [f"{number} → ``{new}``" for number, new in enumerate(row.positions, 1) if new]
    changes += [f"``{name}`` is dropped" for name in row.dropped]
    changes += [f"``{name}`` is required" for name in row.required]
    changes += [f"row ``{old}`` → ``{new}``" for old, new in row.fields.items() if old != new]
    return ", ".join(changes) + "." if changes else ""


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
