"""What one change does to an account's items: their files and their records (``ssl §5``)."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.item_files import ItemFiles
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.own_folder import content_in


class ItemChanges:
    """Finds and changes items while the account's write lock is held.

    What is found here stays so until the change ends: no thread and no process comes between.

    Args:
        index: the index, inside `Index.changing`.
        item_files: where the items' files lie.
        files: what changes files, other files of the account too.
    """

    __slots__ = ("_index", "_item_files", "changed", "files", "stored")

    def __init__(self, index: Index, item_files: ItemFiles, files: FileChanges) -> None:
        self._index = index
        self._item_files = item_files
        self.files = files
        self.stored: list[Item] = []
        """What was put, also what had been there before."""
        self.changed = False
        """Whether any item is new, gone or has another name."""

    def newest_first(self, kind: ItemKind, host: str) -> Iterator[Item]:
        """Yield the items of *host*, newest first, ties by greatest id (``ssl §2.2``)."""
        return self._index.newest_first(kind, host)

    def with_id(self, kind: ItemKind, item_id: str) -> Item | None:
        """Return the item with this id, if there is one."""
        return self._index.with_id(kind, item_id)

    def with_friendly_name(self, kind: ItemKind, friendly_name: str) -> Item | None:
        """Return the item with this friendly name, if there is one."""
        return self._index.with_friendly_name(kind, friendly_name)

    def put(self, new: NewItem) -> Item:
        """Store *new* and return its record; an identical item keeps the first record.

        Raises:
            OSError, StoreError: the file cannot be written.
        """
        of_kind = self._item_files.of_kind[new.kind]
        name, content = self._item_files.name_of(new), self._item_files.content_of(new)
        file, place, folder = name + of_kind.suffix, of_kind.folder, of_kind.held.descriptor()
        before = content_in(folder, file)
        known = None if before is None else self._index.named(new.kind, name)
        if known is not None and known.id == new.id:
            if before != content:  # somebody damaged it
                self.files.write(place, file, content)
            self.stored.append(known)
            return known
        item, is_first = self._add(new, name)
        if before is None and is_first:
            self.files.write_new(place, file, content, folder=folder)
        else:
            self.files.write(place, file, content)
        self.stored.append(item)
        return item

    def add_record(self, new: NewItem, name: str) -> Item:
        """Take an item into the index in place of what its file held before; return its record."""
        return self._add(new, name)[0]

    def _add(self, new: NewItem, name: str) -> tuple[Item, bool]:
        """Do what `add_record` does, and tell whether there was no record of that name."""
        make = functools.partial(_record, new, name)
        item = self._index.add_with_free_name(new.kind, new.friendly_name, new.created, make)
        is_first = item is not None
        while item is None:
            known = self._index.named(new.kind, name)
            assert known is not None
            # The friendly name of the old one is free then.
            self._index.remove(known)
            item = self._index.add_with_free_name(new.kind, new.friendly_name, new.created, make)
        self.changed = True
        return item, is_first

    def rename(self, item: Item, friendly_name: str) -> bool:
        """Give *item* another friendly name; return False if another has it.

        A key without a host of its own counts for its friendly name (``ssl §5`` rule 4).
        """
        holder = self._index.with_friendly_name(item.kind, friendly_name)
        if holder is not None:
            return holder.name == item.name
        follows_name = item.kind is ItemKind.KEY and not item.has_host
        self._index.rename(item, friendly_name, friendly_name if follows_name else item.host)
        self.changed = True
        return True

    def remove(self, item: Item) -> None:
        """Delete *item*, its record and its file.

        Raises:
            OSError, StoreError: that cannot be done.
        """
        self._index.remove(item)
        of_kind = self._item_files.of_kind[item.kind]
        self.files.remove(of_kind.folder, item.name + of_kind.suffix)
        self.changed = True


def _record(new: NewItem, name: str, friendly_name: str) -> Item:
    """Return the record of *new*, whose file is called *name*."""
    if new.host is not None:
        host = new.host
    else:
        host = friendly_name if new.kind is ItemKind.KEY else new.common_name
    # By position: to name so many fields takes more than twice as long.
    return Item(
        new.kind,
        name,
        new.id,
        host,
        new.host is not None,
        new.common_name,
        friendly_name,
        new.modulus,
        new.key_id,
        new.created,
        new.details,
    )
