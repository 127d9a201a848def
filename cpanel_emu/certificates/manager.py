"""The SSL manager of one account: what the functions of all three API families share.

It takes checked values, works on the account's certificate directory, and raises `Failure`
with the texts of ``ssl §2.2`` and ``ssl §6.2``.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.certificates import keys, reading
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.certificates.keys import KeyCache, KeyKind, KeyPair, KeySource
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.clock import Clock
from cpanel_emu.errors import Failure, StoreError
from cpanel_emu.lazy import LazyModule
from cpanel_emu.releases import Release

if TYPE_CHECKING:
    from cpanel_emu.certificates import certificate
    from cpanel_emu.certificates import installed as ssl_hosts
else:
    certificate = LazyModule("cpanel_emu.certificates.certificate")
    ssl_hosts = LazyModule("cpanel_emu.certificates.installed")

KEY_NOT_SAVED = "The key could not be saved."
REQUEST_NOT_SAVED = "The certificate signing request could not be saved."
CERTIFICATE_NOT_SAVED = "The certificate could not be saved."
FRIENDLY_NAME_NOT_SAVED = "The friendly name could not be saved."

_SERIAL_BITS = 128
_MOST_LAST_KEYS = 256
_SYSTEM_RANDOM = random.SystemRandom()

_KIND_WORDS = {
    ItemKind.KEY: "key",
    ItemKind.CSR: "CSR",
    ItemKind.CERTIFICATE: "certificate",
}


def nothing_stored(kind: ItemKind, host: str) -> str:
    """Return the text for a host that has no item of *kind* (``ssl §6.2``, ``ssl §7``)."""
    return f'No {_KIND_WORDS[kind]} is stored for "{host}".'


@dataclass(frozen=True, slots=True)
class SslManager:
    """One account's keys, CSRs and certificates, with what is needed to make new ones."""

    directory: CertificateDirectory
    release: Release
    key_source: KeySource
    key_cache: KeyCache
    clock: Clock
    random: random.Random = _SYSTEM_RANDOM
    """Where the serial numbers of certificates come from."""
    _last_keys: dict[str, KeyPair] = field(default_factory=dict)
    """The key that was found for a host last: most likely the one for its next CSR, too."""

    @property
    def is_current(self) -> bool:
        """See `CertificateDirectory.is_current`."""
        return self.directory.is_current

    def close(self) -> None:
        """Close the directory."""
        self.directory.close()

    @property
    def installed(self) -> ssl_hosts.InstalledHosts:
        """The account's SSL hosts."""
        return ssl_hosts.InstalledHosts(self.directory.folder / "installed")

    def generate_key(
        self, kind: KeyKind, *, host: str | None, friendly_name: str
    ) -> tuple[Item, str]:
        """Make and store a key; return its record and its PEM without final line end.

        Raises:
            Failure: the pool has no such key, or it could not be saved.
        """
        pair = keys.key_pair(self.key_source.new_key(kind))
        # A pool begins anew in each process, and the account has one key of a modulus (``ssl §4``).
        while self.directory.with_id(ItemKind.KEY, pair.id) is not None:
            pair = keys.key_pair(self.key_source.new_key(kind))
        text = keys.to_pem(pair.private_key)
        return self._store_key(pair, text, host=host, friendly_name=friendly_name), text

    def upload_key(self, text: str, *, host: str | None, friendly_name: str) -> Item:
        """Check and store a private key in any PEM form (``ssl §6.2``, uploadkey).

        Raises:
            Failure: it could not be read or saved.
        """
        pair = self.read_key(text)
        clean = keys.to_pem(pair.private_key)
        return self._store_key(pair, clean, host=host, friendly_name=friendly_name)

    def read_key(self, text: str) -> KeyPair:
        """Read and check a private key of a sort that the release knows.

        Raises:
            Failure: it could not be read.
        """
        return self._known(keys.parse(text))

    def load_key(self, path: Path | str) -> KeyPair:
        """Return the stored key in the file *path*, as `CertificateDirectory.path` gives it.

        Raises:
            Failure: it cannot be read, or is of a sort that the release does not know: a newer
                one may have stored it.
        """
        return self._known(self.key_cache.load(path, self.directory.file_text))

    def _known(self, pair: KeyPair) -> KeyPair:
        if pair.kind.curve and not self.release.ecdsa:
            raise Failure(keys.UNREADABLE_KEY)
        return pair

    def _store_key(self, pair: KeyPair, text: str, *, host: str | None, friendly_name: str) -> Item:
        created = self.clock.epoch()
        name = friendly_name or pair.id
        new = reading.key_item(pair, text, created=created, host=host, friendly_name=name)
        try:
            return self.directory.add(new)
        except StoreError:
            raise Failure(KEY_NOT_SAVED) from None

    def installed_key(self, host: str) -> KeyPair | None:
        """Return the newest readable key of *host* (``ssl §2.2``, "Key used")."""
        for skip in itertools.count():
            path = self.directory.newest_path(ItemKind.KEY, host, skip)
            if path is None:
                break
            try:
                return self.load_key(path)
            except Failure:
                continue
        return None

    def generate_request_for_host(self, values: SubjectValues) -> Item:
        """Make and store the CSR of API 2 and API 1 gencsr, with the host's own key.

        Args:
            values: what `values.checked_values` returned.

        Raises:
            Failure: no key is installed for the host, or saving failed (``ssl §2.2``).
        """
        host = values.host
        find_key = self._finding_key(host, "a certificate signing request")
        guess = self._last_keys.get(host)
        return self.store_request(values, find_key, host=host, friendly_name=host, guess=guess)[0]

    def generate_certificate_for_host(self, values: SubjectValues) -> Item:
        """Make and store the self-signed certificate of gencrt, with the host's own key.

        Args:
            values: what `values.checked_values` returned.

        Raises:
            Failure: no key is installed for the host, or saving failed (``ssl §6.2``).
        """
        host = values.host
        find_key = self._finding_key(host, "a certificate")
        return self.make_certificate(values, find_key, host=host, friendly_name=host)[0]

    def _finding_key(self, host: str, what: str) -> Callable[[], KeyPair]:
        """Return what finds the key of *host* that *what* is to be made with, and remembers it."""

        def find_key() -> KeyPair:
            key = self.installed_key(host)
            if key is None:
                raise Failure(f'You must install a key for "{host}" before you generate {what}.')
            if len(self._last_keys) >= _MOST_LAST_KEYS:
                self._last_keys.clear()
            self._last_keys[host] = key
            return key

        return find_key

    def make_certificate(
        self,
        values: SubjectValues,
        find_key: Callable[[], KeyPair],
        *,
        host: str | None,
        friendly_name: str,
    ) -> tuple[Item, str]:
        """Make a self-signed certificate and store it; return its record and its PEM.

        Raises:
            Failure: what *find_key* raises, or it could not be saved.
        """

        def make(key: KeyPair) -> NewItem:
            now = self.clock.epoch()
            serial = self.random.getrandbits(_SERIAL_BITS) or 1
            text = certificate.create_certificate(values, key, self.release, now=now, serial=serial)
            new = reading.read_certificate(text, created=now, host=host)
            # A release without alternative names still remembers every host, as it does for CSRs.
            details = {**new.details, "domains": list(values.hosts)}
            return replace(new, friendly_name=friendly_name, details=details)

        return self._store_made(find_key, make, CERTIFICATE_NOT_SAVED)

    def _store_made(
        self,
        find_key: Callable[[], KeyPair],
        make: Callable[[KeyPair], NewItem],
        refusal: str,
        guess: KeyPair | None = None,
    ) -> tuple[Item, str]:
        """Store what *make* makes of the key that *find_key* returns; return record and PEM.

        To sign takes long, so it is done while others may change things. By the end of it the key
        may be gone, or another may be the one to use: so it is looked for again in the change
        that stores, where it counts.

        Raises:
            Failure: what *find_key* raises, or saving failed, with the text *refusal*.
        """
        made: NewItem | None
        try:
            made = make(guess or find_key())
        except Failure:
            # A key whose file is missing may be one that is being deleted: the change tells.
            made = None

        def put(items: ItemChanges) -> tuple[Item, str]:
            key = find_key()
            new = made if made is not None and key.id == made.key_id else make(key)
            return items.put(new), new.pem

        try:
            return self.directory.change(put)
        except StoreError:
            find_key()  # a missing key is told first (ssl §2.2)
            raise Failure(refusal) from None

    def upload_certificate(self, text: str) -> Item:
        """Check and store a certificate under its own first host (``ssl §6.2``, uploadcrt).

        Raises:
            Failure: it could not be read or saved.
        """
        new = reading.read_certificate(text, created=self.clock.epoch(), host=None)
        return self._add_certificate(reading.for_host(new, new.common_name))

    def _add_certificate(self, new: NewItem) -> Item:
        try:
            return self.directory.add(new)
        except StoreError:
            raise Failure(CERTIFICATE_NOT_SAVED) from None

    def store_request(
        self,
        values: SubjectValues,
        find_key: Callable[[], KeyPair],
        *,
        host: str | None,
        friendly_name: str,
        guess: KeyPair | None = None,
    ) -> tuple[Item, str]:
        """Make a CSR and store it; return its record and its PEM without final line end.

        Args:
            values: what `values.checked_values` returned.
            find_key: returns the key to make it with.
            host: the host that it counts for, if it has one of its own.
            friendly_name: its friendly name, unless another has it.
            guess: which key *find_key* is likely to return; a wrong one costs time, no more.

        Raises:
            Failure: what *find_key* raises, or it could not be saved.
        """

        def make(key: KeyPair) -> NewItem:
            request = create_request(values, key, self.release)
            return reading.request_item(
                request.pem,
                item_id=request.id,
                modulus=key.modulus,
                key_id=key.id,
                hosts=values.hosts,
                created=self.clock.epoch(),
                host=host,
                friendly_name=friendly_name,
            )

        return self._store_made(find_key, make, REQUEST_NOT_SAVED, guess)

    def hosts(self, kind: ItemKind) -> list[str]:
        """Return the distinct hosts that have an item of *kind*, sorted (``ssl §6.2``)."""
        return self.directory.hosts(kind)

    def newest_text(self, kind: ItemKind, host: str) -> str:
        """Return the PEM of the newest item of *host*, without final line end.

        Raises:
            Failure: there is none that can be read (``ssl §7``).
        """

        def newest(read: Callable[[Item], str | None]) -> str | None:
            texts = map(read, self.directory.newest_first(kind, host))
            return next((text for text in texts if text is not None), None)

        text = self.directory.look(newest)
        if text is None:
            raise Failure(nothing_stored(kind, host))
        return text

    def delete_host(self, kind: ItemKind, host: str) -> None:
        """Delete all items of *kind* that count for *host* (``ssl §7``).

        Raises:
            Failure: there is none.
        """

        def all_of_host(items: ItemChanges) -> Sequence[Item]:
            found = list(items.newest_first(kind, host))
            if not found:
                raise Failure(nothing_stored(kind, host))
            return found

        self.delete(kind, all_of_host)

    def delete(
        self, kind: ItemKind, choose: Callable[[ItemChanges], Sequence[Item]]
    ) -> Sequence[Item]:
        """Delete the items that *choose* returns, and return them.

        They are chosen and deleted in one change: of two who delete the same, one finds nothing.

        Raises:
            Failure: what *choose* raises, or they could not be deleted.
        """

        def remove(items: ItemChanges) -> Sequence[Item]:
            chosen = choose(items)
            for item in chosen:
                items.remove(item)
            return chosen

        try:
            return self.directory.change(remove)
        except StoreError:
            raise Failure(f"The {_KIND_WORDS[kind]} could not be deleted.") from None

    def rename(self, friendly_name: str, choose: Callable[[ItemChanges], Item]) -> bool:
        """Give the item that *choose* returns another friendly name; False if it is taken.

        Raises:
            Failure: what *choose* raises, or it could not be saved.
        """
        try:
            return self.directory.change(lambda items: items.rename(choose(items), friendly_name))
        except StoreError:
            raise Failure(FRIENDLY_NAME_NOT_SAVED) from None
