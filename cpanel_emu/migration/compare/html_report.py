"""A comparison as an HTML page, with both sides of each difference side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import PurePath
from typing import Any, TypeAlias

from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.grouping import Group, grouped
from cpanel_emu.migration.compare.text import summary
from cpanel_emu.migration.html_page import html_page
from cpanel_emu.migration.shown import counted

_Part: TypeAlias = tuple[bool, str]

_WORD = re.compile(r"\w+|.", re.DOTALL)
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
            yield {
                name: None if line is None else [(False, line)]
                for name, line in (("old", old), ("new", new))
            }
        else:
            yield dict(zip(("old", "new"), _marked(old, new), strict=True))


def _marked(old: str, new: str) -> tuple[list[_Part], list[_Part]]:
    """Return both lines in parts, each with whether the other line lacks it."""
    words: list[list[str]] = [_WORD.findall(line) for line in (old, new)]
    matcher = SequenceMatcher(a=words[0], b=words[1], autojunk=False)
    before: list[_Part] = []
    now: list[_Part] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        before.append((kind != "equal", "".join(words[0][i:j])))
        now.append((kind != "equal", "".join(words[1][k:m])))
    return before, now
