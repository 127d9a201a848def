"""Where the files of each kind of item lie below ``ssl/``, and what they hold (``ssl §5``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from cpanel_emu.certificates.items import ItemKind, NewItem
from cpanel_emu.errors import Failure, StoreError
from cpanel_emu.own_folder import HeldFolder, OwnFolder
from cpanel_emu.releases import Layout
from cpanel_emu.root import is_plain_name
from cpanel_emu.suggest import shown

_BY_HOST = {
    ItemKind.KEY: ("private", ".key"),
    ItemKind.CSR: ("certs", ".csr"),
    ItemKind.CERTIFICATE: ("certs", ".crt"),
}
_BY_ID = {
    ItemKind.KEY: ("keys", ".key"),
    ItemKind.CSR: ("csrs", ".csr"),
    ItemKind.CERTIFICATE: ("certs", ".crt"),
}
_PLACES = {Layout.BY_HOST: _BY_HOST, Layout.BY_ID: _BY_ID}

ReadItem = Callable[[ItemKind, str, str | None, int], NewItem]
"""Reads the PEM of a found file into an item: kind, PEM, host if known, time of creation.

Raises `Failure` when it is no item."""


class KindFiles:
    """The files of one kind of item.

    Args:
        folder: where they lie.
        suffix: how their names end.
    """

    __slots__ = ("folder", "held", "prefix", "suffix")

    def __init__(self, folder: OwnFolder, suffix: str) -> None:
        self.folder = folder
        self.held = HeldFolder(folder)
        self.prefix = f"{folder.path}/"
        self.suffix = suffix


class ItemFiles:
    """The files of one account's items in one layout.

    Args:
        folder: the account's ``ssl`` directory.
        layout: how its files are named.
        final_newline: whether a file ends with a line end.
    """

    def __init__(self, folder: Path, layout: Layout, *, final_newline: bool) -> None:
        self._folder = folder
        self.layout = layout
        self._line_end = "\n" if final_newline else ""
        self.of_kind = {
            kind: KindFiles(self.below(name), suffix)
            for kind, (name, suffix) in _PLACES[layout].items()
        }

    def make_folders(self, *, fsync: bool) -> None:
        """Make the folders that are missing.

        Raises:
            OSError: one cannot be made.
        """
        for files in self.of_kind.values():
            files.folder.make(fsync=fsync)

    def close(self) -> None:
        """Close the folders."""
        for files in self.of_kind.values():
            files.held.close()

    def below(self, name: str) -> OwnFolder:
        """Return the folder *name* of the ``ssl`` directory."""
        return OwnFolder(self._folder.parent, self._folder.name, name)

    def path_text(self, kind: ItemKind, name: str) -> str:
        """Return where the item of *kind* with this file name lies.

        As text: a Path costs ten times as much.
        """
        files = self.of_kind[kind]
        return f"{files.prefix}{name}{files.suffix}"

    def name_of(self, new: NewItem) -> str:
        """Return the file name of an item, without its suffix.

        Raises:
            StoreError: no file can have that name.
        """
        name = new.id
        if self.layout is Layout.BY_HOST:
            host = new.common_name if new.host is None else new.host
            name = host.replace("*", "_wildcard_")
        if not is_plain_name(name):
            raise StoreError(f"{shown(name)} cannot be the name of a file.")
        return name

    def content_of(self, new: NewItem) -> bytes:
        """Return what the file of an item holds."""
        return f"{new.pem}{self._line_end}".encode("ascii")

    def text(self, path: Path) -> str:
        """Return what the file *path* holds; *path* as `path_text` gives it.

        Raises:
            OSError: it cannot be read, or a link leads to it.
            UnicodeDecodeError: it is no ASCII.
        """
        return self.below(path.parent.name).read(path.name)[0].decode("ascii")

    def names(self, kind: ItemKind) -> Iterator[str]:
        """Yield the names of the files of *kind*, without their suffix."""
        files = self.of_kind[kind]
        return _names_in(files.folder, files.suffix)

    def read(
        self, kind: ItemKind, name: str, host: str | None, read_item: ReadItem
    ) -> NewItem | None:
        """Return what the file of this name holds, or None if it is no item of *kind*."""
        files = self.of_kind[kind]
        return _read_file(files.folder, f"{name}{files.suffix}", kind, host, read_item)

    def of_older_layout(self, read_item: ReadItem) -> Iterator[tuple[str, NewItem]]:
        """Yield the file name, without suffix, and the item of each file of the layout by host."""
        for kind, (folder, suffix) in _BY_HOST.items():
            place = self.below(folder)
            for name in sorted(_names_in(place, suffix)):
                new = _read_file(place, f"{name}{suffix}", kind, host_named(name), read_item)
                if new is not None:
                    yield name, new


def host_named(name: str) -> str:
    """Return the host whose file in the layout by host has this *name*."""
    return name.replace("_wildcard_", "*")


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
