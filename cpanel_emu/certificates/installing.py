"""Installing certificates on hosts, and what can be asked about them (``ssl §6.2``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cpanel_emu.certificates import chains, keys, reading
from cpanel_emu.certificates.installed import InstalledHost
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.certificates.manager import SslManager, nothing_stored
from cpanel_emu.errors import Failure, StoreError

MISMATCH = "The certificate and the key do not match."
BUNDLE_MISMATCH = "The CA bundle does not match the certificate."
HOST_NOT_SAVED = "The SSL host could not be saved."
HOST_NOT_REMOVED = "The SSL host could not be removed."


@dataclass(frozen=True, slots=True)
class Installation:
    """What an installation made: the host, and the records of its certificate and key."""

    host: InstalledHost
    certificate: Item
    key: Item


def install(
    manager: SslManager, *, certificate: str, key: str, bundle: str, domain: str
) -> Installation:
    """Install a certificate with its key on a host, and keep both in the account's directory.

    Args:
        manager: the account's.
        certificate: PEM.
        key: PEM.
        bundle: PEM certificates of authorities, or ``""``.
        domain: a checked host, or ``""`` for the certificate's own first host.

    Raises:
        Failure: something cannot be read, does not match or cannot be saved; nothing changed.
    """
    created = manager.clock.epoch()
    new = reading.read_certificate(certificate, created=created, host=None)
    pair = manager.read_key(key)
    if not chains.key_matches(new.pem, pair):
        raise Failure(MISMATCH)
    clean_bundle = chains.clean_bundle(bundle)
    if clean_bundle and not chains.bundle_vouches(new.pem, clean_bundle):
        raise Failure(BUNDLE_MISMATCH)
    host = domain or new.common_name
    new_key = reading.key_item(
        pair, keys.to_pem(pair.private_key), created=created, host=host, friendly_name=host
    )
    installed = InstalledHost(host, new_key.pem, new.pem, clean_bundle)
    return _save(manager, installed, reading.for_host(new, host), new_key)


def _save(
    manager: SslManager, host: InstalledHost, certificate: NewItem, key: NewItem
) -> Installation:
    def put(changes: ItemChanges) -> Installation:
        stored_key, stored = changes.put(key), changes.put(certificate)
        manager.installed.put(host, changes.files)
        return Installation(host, stored, stored_key)

    try:
        return manager.directory.change(put)
    except StoreError:
        raise Failure(HOST_NOT_SAVED) from None


def host_for(manager: SslManager, domain: str) -> InstalledHost:
    """Return what is installed on *domain*, else its newest stored certificate and its key.

    The key is ``""`` if the account has it not.

    Raises:
        Failure: there is no certificate for the domain.
    """
    installed = manager.installed.get(domain)
    if installed is not None:
        return installed

    def newest(read: Callable[[Item], str | None]) -> tuple[str, str] | None:
        for item in manager.directory.newest_first(ItemKind.CERTIFICATE, domain):
            text = read(item)
            if text is not None:
                key = manager.directory.with_id(ItemKind.KEY, item.key_id)
                return text, (read(key) if key is not None else None) or ""
        return None

    found = manager.directory.look(newest)
    if found is None:
        raise Failure(nothing_stored(ItemKind.CERTIFICATE, domain))
    certificate, key = found
    return InstalledHost(domain, key, certificate, bundle_for(manager, certificate))


def bundle_for(manager: SslManager, certificate: str) -> str:
    """Return the CA bundle, of those of the installed hosts, that vouches for a certificate.

    Args:
        manager: the account's.
        certificate: PEM.

    Returns:
        PEM without final line end, ``""`` if no bundle does.
    """
    tried: set[str] = set()
    for host in manager.installed.all():
        if host.bundle and host.bundle not in tried:
            if chains.bundle_vouches(certificate, host.bundle):
                return host.bundle
            tried.add(host.bundle)
    return ""


def uninstall(manager: SslManager, domain: str) -> None:
    """Remove the SSL host *domain*; the stored certificate and key stay (``ssl §7``, delete).

    Raises:
        Failure: nothing is installed there, or it could not be removed.
    """
    try:
        removed = manager.directory.change(
            lambda changes: manager.installed.remove(domain, changes.files)
        )
    except StoreError:
        raise Failure(HOST_NOT_REMOVED) from None
    if not removed:
        raise Failure(nothing_stored(ItemKind.CERTIFICATE, domain))
