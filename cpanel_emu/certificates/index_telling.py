"""Which changes of the index ``ssl.db`` tells, and who may write it (``ssl §5`` rule 7)."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cpanel_emu.certificates.index_changing import ChangingIndex


class TellingIndex(ChangingIndex):
    """An index that knows whether ``ssl.db`` tells all of it."""

    @property
    def changes(self) -> int:
        """How many changes there were."""
        with self._lock, self._errors():
            return self._changes()

    @property
    def is_told(self) -> bool:
        """Whether ``ssl.db`` was written since the last change (`tell`)."""
        with self._lock, self._errors():
            statement = "SELECT changes <= told FROM state"
            return bool(self._execute(statement).fetchone()[0])

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Keep other processes from writing ``ssl.db``, so that an older one never comes last.

        Raises:
            StoreError: the lock cannot be made.
        """
        with self._errors(), open(f"{self._path}-told", "ab", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def sweep(self, unfinished: Iterable[Path]) -> None:
        """Remove what was to become an ``ssl.db``, unless somebody is writing one just now.

        Raises:
            StoreError: that cannot be done.
        """
        with (
            self._errors(),
            open(f"{self._path}-told", "ab", opener=_private) as lock,
            contextlib.suppress(BlockingIOError),
        ):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in unfinished:
                path.unlink(missing_ok=True)

    def tell(self, changes: int) -> None:
        """Remember that ``ssl.db`` tells what there was after so many *changes*.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._lock, self._errors():
            self._execute("UPDATE state SET told = ?", (changes,))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
