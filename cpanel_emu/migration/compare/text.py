"""A comparison as text for people. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.grouping import Group, grouped
from cpanel_emu.migration.shown import Paint, counted, printable

Repeat: TypeAlias = Callable[[str, str], str]
"""Returns the command that repeats a page in a state."""

_MOST_GROUPS = 20
_MOST_LINES = 40
_MOST_PAGES = 10
_MOST_STATES = 6


def text_lines(
    comparison: Comparison, paint: Paint, repeat: Repeat, *, every: bool
) -> Iterator[str]:
    """Yield the lines: every group of equal differences, and a summary at the end.

    Args:
        comparison: what came out.
        paint: colours text.
        repeat: tells how to see one page in one state again.
        every: whether long lists are shown in full.
    """
    groups = grouped(comparison.differences)
    for group in groups if every else groups[:_MOST_GROUPS]:
        yield from _group(group, paint, repeat, every=every)
        yield ""
    if not every and len(groups) > _MOST_GROUPS:
        yield f"{len(groups) - _MOST_GROUPS} more differences are not shown; --all shows them."
        yield ""
    for skipped in comparison.skipped:
        yield f"not compared: {printable(skipped.path)}: {printable(str(skipped))}"
    yield summary(comparison)


def summary(comparison: Comparison) -> str:
    """Return the last line."""
    cells = counted(len(comparison.cells), "cell")
    seen = f"{cells} of {counted(len(comparison.pages), 'page')} compared"
    left = f"; {counted(comparison.left, 'cell')} not" if comparison.left else ""
    if not comparison.differences:
        return f"No difference: {seen}{left}."
    differing = {(one.cell.page, one.cell.state.name) for one in comparison.differences}
    pages = {page for page, _ in differing}
    found = len(grouped(comparison.differences))
    return (
        f"{counted(found, 'difference')} on {counted(len(pages), 'page')}, in "
        f"{counted(len(differing), 'cell')}: {seen}{left}."
    )


def _group(group: Group, paint: Paint, repeat: Repeat, *, every: bool) -> Iterator[str]:
    first = group.first
    cell = first.cell
    yield paint(f"{printable(cell.page)} ({printable(cell.state.name)})", "bold")
    yield f"  {first.kind.value}: {first.summary}"
    lines = first.lines if every else first.lines[:_MOST_LINES]
    for line in lines:
        yield f"  {_painted(line, paint)}"
    if len(lines) < len(first.lines):
        yield f"  … {len(first.lines) - len(lines)} more lines"
    if len(group.members) > 1:
        yield "  the same in:"
        pages = list(group.states_by_page().items())
        for page, states in pages if every else pages[:_MOST_PAGES]:
            yield f"    {printable(page)}: {_states(states, every=every)}"
        if not every and len(pages) > _MOST_PAGES:
            yield f"    and on {len(pages) - _MOST_PAGES} more pages"
    yield f"  again: {repeat(cell.page, cell.state.name)}"


def _states(states: list[str], *, every: bool) -> str:
    shown = states if every else states[:_MOST_STATES]
    more = f"; and {len(states) - len(shown)} more" if len(shown) < len(states) else ""
    return "; ".join(printable(state) for state in shown) + more


def _painted(line: str, paint: Paint) -> str:
    colour = {"-": "red", "+": "green", "@": "cyan"}.get(line[:1])
    return line if colour is None else paint(line, colour)
