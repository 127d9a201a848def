"""An account's certificate directory: the files below ``ssl/`` and their index (``ssl §5``).

The files are the truth. A change writes the file whole, then the index, inside one
transaction, so that an answered call is on disk, a crash leaves the old or the new state, and
two processes on one root never mix. Opening a directory brings the index in line with the
files; after that, nothing scans the directory again.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from cpanel_emu.certificates.database_file import Remembered, remembered
from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.index_database import IndexLost
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.item_files import ItemFiles, ReadItem, host_named
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.releases import Layout, Release
from cpanel_emu.root import TEMPORARY_PREFIX, make_private_directory

_T = TypeVar("_T")


class NewerLayout(ConfigurationError, StoreError):
    """A release with a newer layout wrote the directory; there is no way back.

    At the start of a program its options are wrong; at a call, when another program has taken the
    directory over meanwhile, the files cannot be used.
    """


def refuse_newer_layout(folder: Path, release: Release) -> None:
    """Check that *release* can keep the ``ssl`` directory *folder*.

    Raises:
        NewerLayout: it cannot.
    """
    if _has_newer_layout(folder, release):
        raise NewerLayout(
            f"{folder} was written by release 11.40 or later; release {release.name} cannot "
            "use it. Choose a later --emulate-version or another --root."
        )


def _has_newer_layout(folder: Path, release: Release) -> bool:
    # Each change asks this: nothing is put together unless the layout is the old one.
    # A folder that cannot be entered is refused where it is opened; Path.exists would raise.
    return release.layout is Layout.BY_HOST and os.path.exists(folder / "keys")  # noqa: PTH110


class CertificateDirectory:
    """The keys, CSRs and certificates of one account; thread-safe and safe between processes.

    Args:
        folder: the account's ``ssl`` directory; made if it is not there.
        index_path: where the index lies.
        release: whose layout to keep.
        read_item: reads files that the index does not know.
        durable: also survive a loss of power.
        changed: called after each change, for what is derived from the items.
        stored: called with the path of each item that was stored or is there already.

    Raises:
        NewerLayout: the directory has a newer layout than the release.
        StoreError: it cannot be read or written.
    """

    def __init__(
        self,
        folder: Path,
        index_path: Path,
        release: Release,
        read_item: ReadItem,
        *,
        durable: bool = False,
        changed: Callable[[], None] = lambda: None,
        stored: Callable[[str], None] = lambda _path: None,
    ) -> None:
        self._changed = changed
        self._stored = stored
        self._folder = folder
        self._release = release
        self._files = ItemFiles(folder, release.layout, final_newline=release.pem_final_newline)
        self._durable = durable
        refuse_newer_layout(folder, release)
        try:
            self._files.make_folders(fsync=durable)
            make_private_directory(index_path.parent, fsync=durable)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be made: {error.strerror}. Neither it nor a folder in it may be "
                "a link."
            ) from error
        self._index_path = index_path
        self._read_item = read_item
        self._renewing = threading.Lock()
        self._lost: list[Index] = []
        try:
            self._index = self._opened_index()
        except BaseException:
            self._files.close()
            raise

    def _opened_index(self) -> Index:
        """Open the index and bring it in line with the files; once more if it is damaged."""
        try:
            return self._index_in_line()
        except IndexLost:
            return self._index_in_line()

    def _index_in_line(self) -> Index:
        index = Index(self._index_path, self._folder, durable=self._durable)
        try:
            self._bring_in_line(index)
        except BaseException:
            index.close()
            raise
        return index

    def _with_index(self, work: Callable[[], _T]) -> _T:
        """Do *work* with the index; once more, with a new one, if it turns out to be lost.

        Within a change the change as a whole is done again, not a part of it.
        """
        index = self._index
        try:
            return work()
        except IndexLost:
            if index.is_changing_here:
                raise
            self._renew(index)
            return work()

    def _renew(self, lost: Index) -> None:
        """Make a new index from the files, unless another thread just did."""
        with self._renewing:
            if self._index is lost:
                self._index = self._opened_index()
                # Other threads may be reading from it: it is closed at the end.
                self._lost.append(lost)

    def close(self) -> None:
        """Close the index and the folders."""
        for index in (*self._lost, self._index):
            index.close()
        self._files.close()

    @property
    def is_current(self) -> bool:
        """Whether nobody removed the index, as when the account goes or the root is emptied.

        Nor has a newer release taken the directory over.
        """
        return self._index.is_current and not _has_newer_layout(self._folder, self._release)

    @property
    def is_told(self) -> bool:
        """Whether ``ssl.db`` tells the latest change, and not one before a crash.

        Raises:
            StoreError: the index cannot be read.
        """
        return self._index.is_told

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Write ``ssl.db`` inside this block, from what is read inside it.

        Raises:
            StoreError: the index cannot be used.
        """
        with self._index.telling():
            changes = self._index.changes
            yield
            self._index.tell(changes)

    @property
    def folder(self) -> Path:
        """The account's ``ssl`` directory."""
        return self._folder

    def path(self, kind: ItemKind, name: str) -> Path:
        """Return where the item of *kind* with this file name lies."""
        return Path(self._files.path_text(kind, name))

    def file_text(self, path: Path) -> str:
        """Return what a file of this directory holds; *path* as `path` gives it.

        Raises:
            OSError: it cannot be read, or a link leads to it.
            UnicodeDecodeError: it is no ASCII.
        """
        return self._files.text(path)

    def read(self, item: Item) -> str:
        """Return the PEM of *item*, without a final line end.

        Raises:
            StoreError: the file cannot be read.
        """
        path = self.path(item.kind, item.name)
        try:
            return self.file_text(path).rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} cannot be read.") from error

    def look(self, work: Callable[[Callable[[Item], str | None]], _T]) -> _T:
        """Return what *work* makes of items and of what it reads of them, as at one moment.

        Whoever deletes items takes their files away before the index forgets them. So if a file
        is missing, *work* is done once more while nobody changes anything.

        Args:
            work: is given what reads the PEM of an item; that returns None if somebody took the
                file away, or damaged it.

        Raises:
            StoreError: the index cannot be read.
        """
        try:
            return work(self.read)
        except StoreError:
            with contextlib.suppress(StoreError):
                return self.change(lambda _changes: work(self._read_if_there))
        # On a disk that cannot be written nobody changes anything either.
        return work(self._read_if_there)

    def _read_if_there(self, item: Item) -> str | None:
        try:
            return self.read(item)
        except StoreError:
            return None

    def add(self, new: NewItem) -> Item:
        """Store *new* and return its record; an identical item keeps the first record.

        The item is whole on disk when this returns (``ssl §5`` rules 5 to 7).

        Raises:
            StoreError: it could not be stored; nothing changed.
        """
        return self.change(lambda changes: changes.put(new))

    def change(self, work: Callable[[ItemChanges], _T]) -> _T:
        """Do *work* on the items as one change: as a whole, or not at all.

        The account's write lock is held meanwhile, so that what *work* finds it also changes.
        Whatever *work* raises ends the change. It is done again if the index turns out to be lost.

        Raises:
            StoreError: the change could not be made; nothing changed.
        """
        changes, result = self._with_index(functools.partial(self._whole, work))
        if changes.changed:
            self._changed()
        for item in changes.stored:
            self._stored(self._files.path_text(item.kind, item.name))
        return result

    def _whole(self, work: Callable[[ItemChanges], _T]) -> tuple[ItemChanges, _T]:
        index = self._index
        with index.changing() as files:
            changes = self._item_changes(index, files)
            return changes, work(changes)

    def _item_changes(self, index: Index, files: FileChanges) -> ItemChanges:
        """Return what changes items while the account's write lock is held.

        A newer release makes its folders before it takes the lock and copies what there is: what
        an older one stored behind that would be lost.

        Raises:
            NewerLayout: that has happened.
        """
        refuse_newer_layout(self._folder, self._release)
        return ItemChanges(index, self._files, files)

    def newest_first(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield the items of *host*, newest first, ties by greatest id (``ssl §2.2``)."""
        return self._index.newest_first(kind, host)

    def newest_path(self, kind: ItemKind, host: str, skip: int = 0) -> str | None:
        """Return the path of the item that `newest_first` yields after *skip* others, if any."""
        name = self._index.newest_name(kind, host, skip)
        return None if name is None else self._files.path_text(kind, name)

    def of_hosts(self, kinds: Sequence[ItemKind], hosts: Sequence[str] | None = None) -> list[Item]:
        """Return the items of *kinds* and *hosts*, of all hosts without any, as at one moment.

        They are in the order of the kinds, then of the hosts, then by id.
        """

        def found() -> Iterator[Item]:
            for kind in kinds:
                if hosts is None:
                    yield from sorted(self._index.all_of(kind), key=lambda one: (one.host, one.id))
                else:
                    for host in hosts:
                        yield from self._index.of_host(kind, host)

        def whole() -> list[Item]:
            with self._index.at_one_moment():
                return list(found())

        return self._with_index(whole)

    def all_of(self, kind: ItemKind) -> Iterator[Item]:
        """Yield every item of *kind*, by friendly name, then id (``ssl §8``)."""
        return self._with_index(lambda: self._index.all_of(kind))

    def of_key(self, kind: ItemKind, key_id: str) -> Iterator[Item]:
        """Yield the items of *kind* that belong to the key."""
        return self._with_index(lambda: self._index.of_key(kind, key_id))

    def with_id(self, kind: ItemKind, item_id: str) -> Item | None:
        """Return the item with this id, if there is one."""
        return self._with_index(lambda: self._index.with_id(kind, item_id))

    def with_friendly_name(self, kind: ItemKind, friendly_name: str) -> Item | None:
        """Return the item with this friendly name, if there is one."""
        return self._with_index(lambda: self._index.with_friendly_name(kind, friendly_name))

    def hosts(self, kind: ItemKind) -> list[str]:
        """Return the distinct hosts of *kind*, sorted by code point (``ssl §6.2``)."""
        return self._with_index(lambda: self._index.hosts(kind))

    def _bring_in_line(self, index: Index) -> None:
        """Make the index tell what the files hold: what a crash or a person left behind.

        Files without a record are taken in, records without a file are dropped, and what an
        interrupted write left is swept away. The old layout keeps one file per host under
        one name, so there a file is compared by its content too.
        """
        dropped: dict[tuple[ItemKind, str], Item] = {}
        index.sweep(self._folder.glob(f"{TEMPORARY_PREFIX}*"))
        with index.changing() as files:
            changes = self._item_changes(index, files)
            self._sweep()
            for kind in ItemKind:
                known = {item.name: item for item in index.all_of(kind)}
                found = set(self._files.names(kind))
                for name, item in list(known.items()):
                    if name not in found or not self._is_own_name(name, item.id):
                        dropped[kind, item.id] = known.pop(name)
                        index.remove(item)
                unknown = sorted(found - known.keys())
                records = remembered(self._folder / "ssl.db") if unknown else {}
                for name in unknown:
                    record = records.get((kind, name))
                    self._take_in(changes, kind, name, record=record)
                if self._files.layout is Layout.BY_HOST:
                    for name in sorted(found & known.keys()):
                        self._take_in(changes, kind, name, known=known[name])
            copied = self._copy_old_layout(changes, index, dropped)
        if copied:
            self._changed()

    def _sweep(self) -> None:
        """Remove what an interrupted write left, in every folder that there may be."""
        for path in self._folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                folder = self._files.below(path.name)
                for name in folder.names():
                    if name.startswith(TEMPORARY_PREFIX):
                        folder.remove(name)

    def _take_in(
        self,
        changes: ItemChanges,
        kind: ItemKind,
        name: str,
        *,
        record: Remembered | None = None,
        known: Item | None = None,
    ) -> None:
        host = record.host if record is not None else None
        if self._files.layout is Layout.BY_HOST:
            host = host_named(name)
        new = self._files.read(kind, name, host, self._read_item)
        if new is None or (known is not None and known.id == new.id):
            return
        if not self._is_own_name(name, new.id):
            return
        if record is not None:
            created = new.created if record.created is None else record.created
            new = replace(new, friendly_name=record.friendly_name, created=created)
        changes.add_record(new, name)

    def _is_own_name(self, name: str, item_id: str) -> bool:
        """Whether an item may have this file name; certificates of both layouts share a folder."""
        return self._files.layout is Layout.BY_HOST or name == item_id

    def _copy_old_layout(
        self,
        changes: ItemChanges,
        index: Index,
        records: Mapping[tuple[ItemKind, str], Item],
    ) -> bool:
        """Copy in what an older release kept, once; its files stay (``ssl §5`` rule 8).

        Args:
            changes: the change that this belongs to.
            index: the new index.
            records: what the index told of them under the old layout, by kind and id.

        Returns:
            Whether there was anything to copy.
        """
        if self._files.layout is Layout.BY_HOST or index.is_marked("old layout copied"):
            return False
        copied = False
        for name, new in self._files.of_older_layout(self._read_item):
            if index.named(new.kind, name) or index.named(new.kind, new.id):
                continue
            record = records.get((new.kind, new.id))
            changes.put(new if record is None else replace(new, created=record.created))
            copied = True
        index.mark("old layout copied")
        return copied
