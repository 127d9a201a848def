"""An account's certificate directory: the files below ``ssl/`` and their index (``ssl §5``).

The files are the truth. A change writes the file whole, then the index, inside one
transaction, so that an answered call is on disk, a crash leaves the old or the new state, and
two processes on one root never mix. Opening a directory brings the index in line with the
files; after that, nothing scans the directory again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from cpanel_emu.certificates.database_file import Remembered, remembered
from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.index import Index, IndexLost
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.errors import ConfigurationError, Failure, StoreError
from cpanel_emu.own_folder import HeldFolder, OwnFolder, content_in
from cpanel_emu.releases import Layout, Release
from cpanel_emu.root import TEMPORARY_PREFIX, is_plain_name, make_private_directory
from cpanel_emu.suggest import shown

_BY_HOST_FILES = {
    ItemKind.KEY: ("private", ".key"),
    ItemKind.CSR: ("certs", ".csr"),
    ItemKind.CERTIFICATE: ("certs", ".crt"),
}
_BY_ID_FILES = {
    ItemKind.KEY: ("keys", ".key"),
    ItemKind.CSR: ("csrs", ".csr"),
    ItemKind.CERTIFICATE: ("certs", ".crt"),
}
_FILES = {Layout.BY_HOST: _BY_HOST_FILES, Layout.BY_ID: _BY_ID_FILES}

_T = TypeVar("_T")

ReadItem = Callable[[ItemKind, str, str | None, int], NewItem]
"""Reads the PEM of a found file into an item: kind, PEM, host if known, time of creation.

Raises `Failure` when it is no item."""


def refuse_newer_layout(folder: Path, release: Release) -> None:
    """Check that *release* can keep the ``ssl`` directory *folder*.

    Raises:
        ConfigurationError: a release with a newer layout wrote it; there is no way back.
    """
    if release.layout is Layout.BY_HOST and (folder / "keys").exists():
        raise ConfigurationError(
            f"{folder} was written by release 11.40 or later; release {release.name} cannot "
            "use it. Choose a later --emulate-version or another --root."
        )


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
        ConfigurationError: the directory has a newer layout than the release.
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
        self._layout = release.layout
        self._places = {
            kind: (self._below(place), suffix)
            for kind, (place, suffix) in _FILES[self._layout].items()
        }
        self._affixes = {
            kind: (f"{place.path}/", suffix) for kind, (place, suffix) in self._places.items()
        }
        self._held = {kind: HeldFolder(place) for kind, (place, _) in self._places.items()}
        self._line_end = "\n" if release.pem_final_newline else ""
        self._durable = durable
        refuse_newer_layout(folder, release)
        try:
            for place, _ in self._places.values():
                place.make(fsync=durable)
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
        self._index = self._open_index()
        try:
            self._bring_in_line(read_item)
        except BaseException:
            self._index.close()
            raise

    def _open_index(self) -> Index:
        try:
            return Index(self._index_path, self._folder, durable=self._durable)
        except IndexLost:
            return Index(self._index_path, self._folder, durable=self._durable)

    def _with_index(self, work: Callable[[], _T]) -> _T:
        """Do *work* with the index; once more, with a new one, if it turns out to be lost."""
        index = self._index
        try:
            return work()
        except IndexLost:
            self._renew(index)
            return work()

    def _renew(self, lost: Index) -> None:
        """Make a new index from the files, unless another thread just did."""
        with self._renewing:
            if self._index is lost:
                index = self._open_index()
                # Other threads may be reading from it: it is closed at the end.
                self._lost.append(lost)
                self._index = index
                self._bring_in_line(self._read_item)

    def close(self) -> None:
        """Close the index and the folders."""
        for index in (*self._lost, self._index):
            index.close()
        for held in self._held.values():
            held.close()

    @property
    def is_current(self) -> bool:
        """Whether nobody removed the index, as when the account goes or the root is emptied."""
        return self._index.is_current

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
        return Path(self._path_text(kind, name))

    def _path_text(self, kind: ItemKind, name: str) -> str:
        """Return what `path` returns as text: a Path costs ten times as much."""
        prefix, suffix = self._affixes[kind]
        return f"{prefix}{name}{suffix}"

    def _below(self, name: str) -> OwnFolder:
        return OwnFolder(self._folder.parent, self._folder.name, name)

    def file_text(self, path: Path) -> str:
        """Return what a file of this directory holds; *path* as `path` gives it.

        Raises:
            OSError: it cannot be read, or a link leads to it.
            UnicodeDecodeError: it is no ASCII.
        """
        return self._below(path.parent.name).read(path.name)[0].decode("ascii")

    def add(self, new: NewItem) -> Item:
        """Store *new* and return its record; an identical item keeps the first record.

        The item is whole on disk when this returns (``ssl §5`` rules 5 to 7).

        Raises:
            StoreError: it could not be stored; nothing changed.
        """
        return self.add_all((new,))[0]

    def add_all(
        self,
        items: Sequence[NewItem],
        finish: Callable[[FileChanges], None] = lambda _files: None,
    ) -> list[Item]:
        """Store all of *items* as `add` does, or none of them.

        Args:
            items: what to store.
            finish: what else belongs to the change; done last, while the account's write lock
                is held. It is given what changes files.

        Raises:
            StoreError: something could not be stored; nothing changed.
        """
        put = self._with_index(lambda: self._put_all(items, finish))
        if any(is_new for _, is_new in put):
            self._changed()
        for item, _ in put:
            self._stored(self._path_text(item.kind, item.name))
        return [item for item, _ in put]

    def _put_all(
        self, items: Sequence[NewItem], finish: Callable[[FileChanges], None]
    ) -> list[tuple[Item, bool]]:
        with self._index.changing() as files:
            put = [self._put(new, files) for new in items]
            finish(files)
        return put

    def changing_files(self, change: Callable[[FileChanges], _T]) -> _T:
        """Make a *change* of other files of the account, under its write lock; whole or not at all.

        Raises:
            StoreError: it could not be made; nothing changed.
        """

        def work() -> _T:
            with self._index.changing() as files:
                return change(files)

        made = self._with_index(work)
        self._changed()
        return made

    def _put(self, new: NewItem, files: FileChanges) -> tuple[Item, bool]:
        """Write one item inside a change; return its record, and whether anything was new."""
        name = self._file_name(new)
        known = self._index.named(new.kind, name)
        place, suffix = self._places[new.kind]
        file = f"{name}{suffix}"
        folder = self._held[new.kind].descriptor()
        before = content_in(folder, file)
        if known is not None and known.id == new.id and before is not None:
            return known, False
        content = self._file_content(new)
        files.write(place, file, content, replaces=before is not None, folder=folder)
        if known is not None:
            self._index.remove(known)
        item = self._record(new, name)
        self._index.add(item)
        return item, True

    def rename(self, item: Item, friendly_name: str) -> bool:
        """Give *item* another friendly name; return False if the name is taken.

        A key without a host of its own counts for its friendly name (``ssl §5`` rule 4).

        Raises:
            StoreError: the index cannot be written.
        """
        is_free = self._with_index(lambda: self._rename(item, friendly_name))
        if is_free:
            self._changed()
        return is_free

    def _rename(self, item: Item, friendly_name: str) -> bool:
        follows_name = item.kind is ItemKind.KEY and not item.has_host
        with self._index.changing():
            holder = self._index.with_friendly_name(item.kind, friendly_name)
            if holder is not None:
                return holder.name == item.name
            self._index.rename(item, friendly_name, friendly_name if follows_name else item.host)
        return True

    def _record(self, new: NewItem, name: str) -> Item:
        friendly_name = self._index.free_friendly_name(new.kind, new.friendly_name, new.created)
        if new.host is not None:
            host = new.host
        else:
            host = friendly_name if new.kind is ItemKind.KEY else new.common_name
        return Item(
            kind=new.kind,
            name=name,
            id=new.id,
            host=host,
            has_host=new.host is not None,
            common_name=new.common_name,
            friendly_name=friendly_name,
            modulus=new.modulus,
            key_id=new.key_id,
            created=new.created,
            details=new.details,
        )

    def _file_name(self, new: NewItem) -> str:
        name = new.id
        if self._layout is Layout.BY_HOST:
            host = new.common_name if new.host is None else new.host
            name = host.replace("*", "_wildcard_")
        if not is_plain_name(name):
            raise StoreError(f"{shown(name)} cannot be the name of a file.")
        return name

    def _file_content(self, new: NewItem) -> bytes:
        return f"{new.pem}{self._line_end}".encode("ascii")

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

    def remove(self, items: Iterable[Item]) -> None:
        """Delete *items*, records and files.

        Raises:
            StoreError: they could not be deleted.
        """
        listed = list(items)
        self._with_index(lambda: self._remove(listed))
        self._changed()

    def _remove(self, items: Sequence[Item]) -> None:
        with self._index.changing() as files:
            for item in items:
                self._index.remove(item)
                place, suffix = self._places[item.kind]
                files.remove(place, f"{item.name}{suffix}")

    def newest_first(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield the items of *host*, newest first, ties by greatest id (``ssl §2.2``)."""
        return self._index.newest_first(kind, host)

    def newest_paths(self, kind: ItemKind, host: str) -> Iterator[str]:
        """Yield the paths of what `newest_first` yields, at less cost."""
        return (self._path_text(kind, name) for name in self._index.newest_names(kind, host))

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

    def _bring_in_line(self, read_item: ReadItem) -> None:
        """Make the index tell what the files hold: what a crash or a person left behind.

        Files without a record are taken in, records without a file are dropped, and what an
        interrupted write left is swept away. The old layout keeps one file per host under
        one name, so there a file is compared by its content too.
        """
        dropped: dict[tuple[ItemKind, str], Item] = {}
        self._index.sweep(self._folder.glob(f"{TEMPORARY_PREFIX}*"))
        with self._index.changing() as files:
            self._sweep()
            for kind in ItemKind:
                known = {item.name: item for item in self._index.all_of(kind)}
                found = set(self._names(kind))
                for name, item in list(known.items()):
                    if name not in found or not self._is_own_name(name, item.id):
                        dropped[kind, item.id] = known.pop(name)
                        self._index.remove(item)
                unknown = sorted(found - known.keys())
                records = remembered(self._folder / "ssl.db") if unknown else {}
                for name in unknown:
                    self._take_in(kind, name, read_item, records.get((kind, name)))
                if self._layout is Layout.BY_HOST:
                    for name in sorted(found & known.keys()):
                        self._take_in(kind, name, read_item, known=known[name])
            copied = self._copy_old_layout(read_item, dropped, files)
        if copied:
            self._changed()

    def _sweep(self) -> None:
        """Remove what an interrupted write left, in every folder that there may be."""
        for path in self._folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                folder = self._below(path.name)
                for name in folder.names():
                    if name.startswith(TEMPORARY_PREFIX):
                        folder.remove(name)

    def _names(self, kind: ItemKind) -> Iterator[str]:
        place, suffix = self._places[kind]
        return _names_in(place, suffix)

    def _take_in(
        self,
        kind: ItemKind,
        name: str,
        read_item: ReadItem,
        record: Remembered | None = None,
        known: Item | None = None,
    ) -> None:
        place, suffix = self._places[kind]
        host = record.host if record is not None else None
        if self._layout is Layout.BY_HOST:
            host = name.replace("_wildcard_", "*")
        new = _read_file(place, f"{name}{suffix}", kind, host, read_item)
        if new is None or (known is not None and known.id == new.id):
            return
        if not self._is_own_name(name, new.id):
            return
        if record is not None:
            created = new.created if record.created is None else record.created
            new = replace(new, friendly_name=record.friendly_name, created=created)
        if known is not None:
            self._index.remove(known)
        self._index.add(self._record(new, name))

    def _is_own_name(self, name: str, item_id: str) -> bool:
        """Whether an item may have this file name; certificates of both layouts share a folder."""
        return self._layout is Layout.BY_HOST or name == item_id

    def _copy_old_layout(
        self,
        read_item: ReadItem,
        records: Mapping[tuple[ItemKind, str], Item],
        files: FileChanges,
    ) -> bool:
        """Copy in what an older release kept, once; its files stay (``ssl §5`` rule 8).

        Args:
            read_item: reads the files.
            records: what the index told of them under the old layout, by kind and id.
            files: what changes files.

        Returns:
            Whether there was anything to copy.
        """
        if self._layout is Layout.BY_HOST or self._index.is_marked("old layout copied"):
            return False
        copied = False
        for kind, (folder, suffix) in _BY_HOST_FILES.items():
            old = self._below(folder)
            for name in sorted(_names_in(old, suffix)):
                if self._index.named(kind, name) is not None:
                    continue
                host = name.replace("_wildcard_", "*")
                new = _read_file(old, f"{name}{suffix}", kind, host, read_item)
                if new is not None and self._index.named(kind, new.id) is None:
                    record = records.get((kind, new.id))
                    if record is not None:
                        new = replace(new, created=record.created)
                    place, own_suffix = self._places[kind]
                    file, content = f"{new.id}{own_suffix}", self._file_content(new)
                    is_there = place.content(file) is not None
                    files.write(place, file, content, replaces=is_there)
                    self._index.add(self._record(new, new.id))
                    copied = True
        self._index.mark("old layout copied")
        return copied


def _names_in(place: OwnFolder, suffix: str) -> Iterator[str]:
    """Yield the names of the files with *suffix*, without it; hidden ones are none of ours."""
    for name in place.names():
        if name.endswith(suffix) and not name.startswith("."):
            yield name.removesuffix(suffix)


def _read_file(
    place: OwnFolder, file: str, kind: ItemKind, host: str | None, read_item: ReadItem
) -> NewItem | None:
    """Return what the file holds, or None if it is no item of this kind."""
    try:
        content, status = place.read(file)
        return read_item(kind, content.decode("ascii"), host, int(status.st_mtime))
    except (OSError, UnicodeDecodeError, Failure):
        return None
