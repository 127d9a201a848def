"""Entries that are made when somebody asks for them.

Most are never looked at, and to make one, its secrets hidden, costs as much as the call that it
tells of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from cpanel_emu.journal.entries import CallEntry, Exchange

_E = TypeVar("_E", CallEntry, Exchange)


class Unwritten(Generic[_E]):
    """An entry that *write* makes once, given its *number*; *weight* is about what it holds."""

    __slots__ = ("_entry", "_write", "number", "weight")

    def __init__(self, number: int, weight: int, write: Callable[[int], _E]) -> None:
        self.number = number
        self.weight = weight
        self._write: Callable[[int], _E] = write
        self._entry: _E | None = None

    def written(self) -> _E:
        """Return the entry, always the same."""
        entry = self._entry
        if entry is None:
            entry = self._entry = self._write(self.number)
        return entry
