"""The index of one account's stored items, in SQLite.

It makes a call cost the same with ten items and with 50,000, and its transactions are the
lock between threads and processes: whoever changes files does so inside `Index.changing`.
The files are the truth; the index can always be rebuilt from them.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.errors import StoreError

_SECONDS_TO_WAIT_FOR_OTHERS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0002, 0.005
"""Seconds between two looks whether another process has finished its change."""
_SETTLED = 100_000_000
"""Nanoseconds after which a second change surely gets another time stamp than the first."""
_VERSION = 3
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PAGE = 16
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
CREATE INDEX item_by_key ON item (kind, key_id);
CREATE TABLE suffix (
    kind TEXT NOT NULL, base TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (kind, base)
) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state (changes INTEGER NOT NULL, told INTEGER NOT NULL);
INSERT INTO state VALUES (0, 0);
"""
# In the statement that inserts, so that it costs no statement of its own.
_COUNT_INSERTED = """
CREATE TRIGGER item_inserted BEFORE INSERT ON item
BEGIN UPDATE state SET changes = changes + 1; END
"""
_COLUMNS = (
    "kind, name, id, host, has_host, common_name, friendly_name, modulus, key_id, created, details"
)
_INSERT = (
    f"INSERT INTO item ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
    "ON CONFLICT (kind, name) DO NOTHING RETURNING (SELECT changes FROM state)"
)
_NEXT_SUFFIX = """
INSERT INTO suffix (kind, base, next)
SELECT ?1, ?2, 1 WHERE EXISTS (SELECT 1 FROM item WHERE kind = ?1 AND friendly_name = ?3)
ON CONFLICT (kind, base) DO UPDATE SET next = next + 1
RETURNING next - 1, EXISTS (
    SELECT 1 FROM item WHERE kind = ?1 AND friendly_name = ?2 || '.' || (next - 1)
)
"""
_encode_details = json.JSONEncoder(ensure_ascii=False).encode


class IndexLost(StoreError):
    """The index is damaged or was removed; what it told is told again by a new one."""


class Index:
    """The open index of one account; thread-safe.

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
        self._log = f"{path}-wal"
        self._lock = threading.RLock()
        self._hosts: dict[ItemKind, tuple[_Status | None, list[str]]] = {}
        with self._errors():
            self._database = sqlite3.connect(
                path,
                timeout=_SECONDS_TO_WAIT_FOR_OTHERS,
                isolation_level=None,
                check_same_thread=False,
            )
        self._identity: tuple[int, int] | None = None
        self._number: int | None = None
        self._files: FileChanges | None = None
        try:
            with self._errors():
                self._files = FileChanges(
                    Path(f"{path}-files"), folder or path.parent, self._counted, fsync=durable
                )
                self._prepare(self._files, durable=durable)
            self._identity = self._file()
        except StoreError:
            self.close()
            raise

    @property
    def is_current(self) -> bool:
        """Whether the file that is open still lies where it was opened.

        Another process may have removed it with its account, or emptied the root.
        """
        return self._file() == self._identity

    def _file(self) -> tuple[int, int] | None:
        status = _status(self._name)
        return None if status is None else status[:2]

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
        self._database.execute("COMMIT")

    def _is_usable(self) -> bool:
        """Whether there are the tables of this version, and not none or another's."""
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            return False
        try:
            self._database.execute(f"SELECT {_COLUMNS} FROM item LIMIT 1")  # noqa: S608
            return self._database.execute("SELECT changes, told FROM state").fetchone() is not None
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
        except (sqlite3.Error, OSError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> StoreError:
        text = f"The index {self._path} cannot be used: {error}."
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
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
    def changing(self) -> Iterator[FileChanges]:
        """Hold the account's write lock; all changes inside happen together or not at all.

        Yields:
            What changes files, which belong to the change too.

        Raises:
            IndexLost: the index is damaged or was removed; nothing changed.
            StoreError: the database cannot be written; nothing changed.
        """
        files = self._files
        assert files is not None
        with self._lock:
            if not self.is_current:
                raise IndexLost(f"The index {self._path} was removed.")
            self._number = None
            try:
                self._execute("BEGIN IMMEDIATE")
                files.recover(self._changes)
                yield files
                self._database.execute("COMMIT")
            except BaseException as error:
                files.take_back()
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error | OSError):
                    raise self._error(error) from error
                raise
            files.finish()

    def _changes(self) -> int:
        (number,) = self._execute("SELECT changes FROM state").fetchone()
        return int(number)

    def _counted(self) -> int:
        """Count the change under way, once; return its number."""
        if self._number is None:
            statement = "UPDATE state SET changes = changes + 1 RETURNING changes"
            (number,) = self._database.execute(statement).fetchone()
            self._number = int(number)
        return self._number

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
            except sqlite3.Error as error:
                raise self._error(error) from error

    def _items(self, condition: str, values: tuple[object, ...]) -> Iterator[Item]:
        statement = f"SELECT {_COLUMNS} FROM item WHERE {condition}"  # noqa: S608  (own constants)
        return map(self._item, self._rows(statement, values))

    def newest_first(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield the items of *host*, newest first, ties by greatest id (``ssl §2.2``)."""
        return map(self._item, self._newest(_COLUMNS, kind, host))

    def newest_names(self, kind: ItemKind, host: str) -> Iterator[str]:
        """Yield the file names of what `newest_first` yields, at less cost."""
        return (str(name) for (name,) in self._newest("name", kind, host))

    def _newest(self, columns: str, kind: ItemKind, host: str) -> Iterator[tuple[object, ...]]:
        statement = (
            f"SELECT {columns} FROM item WHERE kind = ? AND host = ? "  # noqa: S608  (own constants)
            "ORDER BY created DESC, id DESC LIMIT ? OFFSET ?"
        )
        for page in itertools.count():
            found = self._rows(statement, (kind.value, host, _PAGE, page * _PAGE))
            yield from found
            if len(found) < _PAGE:
                return

    def all_of(self, kind: ItemKind) -> Iterator[Item]:
        """Yield every item of *kind*, by friendly name, then id (``ssl §8``)."""
        return self._items("kind = ? ORDER BY friendly_name, id", (kind.value,))

    def of_key(self, kind: ItemKind, key_id: str) -> Iterator[Item]:
        """Yield the items of *kind* that belong to the key, by friendly name, then id."""
        condition = "kind = ? AND key_id = ? ORDER BY friendly_name, id"
        return self._items(condition, (kind.value, key_id))

    def named(self, kind: ItemKind, name: str) -> Item | None:
        """Return the item whose file has this name, if there is one."""
        return next(self._items("kind = ? AND name = ?", (kind.value, name)), None)

    def with_id(self, kind: ItemKind, item_id: str) -> Item | None:
        """Return the item with this id, if there is one."""
        # Most files are named by the id: an index of the others costs the many nothing.
        named = self.named(kind, item_id)
        if named is not None and named.id == item_id:
            return named
        condition = "kind = ? AND id = ? AND id <> name ORDER BY name LIMIT 1"
        return next(self._items(condition, (kind.value, item_id)), None)

    def with_friendly_name(self, kind: ItemKind, friendly_name: str) -> Item | None:
        """Return the item with this friendly name, if there is one."""
        condition = "kind = ? AND friendly_name = ?"
        return next(self._items(condition, (kind.value, friendly_name)), None)

    def _item(self, row: tuple[object, ...]) -> Item:
        try:
            return _item(row)
        except ValueError as error:
            self._put_out_of_the_way()
            raise IndexLost(f"The index {self._path} is damaged: {error}.") from error

    def hosts(self, kind: ItemKind) -> list[str]:
        """Return the distinct hosts of *kind*, sorted by code point (``ssl §6.2``).

        They are read again only after a change: a read transaction takes several system calls,
        a look at the log that every change of any process goes through takes one.
        """
        log = _status(self._log)
        with self._lock:
            log_then, hosts = self._hosts.get(kind, (None, []))
            if log_then is None or log_then != log:
                hosts = self._read_hosts(kind)
                self._hosts[kind] = (log if _is_settled(log) else None, hosts)
        return hosts.copy()

    def _read_hosts(self, kind: ItemKind) -> list[str]:
        statement = "SELECT DISTINCT host FROM item WHERE kind = ? ORDER BY host"
        return [str(host) for (host,) in self._rows(statement, (kind.value,))]

    def add(self, item: Item) -> bool:
        """Insert *item*; call inside `changing`.

        Returns:
            False, and nothing is inserted, if there is a record of a file with its name.
        """
        values = (
            item.kind.value,
            item.name,
            item.id,
            item.host,
            int(item.has_host),
            item.common_name,
            item.friendly_name,
            item.modulus,
            item.key_id,
            item.created,
            _encode_details(item.details),
        )
        inserted = self._database.execute(_INSERT, values).fetchone()
        if inserted is not None and self._number is None:
            self._number = int(inserted[0])
        return inserted is not None

    def remove(self, item: Item) -> None:
        """Delete *item*; call inside `changing`."""
        self._counted()
        key = (item.kind.value, item.name)
        self._database.execute("DELETE FROM item WHERE kind = ? AND name = ?", key)
        self._forget_suffixes(item.kind)

    def _forget_suffixes(self, kind: ItemKind) -> None:
        # A name may be free again: forget how far the search for one had come.
        self._database.execute("DELETE FROM suffix WHERE kind = ?", (kind.value,))

    def rename(self, item: Item, friendly_name: str, host: str) -> None:
        """Give *item* a free friendly name, and the host that goes with it; inside `changing`."""
        self._counted()
        self._database.execute(
            "UPDATE item SET friendly_name = ?, host = ? WHERE kind = ? AND name = ?",
            (friendly_name, host, item.kind.value, item.name),
        )
        self._forget_suffixes(item.kind)

    def free_friendly_name(self, kind: ItemKind, wanted: str, created: int) -> str:
        """Return *wanted*, or with a suffix if it is taken (``ssl §5`` rule 5).

        Call inside `changing`. The first suffix is a blank and ``<epoch>.0``, then ``.1`` …;
        how far the search came is remembered, so that it costs the same for the
        50,000th item of a host.
        """
        base = f"{wanted} {created}"
        while True:
            values = (kind.value, base, wanted)
            found = self._database.execute(_NEXT_SUFFIX, values).fetchone()
            if found is None:
                return wanted
            number, is_taken = found
            if not is_taken:
                return f"{base}.{number}"

    def is_marked(self, name: str) -> bool:
        """Whether `mark` was called with *name* before."""
        return bool(self._rows("SELECT 1 FROM mark WHERE name = ?", (name,)))

    def mark(self, name: str) -> None:
        """Remember that *name* was done; call inside `changing`."""
        self._database.execute("INSERT OR IGNORE INTO mark (name) VALUES (?)", (name,))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _item(row: tuple[object, ...]) -> Item:
    kind, name, item_id, host, has_host, common_name, friendly_name, modulus, key_id = row[:9]
    return Item(
        kind=ItemKind(kind),
        name=str(name),
        id=str(item_id),
        host=str(host),
        has_host=bool(has_host),
        common_name=str(common_name),
        friendly_name=str(friendly_name),
        modulus=str(modulus),
        key_id=str(key_id),
        created=int(str(row[9])),
        details=json.loads(str(row[10])),
    )


_Status: TypeAlias = tuple[int, int, int, int]


def _status(path: str) -> _Status | None:
    """Return what changes when a file does: device, inode, size, time of change in ns."""
    try:
        status = os.stat(path)  # noqa: PTH116  (pathlib's is twice as slow, on the hot path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _is_settled(status: _Status | None) -> bool:
    """Whether a change from now on is sure to give the file another *status*."""
    return status is not None and time.time_ns() - status[3] > _SETTLED
