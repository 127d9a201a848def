"""The SQLite file of an account's index: its tables, its locks, and changes as wholes.

Its transactions are the lock between threads and processes: whoever changes files does so inside
`IndexDatabase.changing`.
"""

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

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.errors import StoreError

_SECONDS_TO_WAIT_FOR_OTHERS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0002, 0.005
"""Seconds between two looks whether another process has finished its change."""
_VERSION = 6
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SCHEMA = """
CREATE TABLE item (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    host TEXT NOT NULL,
    has_host INTEGER NOT NULL,
    common_name TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    modulus TEXT NOT NULL,
    key_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    details TEXT NOT NULL,
    UNIQUE (kind, name),
    UNIQUE (kind, friendly_name)
);
CREATE INDEX item_by_host ON item (kind, host, created, id);
CREATE INDEX item_by_other_id ON item (kind, id) WHERE id <> name;
CREATE TABLE suffix (
    kind TEXT NOT NULL, base TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (kind, base)
) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state (
    changes INTEGER NOT NULL, freed INTEGER NOT NULL, told INTEGER NOT NULL, owner TEXT NOT NULL
);
INSERT INTO state VALUES (0, 0, 0, lower(hex(randomblob(8))));
"""
# In the statement that inserts, so that it costs no statement of its own.
_COUNT_INSERTED = """
CREATE TRIGGER item_inserted BEFORE INSERT ON item
BEGIN UPDATE state SET changes = changes + 1; END
"""
ITEM_COLUMNS = (
    "kind, name, id, host, has_host, common_name, friendly_name, modulus, key_id, created, details"
)
"""The columns of the table ``item``, in their order."""

FileStatus: TypeAlias = tuple[int, int, int, int]


class IndexLost(StoreError):
    """The index is damaged or was removed; what it told is told again by a new one."""


class IndexDatabase:
    """The open database file of an index; thread-safe.

    Args:
        path: the database file; its folder must exist.
        folder: the folder of the files that are changed together with the index.
        durable: survive a loss of power, not only a crash, at the cost of flushes per change.

    Raises:
        IndexLost: the file is damaged. It is out of the way now: try again.
        StoreError: the file cannot be opened.
    """

    def __init__(self, path: Path, folder: Path | None = None, *, durable: bool = False) -> None:
        self._path = path
        self._name = str(path)
        self._lock = threading.RLock()
        with self._errors():
            self._database = sqlite3.connect(
                path,
                timeout=_SECONDS_TO_WAIT_FOR_OTHERS,
                isolation_level=None,
                check_same_thread=False,
            )
        self._identity: tuple[int, int] | None = None
        self._number: int | None = None
        self._counts = 0
        """How often the change under way was counted, in `_number` and by inserting."""
        self._known: int | None = None
        """How many changes there were with our last one, if that is sure."""
        self._alone = False
        """Whether that was the last one of all when the change under way began."""
        self._changing = Changing(self)
        self._changer: int | None = None
        self._files: FileChanges | None = None
        try:
            with self._errors():
                self._files = FileChanges(
                    Path(f"{path}-files"), folder or path.parent, self._counted, fsync=durable
                )
                self._prepare(self._files, durable=durable)
            self._identity = _identity(self._name)
        except StoreError:
            self.close()
            raise

    @property
    def is_current(self) -> bool:
        """Whether the file that is open still lies where it was opened.

        Another process may have removed it with its account, or emptied the root.
        """
        return _identity(self._name) == self._identity

    def _prepare(self, files: FileChanges, *, durable: bool) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        path_mode = self._path.stat().st_mode & 0o777
        if path_mode != 0o600:
            self._path.chmod(0o600)
        # From here on `_execute` waits, in shorter steps.
        self._database.execute("PRAGMA busy_timeout = 0")
        self._execute("BEGIN IMMEDIATE")
        if not self._is_usable():
            self._make_tables()
            # Nobody can tell any more whether that change was finished: keep what there is.
            files.forget()
        (owner,) = self._database.execute("SELECT owner FROM state").fetchone()
        files.owned_by(str(owner))
        self._database.execute("COMMIT")

    def _is_usable(self) -> bool:
        """Whether there are the tables of this version, and not none or another's."""
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            return False
        try:
            self._database.execute(f"SELECT {ITEM_COLUMNS} FROM item LIMIT 1")  # noqa: S608
            return (
                self._database.execute("SELECT changes, freed, told, owner FROM state").fetchone()
                is not None
            )
        except sqlite3.OperationalError:
            return False

    def _make_tables(self) -> None:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in self._database.execute(tables).fetchall():
            quoted = name.replace('"', '""')
            self._database.execute(f'DROP TABLE "{quoted}"')
        for statement in (*_SCHEMA.split(";"), _COUNT_INSERTED):
            self._database.execute(statement)
        self._database.execute(f"PRAGMA user_version = {_VERSION}")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (*_UNREADABLE, OSError) as error:
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

    def changing(self) -> Changing:
        """Hold the account's write lock; all changes inside happen together or not at all.

        The block is lent what changes files, which belong to the change too.

        Raises:
            IndexLost: the index is damaged or was removed; nothing changed.
            StoreError: the database cannot be written; nothing changed.
        """
        return self._changing

    def begin_change(self) -> FileChanges:
        """Begin what `changing` does."""
        files = self._files
        assert files is not None
        self._lock.acquire()
        try:
            self._refuse_if_removed()
            self._number = None
            self._counts = 0
            self._changer = threading.get_ident()
            self._execute("BEGIN IMMEDIATE")
            self._alone = files.recover(self._changes)
        except BaseException as error:
            self.end_change(error)
            raise
        return files

    def end_change(self, error: BaseException | None) -> None:
        """End what `changing` does, with the *error* that its block raised."""
        files = self._files
        assert files is not None
        try:
            if error is None:
                self._commit(files)
            else:
                self._take_back(files, error)
        finally:
            self._changer = None
            self._lock.release()

    def _commit(self, files: FileChanges) -> None:
        is_ending = False
        known, self._known = self._known, None
        try:
            if self._number is not None:
                files.note_number()
                known = self._number if self._counts == 1 else None
            self._refuse_if_removed()
            is_ending = True
            self._database.execute("COMMIT")
        except BaseException as error:
            is_database_error = isinstance(error, _UNREADABLE)
            if is_ending and not is_database_error and not self._database.in_transaction:
                files.finish()  # Ctrl-C came when the change was made already
                raise
            self._take_back(files, error)
            raise
        files.finish()
        self._known = known

    def _take_back(self, files: FileChanges, error: BaseException) -> None:
        """Undo the change that *error* ended; raise what it means if it is the disk's."""
        files.take_back()
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        if isinstance(error, (*_UNREADABLE, OSError)):
            raise self._error(error) from error

    def _refuse_if_removed(self) -> None:
        if _identity(self._name) != self._identity:
            raise IndexLost(f"The index {self._path} was removed.")

    @property
    def is_changing_here(self) -> bool:
        """Whether this thread is in the middle of a change."""
        return self._changer == threading.get_ident()

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
            except _UNREADABLE as error:
                raise self._error(error) from error
            try:
                yield True
            finally:
                with contextlib.suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")

    def _changes(self) -> int:
        (number,) = self._execute("SELECT changes FROM state").fetchone()
        return int(number)

    def _counted(self) -> int:
        """Count the change under way, once; return its number."""
        if self._number is None:
            statement = "UPDATE state SET changes = changes + 1 RETURNING changes"
            (number,) = self._database.execute(statement).fetchone()
            self._number = int(number)
            self._counts += 1
        return self._number

    def _counted_by_trigger(self) -> None:
        """Note that the change under way was counted by inserting an item.

        Which number that made is known if nobody else changed anything since our last change.
        """
        self._counts += 1
        if self._number is None:
            if self._alone and self._known is not None:
                self._number = self._known + 1
            else:
                self._number = self._changes()

    def close(self) -> None:
        """Close the database file."""
        with self._lock:
            self._database.close()
            if self._files is not None:
                self._files.close()
                self._files = None

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
            except _UNREADABLE as error:
                raise self._error(error) from error


class Changing:
    """The block of `IndexDatabase.changing`.

    A class, for a generator would cost each change twice as much.
    """

    __slots__ = ("_index",)

    def __init__(self, index: IndexDatabase) -> None:
        self._index = index

    def __enter__(self) -> FileChanges:
        return self._index.begin_change()

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._index.end_change(error)


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
