"""Typed arguments of the UAPI SSL functions, with UAPI's names and texts (``ssl §8``)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import Item, ItemKind, friendly_name_of
from cpanel_emu.certificates.keys import KeyKind
from cpanel_emu.certificates.values import SubjectValues, canonical_host, checked_values
from cpanel_emu.errors import Failure
from cpanel_emu.functions.ssl.arguments import key_kind as rsa_kind
from cpanel_emu.releases import Release

_NAMES = {
    "city": "localityName",
    "company": "organizationName",
    "companydivision": "organizationalUnitName",
    "country": "countryName",
    "email": "emailAddress",
    "host": "domains",
    "state": "stateOrProvinceName",
    "password": "pass",
}
_REQUIRED = (
    "countryName",
    "domains",
    "key_id",
    "localityName",
    "organizationName",
    "stateOrProvinceName",
)
_KEY_TYPES = {
    "system": KeyKind(bits=2048),
    "rsa-2048": KeyKind(bits=2048),
    "rsa-4096": KeyKind(bits=4096),
    "ecdsa-prime256v1": KeyKind(curve="prime256v1"),
    "ecdsa-secp384r1": KeyKind(curve="secp384r1"),
}
_LONGEST_FRIENDLY_NAME = 255
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_WORDS = {ItemKind.KEY: "key", ItemKind.CSR: "CSR", ItemKind.CERTIFICATE: "certificate"}


@dataclass(frozen=True, slots=True)
class RequestArguments:
    """What generate_csr and generate_cert are asked for."""

    values: SubjectValues
    key_id: str
    friendly_name: str


def require(named: Mapping[str, str], *names: str, called: str = "") -> None:
    """Check that the arguments *names* are there and not empty.

    Args:
        named: the arguments.
        names: those that must be there.
        called: what the text calls a missing one, if not its name.

    Raises:
        Failure: naming the first that is missing.
    """
    for name in names:
        if not named.get(name):
            raise Failure(f"Missing required parameter: {called or name}.")


def no_match(kind: ItemKind, name: str) -> str:
    """Return the text for an id or friendly name that no item of *kind* has."""
    return f'No {_WORDS[kind]} matches "{name}".'


def find(
    items: CertificateDirectory | ItemChanges, kind: ItemKind, named: Mapping[str, str]
) -> Item:
    """Return the item that ``id``, or without one ``friendly_name``, means.

    Args:
        items: the account's, or what a change finds of them.
        kind: of which kind.
        named: the arguments.

    Raises:
        Failure: both are missing, or there is no such item.
    """
    if named.get("id"):
        wanted = named["id"]
        item = items.with_id(kind, wanted)
    else:
        require(named, "friendly_name", called="id")
        wanted = named["friendly_name"]
        item = items.with_friendly_name(kind, wanted)
    if item is None:
        raise Failure(no_match(kind, wanted))
    return item


def friendly_name(named: Mapping[str, str], name: str = "friendly_name") -> str:
    """Return the checked friendly name among the arguments, ``""`` if there is none.

    Raises:
        Failure: it is longer than 255 characters or holds a control character.
    """
    text = named.get(name, "")
    if len(text) > _LONGEST_FRIENDLY_NAME:
        raise Failure(f'"{name}" is longer than {_LONGEST_FRIENDLY_NAME} characters.')
    if _CONTROL.search(text):
        raise Failure(f'"{name}" contains a control character.')
    return text


def default_key_name(kind: KeyKind, created: int) -> str:
    """Return the friendly name of a key that was given none."""
    return f"{kind.name} {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(created))}"


def request_arguments(named: Mapping[str, str]) -> RequestArguments:
    """Return the checked arguments of generate_csr and generate_cert.

    Domains are separated by commas; blanks round them and repetitions do not count.

    Raises:
        Failure: something is missing or wrong; the texts of ``ssl §2.2`` with UAPI's names.
    """
    domains = [domain.strip(" ") for domain in named.get("domains", "").split(",")]
    hosts = tuple(dict.fromkeys(canonical_host(domain) or domain for domain in domains if domain))
    require({**named, "domains": "".join(hosts)}, *_REQUIRED)
    values = checked_values(
        SubjectValues(
            city=named["localityName"],
            company=named["organizationName"],
            companydivision=named.get("organizationalUnitName", ""),
            country=named["countryName"],
            email=named.get("emailAddress", ""),
            hosts=hosts,
            state=named["stateOrProvinceName"],
        ),
        _NAMES,
    )
    name = friendly_name(named) or friendly_name_of(values.hosts)
    return RequestArguments(values, named["key_id"], name)


def key_kind(named: Mapping[str, str], release: Release) -> KeyKind:
    """Return the kind of key that ``keysize`` or ``keytype`` asks for.

    A release without ECDSA has no ``keytype`` either, and ignores it as any unknown argument.

    Raises:
        Failure: both are there, or one is wrong.
    """
    keytype = named.get("keytype", "") if release.ecdsa else ""
    keysize = named.get("keysize", "")
    if keytype and keysize:
        raise Failure('"keysize" and "keytype" cannot be used together.')
    if not keytype:
        return rsa_kind(keysize)
    if keytype not in _KEY_TYPES:
        raise Failure(f'"keytype" must be one of: {", ".join(_KEY_TYPES)}.')
    return _KEY_TYPES[keytype]
