"""Saved preferences of an account: ``$NVDATA{…}`` of pages (``tags §5.2``)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from cpanel_emu.errors import Failure
from cpanel_emu.own_folder import OwnFolder
from cpanel_emu.root import Root, store_errors

BRANDING_PACKAGE = "brandingpkg"
"""The preference that names the account's branding package (CHOICE)."""
MOST = 1000
"""Preferences of one account."""
LONGEST = 64 * 1024
"""Bytes of one value."""

LOCK = "preferences"
"""The lock that writers of preferences hold."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def folder_of(root: Root, user: str) -> OwnFolder:
    """Return where the preferences of the account *user* lie."""
    return OwnFolder(root.home(user), ".cpanel", "nvdata")


class Preferences(Mapping[str, str]):
    """One file for each, below ``.cpanel/nvdata`` of the home directory.

    A look-up reads one file; what cannot be a preference's name has no value.
    """

    def __init__(self, root: Root, user: str) -> None:
        """Read and write those of the account *user* of *root*; nothing is made yet."""
        self._root = root
        self._folder = folder_of(root, user)

    def __getitem__(self, name: str) -> str:
        if _NAME.fullmatch(name) is not None:
            with contextlib.suppress(OSError):
                return self._folder.read(name)[0][:LONGEST].decode("utf-8", "replace")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        names: list[str] = []
        with contextlib.suppress(OSError):
            names = sorted(self._folder.names())
        return (name for name in names if _NAME.fullmatch(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def save(self, name: str, value: str) -> None:
        """Save *value* under *name*.

        Raises:
            Failure: the name is none, the value is too long, or there are too many.
            StoreError: it cannot be written.
        """
        if _NAME.fullmatch(name) is None:
            raise Failure(f'"{name}" cannot be the name of a preference.')
        data = value.encode("utf-8", "replace")
        if len(data) > LONGEST:
            raise Failure(f'The value of "{name}" is longer than {LONGEST} bytes.')
        with self._root.lock(LOCK), store_errors("write", self._folder.path / name):
            if name not in self and len(self) >= MOST:
                raise Failure(f"There are {MOST} preferences already.")
            self._folder.make(fsync=self._root.fsync)
            self._folder.write(name, data, fsync=self._root.fsync)
