"""What is open of all accounts, a bounded number at a time."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

_KEPT_OPEN = 64
"""An open directory holds up to seven file descriptors; 1,024 is a common limit for all."""


class Openable(Protocol):
    """What a pool holds: opened from an account's certificate directory."""

    @property
    def is_current(self) -> bool:
        """Whether nobody removed what it was opened from."""

    def close(self) -> None:
        """Close it."""


_Opened = TypeVar("_Opened", bound=Openable)


@dataclass(slots=True)
class Entry(Generic[_Opened]):
    """Something open, and how many use it at the moment."""

    opened: _Opened
    users: int = 0
    witness: object = None
    """Of what `Pool.using` was told when this was last known to be current."""


class Pool(Generic[_Opened]):
    """Opens each account's directory once and shares it; closes those long unused.

    Opening brings the index in line with the files, so it must not happen on every call. One
    whose index was removed meanwhile is opened anew.

    Args:
        open_one: opens the directory of an account.
        size: how many stay open while nobody uses them.
    """

    def __init__(self, open_one: Callable[[str], _Opened], size: int = _KEPT_OPEN) -> None:
        self._open_one = open_one
        self._size = size
        self._entries: OrderedDict[str, Entry[_Opened]] = OrderedDict()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def using(self, user: str, witness: object = None) -> Iterator[_Opened]:
        """Lend what is open of *user* for the block.

        Args:
            user: the account.
            witness: an object that is another one after the account was removed; while it is
                the same, nobody need look whether the index was removed too.

        Raises:
            ConfigurationError, StoreError: it cannot be opened.
        """
        entry = self.lend(user, witness)
        try:
            yield entry.opened
        finally:
            self.take_back(user, entry)

    def lend(self, user: str, witness: object) -> Entry[_Opened]:
        """Return the entry of *user*, counting one user more; `take_back` ends that."""
        with self._lock:
            entry = self._entries.get(user)
            known = entry is not None and witness is not None and entry.witness is witness
            if entry is None or not (known or entry.opened.is_current):
                entry = self._reopened(user, entry)
            entry.witness = witness
            self._entries.move_to_end(user)
            entry.users += 1
            if len(self._entries) > self._size:
                self._close_surplus()
        return entry

    def take_back(self, user: str, entry: Entry[_Opened]) -> None:
        """Count one user less; close what was kept open for that user alone."""
        with self._lock:
            entry.users -= 1
            if entry.users == 0 and self._entries.get(user) is not entry:
                entry.opened.close()

    def _reopened(self, user: str, old: Entry[_Opened] | None) -> Entry[_Opened]:
        """Return a new entry for *user*; the *old* one is closed once nobody uses it."""
        if old is not None:
            del self._entries[user]
            if old.users == 0:
                old.opened.close()
        entry = self._entries[user] = Entry(self._open_one(user))
        return entry

    def _close_surplus(self) -> None:
        for user, entry in list(self._entries.items()):
            if len(self._entries) <= self._size:
                return
            if entry.users == 0:
                del self._entries[user]
                entry.opened.close()

    def close(self, user: str | None = None) -> None:
        """Close the directory of *user*, or all of them; one in use, once it no longer is."""
        with self._lock:
            for name in [user] if user is not None else list(self._entries):
                entry = self._entries.pop(name, None)
                if entry is not None and entry.users == 0:
                    entry.opened.close()
