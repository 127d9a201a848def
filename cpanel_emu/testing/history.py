"""What a test asked an emulator, in lines for people to read in a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cpanel_emu.journal import CallEntry, Entry, Exchange
from cpanel_emu.journal.search import describe

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

MOST_ENTRIES = 50
"""The newest so many entries are told."""


def history(emulator: Emulator) -> str:
    """Return what the journal of *emulator* and its planned faults tell, without secrets."""
    entries = emulator.journal.entries()
    told = [line for entry in entries[-MOST_ENTRIES:] for line in _lines(entry)]
    left_out = emulator.journal.last - len(entries[-MOST_ENTRIES:])
    heading = f"Emulated release {emulator.release.name}; "
    lines = [heading + ("what was asked, oldest first:" if told else "nothing was asked.")]
    if told and left_out > 0:
        lines.append(f"({left_out} older entries are left out.)")
    lines += told
    lines += [f"planned fault {planned}" for planned in emulator.faults.planned()]
    return "\n".join(lines)


def _lines(entry: Entry) -> Iterator[str]:
    if isinstance(entry, CallEntry):
        yield describe(entry) + (f": {entry.error}" if entry.error else "")
    elif not isinstance(entry, Exchange):
        warning = entry.warning
        yield (
            f"#{entry.number} page {entry.page} as {entry.user}: {warning.message} "
            f"({warning.file}:{warning.line}, {warning.rule})"
        )
    elif entry.faults or not entry.calls:
        # The calls of any other exchange are entries themselves.
        struck = f", struck by {', '.join(entry.faults)}" if entry.faults else ""
        status = entry.status or "no answer"
        yield f"#{entry.number} {entry.title} by {entry.door.value}: {status}{struck}"
