"""A comparison as an HTML page, with both sides of each difference side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import Any

from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.grouping import Group, grouped
from cpanel_emu.migration.compare.text import summary
from cpanel_emu.migration.html_page import html_page
from cpanel_emu.migration.shown import counted

_MOST_GROUPS = 500
_MOST_OPEN = 12
"""So many differences are shown open."""


def html_text(comparison: Comparison, old: str, new: str) -> str:
    """Return the report; *old* and *new* are the folders of the themes."""
    before, now = (PurePath(folder).name or folder for folder in (old, new))
    groups = grouped(comparison.differences)
    view = {
        "lead": summary(comparison),
        "tiles": list(_tiles(comparison, groups)),
        "groups": [_group(group) for group in groups[:_MOST_GROUPS]],
        "most_open": _MOST_OPEN,
        "more": max(0, len(groups) - _MOST_GROUPS),
        "skipped": [{"path": one.path, "reason": str(one)} for one in comparison.skipped],
        "pages": _pages(comparison, groups[:_MOST_GROUPS]),
    }
    return html_page("compare", view, title=f"{before} and {now} compared")


def _tiles(comparison: Comparison, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    differing = {(one.cell.page, one.cell.state.name) for one in comparison.differences}
    pages = {page for page, _ in differing}
    yield {"name": "pages", "count": len(comparison.pages), "tone": ""}
    yield {"name": "cells", "count": len(comparison.cells), "tone": ""}
    for name, count in (
        ("differences", len(groups)),
        ("pages differ", len(pages)),
        ("cells differ", len(differing)),
    ):
        yield {"name": name, "count": count, "tone": "bad" if count else "good"}
    if comparison.left:
        yield {"name": "cells left out", "count": comparison.left, "tone": "odd"}


def _group(group: Group) -> dict[str, Any]:
    first = group.first
    return {
        "page": first.cell.page,
        "state": first.cell.state.name,
        "kind": first.kind.value,
        "summary": first.summary,
        "cells": counted(len(group.members), "cell"),
        "rows": list(_rows(first.lines)),
        "places": group.states_by_page() if len(group.members) > 1 else {},
    }


def _pages(comparison: Comparison, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Return each page with its cells and the numbers of its differences, the worst first."""
    cells = Counter(cell.page for cell in comparison.cells)
    differing: dict[str, set[str]] = {}
    numbers: dict[str, list[int]] = {}
    for number, group in enumerate(groups, 1):
        for page, states in group.states_by_page().items():
            differing.setdefault(page, set()).update(states)
            numbers.setdefault(page, []).append(number)
    return [
        {
            "name": page,
            "cells": cells[page],
            "differing": len(differing.get(page, ())),
            "groups": numbers.get(page, []),
        }
        for page in sorted(cells, key=lambda page: (-len(differing.get(page, ())), page))
    ]


def _rows(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table from a unified diff: what was removed beside what was added."""
    removed: list[str] = []
    added: list[str] = []
    for line in lines:
        if line.startswith("+"):
            added.append(line[1:])
            continue
        if added or not line.startswith("-"):
            yield from _changed(removed, added)
            removed.clear()
            added.clear()
        if line.startswith("-"):
            removed.append(line[1:])
        elif line.startswith("@"):
            yield {"place": line}
        else:
            yield {"same": line[1:]}
    yield from _changed(removed, added)


def _changed(removed: Sequence[str], added: Sequence[str]) -> Iterator[dict[str, Any]]:
    for old, new in zip_longest(removed, added):
        if old is None or new is None:
            yield {"old": _side(old), "new": _side(new)}
            continue
        start = _alike(old, new)
        end = _alike(old[start:][::-1], new[start:][::-1])
        yield {"old": _side(old, start, end), "new": _side(new, start, end)}


def _alike(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _side(line: str | None, start: int | None = None, end: int = 0) -> dict[str, str] | None:
    """Return a line in three parts; what stands from *start* to *end*, from the end, differs."""
    if line is None:
        return None
    if start is None:
        return {"before": line, "changed": "", "after": ""}
    last = len(line) - end
    return {"before": line[:start], "changed": line[start:last], "after": line[last:]}
