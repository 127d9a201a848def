"""Entries that are made when somebody asks for them.

Most are never looked at, and to make one, its secrets hidden, costs as much as the call that it
tells of. Until then each is a single object: it lives on for a while, and thousands of small
objects that do so cost every request after them a tenth of its time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from cpanel_emu.call import Call
from cpanel_emu.journal.entries import CallEntry, Door, Exchange, redacted, redacted_positions

_E = TypeVar("_E", CallEntry, Exchange)


@dataclass(slots=True, repr=False, eq=False)
class Unwritten(Generic[_E]):
    """An entry that is made once. What it holds until then has secrets: nobody may see it."""

    weight: int
    """About how many bytes it takes in memory."""
    number: int = field(default=0, init=False)
    """The entry's; the journal sets it."""
    _entry: _E | None = field(default=None, init=False)

    def written(self) -> _E:
        """Return the entry, always the same."""
        entry = self._entry
        if entry is None:
            entry = self._entry = self.write()
        return entry

    def write(self) -> _E:
        """Return a new entry, secrets hidden."""
        raise NotImplementedError


@dataclass(slots=True, repr=False, eq=False)
class Cut(Unwritten[_E]):
    """One that was so large that it was written, and cut, before it had a number."""

    cut: _E

    def write(self) -> _E:
        """See `Unwritten.write`."""
        return replace(self.cut, number=self.number)


@dataclass(slots=True, repr=False, eq=False)
class UnwrittenCall(Unwritten[CallEntry]):
    """A call as it was made, and the fields of its `CallEntry`."""

    call: Call
    module: str
    user: str
    time: float
    door: Door
    inside: bool
    outcome: str
    error: str
    files: tuple[str, ...]

    def write(self) -> CallEntry:
        """See `Unwritten.write`."""
        call, module = self.call, self.module
        return CallEntry(
            number=self.number,
            time=self.time,
            door=self.door,
            inside=self.inside,
            user=self.user,
            api=call.api.value,
            module=module,
            function=call.function,
            named=redacted(call, module),
            positional=redacted_positions(call, module),
            outcome=self.outcome,
            error=self.error,
            files=self.files,
        )
