"""The SSL manager of one account: what the functions of all three API families share.

It takes checked values, works on the account's certificate directory, and raises `Failure`
with the texts of ``ssl §2.2`` and ``ssl §6.2``.
"""

from __future__ import annotations

from dataclasses import dataclass

from cpanel_emu.certificates import keys, reading
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.certificates.keys import KeyCache, KeyKind, KeyPair, KeySource
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.clock import Clock
from cpanel_emu.errors import Failure, StoreError
from cpanel_emu.releases import Release

KEY_NOT_SAVED = "The key could not be saved."
REQUEST_NOT_SAVED = "The certificate signing request could not be saved."

_KIND_WORDS = {
    ItemKind.KEY: "key",
    ItemKind.CSR: "CSR",
    ItemKind.CERTIFICATE: "certificate",
}


@dataclass(frozen=True, slots=True)
class SslManager:
    """One account's keys, CSRs and certificates, with what is needed to make new ones."""

    directory: CertificateDirectory
    release: Release
    key_source: KeySource
    key_cache: KeyCache
    clock: Clock

    def generate_key(
        self, kind: KeyKind, *, host: str | None, friendly_name: str
    ) -> tuple[Item, str]:
        """Make and store a key; return its record and its PEM without final line end.

        Raises:
            Failure: the pool has no such key, or it could not be saved.
        """
        private = self.key_source.new_key(kind)
        text = keys.to_pem(private)
        pair = keys.key_pair(private)
        return self._store_key(pair, text, host=host, friendly_name=friendly_name), text

    def upload_key(self, text: str, *, host: str | None, friendly_name: str) -> Item:
        """Check and store a private key in any PEM form (``ssl §6.2``, uploadkey).

        Raises:
            Failure: it could not be read or saved.
        """
        pair = keys.parse(text)
        clean = keys.to_pem(pair.private_key)
        return self._store_key(pair, clean, host=host, friendly_name=friendly_name)

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
        for item in self.directory.newest_first(ItemKind.KEY, host):
            try:
                return self.key_cache.load(self.directory.path(ItemKind.KEY, item.name))
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
        key = self.installed_key(values.host)
        if key is None:
            raise Failure(
                f'You must install a key for "{values.host}" before you generate a '
                "certificate signing request."
            )
        return self.store_request(values, key, host=values.host, friendly_name=values.host)[0]

    def store_request(
        self, values: SubjectValues, key: KeyPair, *, host: str | None, friendly_name: str
    ) -> tuple[Item, str]:
        """Make a CSR with *key* and store it; return its record and its PEM.

        Raises:
            Failure: it could not be saved.
        """
        request = create_request(values, key, self.release)
        new = reading.request_item(
            request.pem,
            item_id=request.id,
            modulus=key.modulus,
            hosts=values.hosts,
            created=self.clock.epoch(),
            host=host,
            friendly_name=friendly_name,
        )
        try:
            return self.directory.add(new), request.pem
        except StoreError:
            raise Failure(REQUEST_NOT_SAVED) from None

    def hosts(self, kind: ItemKind) -> list[str]:
        """Return the distinct hosts that have an item of *kind*, sorted (``ssl §6.2``)."""
        return self.directory.hosts(kind)

    def newest_text(self, kind: ItemKind, host: str) -> str:
        """Return the PEM of the newest item of *host*, without final line end.

        Raises:
            Failure: there is none that can be read (``ssl §7``).
        """
        for item in self.directory.newest_first(kind, host):
            try:
                return self.directory.read(item)
            except StoreError:
                continue
        raise Failure(f'No {_KIND_WORDS[kind]} is stored for "{host}".')

    def delete_host(self, kind: ItemKind, host: str) -> None:
        """Delete all items of *kind* that count for *host* (``ssl §7``).

        Raises:
            Failure: there is none.
        """
        items = list(self.directory.newest_first(kind, host))
        if not items:
            raise Failure(f'No {_KIND_WORDS[kind]} is stored for "{host}".')
        self.directory.remove(items)
