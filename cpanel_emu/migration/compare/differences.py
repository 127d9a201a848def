"""What differs between what a page gave before and what it gives now. Pure."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cpanel_emu.migration.compare.dom import document_lines
from cpanel_emu.migration.compare.rendered import Rendered
from cpanel_emu.migration.compare.states import Cell
from cpanel_emu.migration.shown import printable

_CONTEXT = 3
_WINDOW = 400
"""Lines round the first difference that are compared in full; a page may print without end."""
_LONGEST_LINE = 240


class Kind(enum.Enum):
    """What differs; the value is for people."""

    MISSING = "page missing"
    STATUS = "status"
    TYPE = "content type"
    BYTES = "bytes"
    DOCUMENT = "document"
    WARNINGS = "warnings"
    STORED = "stored files"
    VARIABLES = "page variables"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of one page in one state."""

    cell: Cell
    kind: Kind
    summary: str
    """One line for people."""
    offset: int | None = None
    """Of the first byte that differs, counted from 0."""
    lines: tuple[str, ...] = ()
    """A unified diff: ``@@`` lines, and lines that begin with a blank, ``-`` or ``+``."""

    @property
    def signature(self) -> object:
        """What is the same for the same difference of another page or in another state."""
        changed = tuple(line for line in self.lines if line[:1] in {"-", "+"})
        return (self.kind, changed or self.summary)


def differences(cell: Cell, old: Rendered, new: Rendered, *, as_html: bool) -> Iterator[Difference]:
    """Yield what differs between *old* and *new*, which are of the same *cell*."""
    if old.missing or new.missing:
        if old.missing != new.missing:
            where = "new" if new.missing else "old"
            yield Difference(cell, Kind.MISSING, f"the {where} theme has no such page")
        return
    if old.status != new.status:
        yield Difference(cell, Kind.STATUS, f"{old.status} became {new.status}")
    if old.kind != new.kind:
        yield Difference(cell, Kind.TYPE, f"{old.kind} became {printable(new.kind)}")
    if old.body != new.body:
        yield from _bodies(cell, old, new, as_html=as_html)
    yield from _warnings(cell, old, new)
    yield from _names(cell, Kind.STORED, old.stored, new.stored)
    yield from _names(cell, Kind.VARIABLES, old.variables, new.variables)


def _bodies(cell: Cell, old: Rendered, new: Rendered, *, as_html: bool) -> Iterator[Difference]:
    if as_html and old.kind == new.kind == "text/html":
        before, after = document_lines(old.body), document_lines(new.body)
        if before != after:
            lines = tuple(unified(before, after))
            yield Difference(cell, Kind.DOCUMENT, "the documents differ", lines=lines)
        return
    offset = first_difference(old.body, new.body)
    line = old.body.count(b"\n", 0, offset) + 1
    column = offset - (old.body.rfind(b"\n", 0, offset) + 1) + 1
    summary = (
        f"first at byte 0x{offset:x} (line {line}, column {column}); "
        f"{len(old.body)} bytes became {len(new.body)}"
    )
    lines = tuple(unified(_text_lines(old.body), _text_lines(new.body)))
    yield Difference(cell, Kind.BYTES, summary, offset, lines)


def _warnings(cell: Cell, old: Rendered, new: Rendered) -> Iterator[Difference]:
    """Yield one difference if there are warnings that there were not before.

    Converted pages have fewer: whatever a page asked of tags in vain, it asks no more.
    """
    known = set(old.warnings)
    added = list(dict.fromkeys(message for message in new.warnings if message not in known))
    if added:
        lines = tuple(f"+{printable(message)}" for message in added)
        yield Difference(cell, Kind.WARNINGS, f"{len(added)} new", lines=lines)


def _names(
    cell: Cell, kind: Kind, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Difference]:
    if old == new:
        return
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    lines = []
    for name in names:
        lines += [f"-{_assigned(name, old)}"] if name in old else []
        lines += [f"+{_assigned(name, new)}"] if name in new else []
    shown = ", ".join(printable(name) for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    yield Difference(cell, kind, f"{shown}{more}", lines=tuple(lines))


def _assigned(name: str, values: Mapping[str, str]) -> str:
    return _clipped(printable(f"{name} = {values[name]}"), 0)


def first_difference(old: bytes, new: bytes) -> int:
    """Return the offset of the first byte that differs; of the end of the shorter, if none does."""
    low, high = 0, min(len(old), len(new))
    # Slices are compared by the machine; bytes, one by one, would be by Python.
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def unified(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield a unified diff of lines, printable, its long lines cut round what differs."""
    start = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    start = max(0, start - _CONTEXT)
    before, after = old[start : start + _WINDOW], new[start : start + _WINDOW]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        yield (
            f"@@ -{start + first[1] + 1},{last[2] - first[1]}"
            f" +{start + first[3] + 1},{last[4] - first[3]} @@"
        )
        for tag, old_from, old_to, new_from, new_to in group:
            yield from _hunk(tag, before[old_from:old_to], after[new_from:new_to])


def _hunk(tag: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if tag == "equal":
        yield from (" " + _clipped(printable(line), 0) for line in old)
        return
    places = [_first_in(one, other) for one, other in zip(old, new, strict=False)]
    places += [0] * abs(len(old) - len(new))
    yield from ("-" + _clipped(printable(line), at) for line, at in zip(old, places, strict=False))
    yield from ("+" + _clipped(printable(line), at) for line, at in zip(new, places, strict=False))


def _first_in(old: str, new: str) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )


def _clipped(line: str, at: int) -> str:
    """Return *line*, only the part round *at* if it is long."""
    if len(line) <= _LONGEST_LINE:
        return line
    start = max(0, min(at - _LONGEST_LINE // 2, len(line) - _LONGEST_LINE))
    end = start + _LONGEST_LINE
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def _text_lines(body: bytes) -> list[str]:
    r"""Return the lines of a body; ``\r`` at their ends shows, as does a missing last line end."""
    text = body.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "\\ no line end"]
