"""The SSL managers of all accounts below one root: what they share, and who has which."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from cpanel_emu.certificates.database_writer import DatabaseFiles
from cpanel_emu.certificates.directory import CertificateDirectory, refuse_newer_layout
from cpanel_emu.certificates.keys import GeneratedKeys, KeyCache, KeyPool, KeySource
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.certificates.pool import Entry, Pool
from cpanel_emu.certificates.reading import read_item
from cpanel_emu.clock import Clock
from cpanel_emu.releases import Layout, Release
from cpanel_emu.root import Root, store_errors


class LentManager:
    """An account's SSL manager for the time of one call, opened if the call asks for it."""

    __slots__ = ("_entry", "_pool", "_user", "_witness")

    def __init__(self, pool: Pool[SslManager], user: str, witness: object) -> None:
        self._pool = pool
        self._user = user
        self._witness = witness
        self._entry: Entry[SslManager] | None = None

    def open(self) -> SslManager:
        """Return the manager, always the same.

        Raises:
            ConfigurationError, StoreError: its directory cannot be opened.
        """
        if self._entry is None:
            self._entry = self._pool.lend(self._user, self._witness)
        return self._entry.opened

    def give_back(self) -> None:
        """End the loan; whoever was lent a manager must do so."""
        if self._entry is not None:
            self._pool.take_back(self._user, self._entry)


class SslManagers:
    """Opens the SSL manager of any account; thread-safe.

    Args:
        root: where the accounts lie.
        release: whose layout and bytes they follow.
        clock: what time it is.
        random: where serial numbers come from.
        key_pool: the folder of keys to hand out; None generates them.
        stored: is told the path of each file that was written.
    """

    def __init__(
        self,
        root: Root,
        *,
        release: Release,
        clock: Clock,
        random: random.Random,
        key_pool: Path | None,
        stored: Callable[[str], None],
    ) -> None:
        self._root = root
        self._release = release
        self._clock = clock
        self._random = random
        self._stored = stored
        self._key_pool = KeyPool(key_pool) if key_pool is not None else None
        self._key_source: KeySource = self._key_pool or GeneratedKeys()
        self._key_cache = KeyCache()
        self.opened = Pool(self._open)
        """The managers whose directories are open."""
        self._database_files = DatabaseFiles(
            self.opened.using, lambda user: self._folder(user) / "ssl.db"
        )

    def lend(self, user: str, witness: object) -> LentManager:
        """Lend the manager of *user* for a call, which opens it if it needs it.

        Args:
            user: the account.
            witness: what `Pool.using` takes.
        """
        # With the old layout, a newer release may take the account's directory over at any time.
        is_safe = self._release.layout is Layout.BY_ID
        return LentManager(self.opened, user, witness if is_safe else None)

    def using(self, user: str) -> AbstractContextManager[SslManager]:
        """Lend the manager of *user* for the block.

        Raises:
            ConfigurationError, StoreError: its directory cannot be opened.
        """
        return self.opened.using(user)

    def refuse_newer_layout(self, user: str) -> None:
        """Refuse what a newer release wrote, if this one has an older layout.

        Raises:
            NewerLayout: it did; the text names the mend.
        """
        if self._release.layout is Layout.BY_HOST:
            refuse_newer_layout(self._folder(user), self._release)

    def remove_index(self, user: str) -> None:
        """Close the directory of an account that was removed, and remove its index.

        Raises:
            StoreError: it cannot be removed.
        """
        self._database_files.forget(user)
        self.opened.close(user)
        with store_errors("remove the index of", self._root.home(user)):
            for path in self._index_path(user).parent.glob(f"{user}.sqlite*"):
                path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Close every directory and write nothing any more: the root is about to be emptied.

        The key pool begins anew.
        """
        self._database_files.forget()
        self.opened.close()
        if self._key_pool is not None:
            self._key_pool.restart()

    def close(self) -> None:
        """Write what is waiting and close every directory."""
        self._database_files.close()
        self.opened.close()

    def _open(self, user: str) -> SslManager:
        directory = CertificateDirectory(
            self._folder(user),
            self._index_path(user),
            self._release,
            read_item,
            durable=self._root.fsync,
            changed=lambda: self._changed(user),
            stored=self._stored,
        )
        if not directory.is_told:
            self._changed(user)
        return SslManager(
            directory=directory,
            release=self._release,
            key_source=self._key_source,
            key_cache=self._key_cache,
            clock=self._clock,
            random=self._random,
        )

    def _changed(self, user: str) -> None:
        # The old layout has no ssl.db (ssl §5).
        if self._release.layout is Layout.BY_ID:
            self._database_files.touch(user)

    def _index_path(self, user: str) -> Path:
        return self._root.below("var", "cpanel", "ssl-index", f"{user}.sqlite")

    def _folder(self, user: str) -> Path:
        return self._root.home(user) / "ssl"
