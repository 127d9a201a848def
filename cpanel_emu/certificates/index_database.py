"""The SQLite file of an account's index: opened, waited for, read, and replaced when damaged."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from cpanel_emu.certificates.index_schema import prepare_tables
from cpanel_emu.errors import StoreError

_SECONDS_TO_WAIT_FOR_OTHERS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0002, 0.005
"""Seconds between two looks whether another process has finished its change."""
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What is raised when the database cannot be used."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

FileStatus: TypeAlias = tuple[int, int, int, int]


class IndexLost(StoreError):
    """The index is damaged or was removed; what it told is told again by a new one."""


class IndexDatabase:
    """The open database file of an index; thread-safe.

    Args:
        path: the database file; its folder must exist.
        durable: survive a loss of power, not only a crash, at the cost of flushes per change.

    Raises:
        IndexLost: the file is damaged. It is out of the way now: try again.
        StoreError: the file cannot be opened.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._path = path
        self._name = str(path)
        self._lock = threading.RLock()
        self._identity: tuple[int, int] | None = None
        with self._errors():
            self._database = sqlite3.connect(
                path,
                timeout=_SECONDS_TO_WAIT_FOR_OTHERS,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with self._errors():
                self._owner = self._prepare(durable=durable)
        except StoreError:
            self._database.close()
            raise
        self._identity = _identity(self._name)

    def _prepare(self, *, durable: bool) -> str:
        """Set the file up; return what the index calls itself."""
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        path_mode = self._path.stat().st_mode & 0o777
        if path_mode != 0o600:
            self._path.chmod(0o600)
        # From here on `_execute` waits, in shorter steps.
        self._database.execute("PRAGMA busy_timeout = 0")
        self._execute("BEGIN IMMEDIATE")
        owner = prepare_tables(self._database)
        self._database.execute("COMMIT")
        return owner

    @property
    def is_current(self) -> bool:
        """Whether the file that is open still lies where it was opened.

        Another process may have removed it with its account, or emptied the root.
        """
        return _identity(self._name) == self._identity

    def _refuse_if_removed(self) -> None:
        if _identity(self._name) != self._identity:
            raise IndexLost(f"The index {self._path} was removed.")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (*UNREADABLE, OSError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> StoreError:
        text = f"The index {self._path} cannot be used: {error}."
        if not _is_damage(error):
            return StoreError(text)
        self._put_out_of_the_way()
        return IndexLost(text)

    def _put_out_of_the_way(self) -> None:
        """Remove the damaged index, unless another process has replaced it already."""
        with contextlib.suppress(OSError), open(f"{self._path}-lock", "wb") as lock:  # noqa: PTH123
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._identity is None or self.is_current:
                for end in ("", "-wal", "-shm"):
                    Path(f"{self._path}{end}").unlink(missing_ok=True)

    @contextlib.contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Let everything that is read in the block be as it is at one moment.

        Raises:
            IndexLost, StoreError: the database cannot be read.
        """
        with self._lock, self._errors():
            if self._database.in_transaction:
                yield
                return
            self._execute("BEGIN")
            try:
                yield
            finally:
                self._database.execute("COMMIT")

    @contextlib.contextmanager
    def _keeping_still(self) -> Iterator[bool]:
        """Let nobody change anything during the block, if nobody is at it already.

        Yields:
            Whether that is so. On a disk that cannot be written it never is.
        """
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                yield False
                return
            except UNREADABLE as error:
                raise self._error(error) from error
            try:
                yield True
            finally:
                with contextlib.suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Run *statement*; while another process is at a change, wait for it.

        SQLite itself waits in steps that grow to a tenth of a second, and a change takes a
        fraction of a millisecond: several processes under load would mostly sleep.
        """
        until: float | None = None
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._database.execute(statement, values)
            except sqlite3.OperationalError as error:
                now = time.monotonic()
                until = now + _SECONDS_TO_WAIT_FOR_OTHERS if until is None else until
                if (
                    getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY
                    or now >= until
                ):
                    raise
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._execute(statement, values).fetchall()
            except UNREADABLE as error:
                raise self._error(error) from error

    def close(self) -> None:
        """Close the database file."""
        with self._lock:
            self._database.close()


def _is_damage(error: Exception) -> bool:
    """Whether *error* tells that the file holds what SQLite, or we, never wrote."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Not SQLite's own, but Python's: a text that is no UTF-8, or a message that quotes one.
        return isinstance(error, sqlite3.OperationalError | UnicodeDecodeError)
    return code & 0xFF in _DAMAGED


def _identity(path: str) -> tuple[int, int] | None:
    """Return what is another once the file *path* was replaced; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  (as below)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def file_status(path: str) -> FileStatus | None:
    """Return what changes when a file does: device, inode, size, time of change in ns."""
    try:
        status = os.stat(path)  # noqa: PTH116  (pathlib's is twice as slow, on the hot path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
