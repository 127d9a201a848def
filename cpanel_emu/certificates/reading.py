"""From PEM to a record: what the store keeps beside the file of each kind of item."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from cpanel_emu.certificates import ids, keys, pem
from cpanel_emu.certificates.items import ItemKind, NewItem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.values import canonical_host
from cpanel_emu.errors import Failure
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = LazyModule("cryptography.x509")

UNREADABLE_REQUEST = "The certificate signing request could not be read."
UNREADABLE_CERTIFICATE = "The certificate could not be read."


class UnreadableCertificate(Failure):
    """The certificate could not be read; UAPI words that in its own way (``ssl §8``)."""


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what the parser raises, at once or later, for what it cannot make sense of."""
    return (
        ValueError,
        TypeError,  # a name with a value of a sort that the parser did not think of
        OverflowError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
        Failure,
    )


def key_item(
    pair: KeyPair, text: str, *, created: int, host: str | None, friendly_name: str
) -> NewItem:
    """Return the record of the key *pair*, whose PEM is *text*."""
    return NewItem(
        kind=ItemKind.KEY,
        id=pair.id,
        pem=text.rstrip(),
        modulus=pair.modulus,
        key_id=pair.id,
        created=created,
        host=host,
        common_name="",
        friendly_name=friendly_name,
        details={"bits": pair.kind.bits, "curve": pair.kind.curve},
    )


def request_item(
    text: str,
    *,
    item_id: str,
    modulus: str,
    key_id: str,
    hosts: tuple[str, ...],
    created: int,
    host: str | None,
    friendly_name: str,
) -> NewItem:
    """Return the record of a CSR with the PEM *text* for *hosts*, the first its common name."""
    # By position, as records are (`cpanel_emu.certificates.item_changes`).
    return NewItem(
        ItemKind.CSR,
        item_id,
        text.rstrip(),
        modulus,
        key_id,
        created,
        host,
        hosts[0],
        friendly_name,
        {"domains": list(hosts)},
    )


def read_key(text: str, *, created: int, host: str | None, friendly_name: str = "") -> NewItem:
    """Read a key's PEM and check it; without a friendly name it takes its id.

    Raises:
        Failure: the PEM holds no usable key (``ssl §6.2``).
    """
    pair = keys.parse(text)
    clean = keys.to_pem(pair.private_key)
    name = friendly_name or host or pair.id
    return key_item(pair, clean, created=created, host=host, friendly_name=name)


def read_request(text: str, *, created: int, host: str | None) -> NewItem:
    """Read a CSR's PEM.

    Raises:
        Failure: the PEM holds no CSR with a common name.
    """
    try:
        request = x509.load_pem_x509_csr(text.encode("utf-8"))
        hosts = _hosts(request.subject, request)
        modulus, _ = keys.public_parts(request.public_key())
    except _unreadable():
        raise Failure(UNREADABLE_REQUEST) from None
    clean = pem.encode(pem.REQUEST_LABEL, request.public_bytes(Encoding.DER))
    return request_item(
        clean,
        item_id=ids.request_id(hosts[0], modulus, pem.body(clean)),
        modulus=modulus,
        key_id=ids.key_id(modulus),
        hosts=hosts,
        created=created,
        host=host,
        friendly_name=host or hosts[0],
    )


def _hosts(
    subject: x509.Name, holder: x509.CertificateSigningRequest | x509.Certificate
) -> tuple[str, ...]:
    """Return the hosts among the common name and the other DNS names, in their order.

    Ids and old file names are made of the first, so nothing that is no host may be among them.

    Raises:
        ValueError: there is none.
    """
    names = [
        str(attribute.value)
        for attribute in subject.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
    ]
    try:
        extension = holder.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass
    hosts = [canonical_host(name) for name in names]
    found = tuple(dict.fromkeys(host for host in hosts if host is not None))
    if not found:
        raise ValueError("no host")
    return found


def read_certificate(text: str, *, created: int, host: str | None) -> NewItem:
    """Read a certificate's PEM, the first if there are several.

    Args:
        text: the PEM.
        created: epoch seconds.
        host: the host it counts for; None for its own first name.

    Raises:
        UnreadableCertificate: the PEM holds no certificate for a host (``ssl §6.2``).
    """
    try:
        certificate = x509.load_pem_x509_certificate(text.encode("utf-8"))
        hosts = _hosts(certificate.subject, certificate)
        issuer = certificate.issuer.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
        modulus, _ = keys.public_parts(certificate.public_key())
        not_after = int(certificate.not_valid_after_utc.timestamp())
        not_before = int(certificate.not_valid_before_utc.timestamp())
        self_signed = certificate.issuer == certificate.subject
    except _unreadable():
        raise UnreadableCertificate(UNREADABLE_CERTIFICATE) from None
    clean = pem.encode(pem.CERTIFICATE_LABEL, certificate.public_bytes(Encoding.DER))
    return NewItem(
        kind=ItemKind.CERTIFICATE,
        id=ids.certificate_id(hosts[0], modulus, not_after, pem.body(clean)),
        pem=clean,
        modulus=modulus,
        key_id=ids.key_id(modulus),
        created=created,
        host=host,
        common_name=hosts[0],
        friendly_name=host or hosts[0],
        details={
            "domains": list(hosts),
            "not_after": not_after,
            "not_before": not_before,
            "issuer": str(issuer[0].value) if issuer else "",
            "self_signed": self_signed,
        },
    )


def for_host(item: NewItem, host: str) -> NewItem:
    """Return *item* as one that was made for *host*."""
    return replace(item, host=host, friendly_name=host)


def read_item(kind: ItemKind, text: str, host: str | None, created: int) -> NewItem:
    """Read the PEM of a found file (`directory.ReadItem`).

    Raises:
        Failure: it holds no item of this kind.
    """
    if kind is ItemKind.KEY:
        return read_key(text, created=created, host=host)
    if kind is ItemKind.CSR:
        return read_request(text, created=created, host=host)
    return read_certificate(text, created=created, host=host)
