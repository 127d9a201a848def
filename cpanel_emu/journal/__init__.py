"""What happened lately: calls, the bytes they came in, and what pages asked for in vain.

Bounded in entries and in bytes, and without secrets. `entries` holds the values, `store` keeps
them, `search` finds calls and explains near misses, `redaction` hides secrets in bytes.
"""

from cpanel_emu.journal.entries import (
    REDACTED,
    CallEntry,
    Door,
    Entry,
    Exchange,
    Recorded,
    WarningEntry,
)
from cpanel_emu.journal.passage import Passage, current_door, note_stored
from cpanel_emu.journal.store import Journal

__all__ = [
    "REDACTED",
    "CallEntry",
    "Door",
    "Entry",
    "Exchange",
    "Journal",
    "Passage",
    "Recorded",
    "WarningEntry",
    "current_door",
    "note_stored",
]
