"""What the SSL functions tell about stored items."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from cpanel_emu.call import Tree
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.certificates.keys import curve_of
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.releases import Release

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ITEM_WORDS = {
    "key": ItemKind.KEY,
    "csr": ItemKind.CSR,
    "crt": ItemKind.CERTIFICATE,
}


def certificate_date(epoch: int) -> str:
    """Return a time as OpenSSL prints it: ``Jan  5 09:00:00 2027 GMT`` (``ssl §6.2``)."""
    moment = time.gmtime(epoch)
    month = _MONTHS[moment.tm_mon - 1]
    clock = f"{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}"
    return f"{month} {moment.tm_mday:2} {clock} {moment.tm_year} GMT"


def listed_items(
    manager: SslManager, domains: Iterable[str] | None, words: Iterable[str]
) -> Iterator[tuple[str, Item]]:
    """Yield the items of *domains*, by the order of *words*, then host, then id.

    Args:
        manager: the account's.
        domains: checked hosts; None for all that there are.
        words: what to look for: ``key``, ``csr``, ``crt``; others are skipped.
    """
    known = {_ITEM_WORDS[word]: word for word in words if word in _ITEM_WORDS}
    hosts = None if domains is None else sorted(set(domains))
    for item in manager.directory.of_hosts(list(known), hosts):
        yield known[item.kind], item


def key_record(item: Item, release: Release) -> dict[str, Tree]:
    """Return UAPI's record of a key (``ssl §8``)."""
    return {
        "created": item.created,
        "friendly_name": item.friendly_name,
        "id": item.id,
        **_modulus(item, length=True),
        **_algorithm(item, release),
    }


def request_record(item: Item, release: Release) -> dict[str, Tree]:
    """Return UAPI's record of a CSR (``ssl §8``)."""
    return {
        "commonName": item.common_name,
        "created": item.created,
        "domains": item.domains,
        "friendly_name": item.friendly_name,
        "id": item.id,
        **_modulus(item),
        **_algorithm(item, release),
    }


def certificate_record(item: Item, release: Release) -> dict[str, Tree]:
    """Return UAPI's record of a certificate."""
    return {
        "created": item.created,
        "domains": item.domains,
        "friendly_name": item.friendly_name,
        "id": item.id,
        "is_self_signed": int(bool(item.details.get("self_signed"))),
        "issuer.commonName": str(item.details.get("issuer", "")),
        "not_after": item.number("not_after"),
        "not_before": item.number("not_before"),
        "subject.commonName": item.common_name,
        **_modulus(item, length=True),
        **_algorithm(item, release),
    }


def _modulus(item: Item, *, length: bool = False) -> dict[str, Tree]:
    modulus = None if curve_of(item.modulus) else item.modulus
    members: dict[str, Tree] = {"modulus": modulus}
    if length:
        members["modulus_length"] = None if modulus is None else int(modulus, 16).bit_length()
    return members


def _algorithm(item: Item, release: Release) -> dict[str, Tree]:
    """Return what tells RSA and ECDSA apart, in releases that do."""
    if not release.key_algorithm_members:
        return {}
    curve = curve_of(item.modulus)
    return {
        "ecdsa_curve_name": curve or None,
        "ecdsa_public": item.modulus if curve else None,
        "key_algorithm": "id-ecPublicKey" if curve else "rsaEncryption",
    }
