"""What is under way: by which door it came, and what has been done for it so far.

A door opens a passage, and everything that happens below it in the same thread belongs to it:
neither the functions nor the tag engine need to hand a door's name about.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from cpanel_emu.journal.entries import CallEntry, Door
from cpanel_emu.journal.unwritten import Unwritten

_MOST_CALLS = 200
"""A page may make any number of calls; an exchange lists so many."""


@dataclass(slots=True)
class Passage:
    """One request on its way through a door."""

    door: Door
    records: bool = True
    """Whether an `Exchange` will tell of it."""
    calls: tuple[Unwritten[CallEntry], ...] = ()
    """The first calls that were made within this passage."""
    secrets: frozenset[str] = frozenset()
    """What must not be shown of its bytes."""

    def add(self, call: Unwritten[CallEntry]) -> None:
        """Note a call that was made within this passage."""
        if len(self.calls) < _MOST_CALLS:
            self.calls = (*self.calls, call)

    def hide(self, secrets: Collection[str]) -> None:
        """Note that these must not be shown either."""
        self.secrets = self.secrets.union(secrets)

    def written_calls(self) -> tuple[CallEntry, ...]:
        """Return `calls`, written."""
        return tuple(call.written() for call in self.calls)


under_way: ContextVar[Passage | None] = ContextVar("under_way", default=None)
"""The passage that this thread is in, if any."""
stored_files: ContextVar[list[str] | None] = ContextVar("stored_files", default=None)
"""Where the call under way collects the files that it stores."""


@contextlib.contextmanager
def through(passage: Passage) -> Iterator[Passage]:
    """Let everything in the block belong to *passage*."""
    before = under_way.set(passage)
    try:
        yield passage
    finally:
        under_way.reset(before)


def current_door() -> Door:
    """Return by which door what runs in this thread came in."""
    passage = under_way.get()
    return Door.IN_PROCESS if passage is None else passage.door


def note_stored(path: str) -> None:
    """Note that the call under way stored the file *path*."""
    files = stored_files.get()
    if files is not None:
        files.append(path)
