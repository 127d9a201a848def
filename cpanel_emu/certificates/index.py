"""The index of one account's stored items, in SQLite.

It makes a call cost the same with ten items and with 50,000. The files are the truth; the index
can always be rebuilt from them.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.free_names import FreeNames
from cpanel_emu.certificates.index_database import FileStatus, IndexLost, file_status
from cpanel_emu.certificates.index_schema import ITEM_COLUMNS
from cpanel_emu.certificates.index_telling import TellingIndex
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.root import is_settled

_PAGE = 16
_MOST_NEWEST_KEYS = 1000
_NEWEST = (
    "SELECT {} FROM item WHERE kind = ? AND host = ? "
    "ORDER BY created DESC, id DESC LIMIT ? OFFSET ?"
)
_NEWEST_ITEMS = _NEWEST.format(ITEM_COLUMNS)
_NEWEST_NAMES = _NEWEST.format("name")
_INSERT = (
    f"INSERT INTO item ({ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
    "ON CONFLICT (kind, name) DO NOTHING"
)
_encode_details = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Index(TellingIndex):
    """The open index of one account; thread-safe. See `ChangingIndex` for how it is opened."""

    def __init__(self, path: Path, folder: Path | None = None, *, durable: bool = False) -> None:
        self._log = f"{path}-wal"
        self._hosts: dict[ItemKind, tuple[FileStatus | None, list[str]]] = {}
        super().__init__(path, folder, durable=durable)
        self._free_names = FreeNames(self._database)
        self._newest_keys: dict[str, str] = {}
        """The file name of each host's newest key, as a change has found it and others cannot have
        changed since."""

    def _items(self, condition: str, values: tuple[object, ...]) -> Iterator[Item]:
        statement = f"SELECT {ITEM_COLUMNS} FROM item WHERE {condition}"  # noqa: S608  (own constants)
        return map(self._item, self._rows(statement, values))

    def newest_first(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield the items of *host*, newest first, ties by greatest id (``ssl §2.2``)."""
        for page in itertools.count():
            found = self._rows(_NEWEST_ITEMS, (kind.value, host, _PAGE, page * _PAGE))
            yield from map(self._item, found)
            if len(found) < _PAGE:
                return

    def newest_name(self, kind: ItemKind, host: str, skip: int = 0) -> str | None:
        """Return the file name of the item that `newest_first` yields after *skip* others."""
        is_remembered = self.is_changing_here and kind is ItemKind.KEY and skip == 0
        if is_remembered and host in self._newest_keys:
            return self._newest_keys[host]
        found = self._rows(_NEWEST_NAMES, (kind.value, host, 1, skip))
        if not found:
            return None
        name = str(found[0][0])
        if is_remembered:
            if len(self._newest_keys) >= _MOST_NEWEST_KEYS:
                self._newest_keys.clear()
            self._newest_keys[host] = name
        return name

    def of_host(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield every item of *host*, by id; all as they are at one moment."""
        return self._items("kind = ? AND host = ? ORDER BY id", (kind.value, host))

    def all_of(self, kind: ItemKind) -> Iterator[Item]:
        """Yield every item of *kind*, by friendly name, then id (``ssl §8``)."""
        return self._items("kind = ? ORDER BY friendly_name, id", (kind.value,))

    def of_key(self, kind: ItemKind, key_id: str) -> Iterator[Item]:
        """Yield the items of *kind* that belong to the key, by friendly name, then id.

        Without an index of its own, which every new item would have to pay for.
        """
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
        log = file_status(self._log)
        with self._lock:
            log_then, hosts = self._hosts.get(kind, (None, []))
            if log_then is None or log_then != log:
                self._hosts[kind] = log, hosts = self._read_hosts(kind, log)
        return hosts.copy()

    def _read_hosts(
        self, kind: ItemKind, log: FileStatus | None
    ) -> tuple[FileStatus | None, list[str]]:
        """Return the hosts, and the status of the log that tells them, None if none does for sure.

        A change is in the log a moment before it counts, or longer where a flush comes between. So
        a log says nothing while another process may be at that.
        """
        statement = "SELECT DISTINCT host FROM item WHERE kind = ? ORDER BY host"
        if log is None or not is_settled(log[3]):
            return None, [str(host) for (host,) in self._rows(statement, (kind.value,))]
        with self._keeping_still() as is_still:
            hosts = [str(host) for (host,) in self._rows(statement, (kind.value,))]
            # The one from before: a later one may be of this moment, and tell too little.
            return log if is_still and file_status(self._log) == log else None, hosts

    def add(self, item: Item) -> bool:
        """Insert *item*, whose friendly name is free; call inside `changing`.

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
            _details_text(item),
        )
        self._forget_keys(item.kind)
        if self._database.execute(_INSERT, values).rowcount:
            self._counted_by_trigger()
            return True
        self._counted()
        self._counts += 1  # by the trigger, or not
        return False

    def add_with_free_name(
        self, kind: ItemKind, wanted: str, created: int, make: Callable[[str], Item]
    ) -> Item | None:
        """Insert an item under a friendly name that is free; call inside `changing`.

        Args:
            kind: the kind of item.
            wanted: its friendly name, with a suffix if another has it (`FreeNames`).
            created: when it was made, in epoch seconds.
            make: makes it, given its friendly name.

        Returns:
            None, and nothing is inserted, if there is a record of a file with its name.
        """
        base = f"{wanted} {created}"
        likely = self._free_names.likely(kind, base)
        if likely is not None:
            item = make(likely)
            # Another item may have that name, or the file a record.
            with contextlib.suppress(sqlite3.IntegrityError):
                if self.add(item):
                    self._free_names.use(kind, base)
                    return item
        item = make(self._free_names.search(kind, wanted, base))
        return item if self.add(item) else None

    def remove(self, item: Item) -> None:
        """Delete *item*; call inside `changing`."""
        self._counted()
        self._free_names.set_free(item.kind)
        self._forget_keys(item.kind)
        key = (item.kind.value, item.name)
        self._database.execute("DELETE FROM item WHERE kind = ? AND name = ?", key)

    def rename(self, item: Item, friendly_name: str, host: str) -> None:
        """Give *item* a free friendly name, and the host that goes with it; inside `changing`."""
        self._counted()
        self._free_names.set_free(item.kind)
        self._forget_keys(item.kind)
        self._database.execute(
            "UPDATE item SET friendly_name = ?, host = ? WHERE kind = ? AND name = ?",
            (friendly_name, host, item.kind.value, item.name),
        )

    def begin_change(self) -> FileChanges:
        """See `ChangingIndex.begin_change`."""
        files = super().begin_change()
        if not self._alone:
            self._free_names.doubt()
            self._newest_keys.clear()
        return files

    def _take_back(self, files: FileChanges, error: BaseException) -> None:
        self._free_names.forget()
        self._newest_keys.clear()
        super()._take_back(files, error)

    def _forget_keys(self, kind: ItemKind) -> None:
        """Forget which keys are the newest if an item of *kind* makes others that."""
        if kind is ItemKind.KEY:
            self._newest_keys.clear()

    def is_marked(self, name: str) -> bool:
        """Whether `mark` was called with *name* before."""
        return bool(self._rows("SELECT 1 FROM mark WHERE name = ?", (name,)))

    def mark(self, name: str) -> None:
        """Remember that *name* was done; call inside `changing`."""
        self._database.execute("INSERT OR IGNORE INTO mark (name) VALUES (?)", (name,))


def _details_text(item: Item) -> str:
    """Return what the kind adds to *item*: nothing if it only repeats the common name, as mostly.

    To encode that would cost a third of what the whole insertion does.
    """
    return "" if item.details == {"domains": [item.common_name]} else _encode_details(item.details)


def _item(row: tuple[object, ...]) -> Item:
    kind, name, item_id, host, has_host, common_name, friendly_name, modulus, key_id = row[:9]
    return Item(
        kind=ItemKind(str(kind)),
        name=str(name),
        id=str(item_id),
        host=str(host),
        has_host=bool(has_host),
        common_name=str(common_name),
        friendly_name=str(friendly_name),
        modulus=str(modulus),
        key_id=str(key_id),
        created=int(str(row[9])),
        details=json.loads(str(row[10])) if row[10] else {"domains": [str(common_name)]},
    )
