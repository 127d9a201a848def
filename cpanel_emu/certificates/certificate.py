"""The self-signed certificate of gencrt (``ssl §6.2``).

Built from the same structures as the CSR, because no certificate builder offers SHA-1 and the
choice of string types that the releases need.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

from cryptography.hazmat import asn1

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.request import (
    AlgorithmIdentifier,
    Extension,
    SubjectAttribute,
    alternative_names,
    sign,
    signature_algorithm,
    subject,
)
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.lazy import LazyModule
from cpanel_emu.releases import Release

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = LazyModule("cryptography.x509")

DAYS_VALID = 365
_VERSION_3 = 2
_FIRST_YEAR_OF_GENERALIZED_TIME = 2050


@asn1.sequence
class Validity:
    """From when to when a certificate is valid."""

    not_before: asn1.UTCTime | asn1.GeneralizedTime
    not_after: asn1.UTCTime | asn1.GeneralizedTime


@asn1.sequence
class CertificateInfo:
    """The signed part of a certificate, version 3 (RFC 5280, section 4.1)."""

    version: Annotated[int, asn1.Explicit(0)]
    serial: int
    algorithm: AlgorithmIdentifier
    issuer: list[asn1.SetOf[SubjectAttribute]]
    validity: Validity
    subject: list[asn1.SetOf[SubjectAttribute]]
    public_key: asn1.TLV
    extensions: Annotated[list[Extension], asn1.Explicit(3)]


@asn1.sequence
class SignedCertificate:
    """A whole certificate: the signed part, the algorithm, the signature."""

    info: asn1.TLV
    algorithm: AlgorithmIdentifier
    signature: asn1.BitString


def create_certificate(
    values: SubjectValues, key: KeyPair, release: Release, *, now: int, serial: int
) -> str:
    """Return a self-signed certificate as PEM, without final line end.

    Version 3, 365 days from *now* (epoch seconds), CA:TRUE, subject and authority key
    identifiers; subject, strings and hash are those of the release's CSR, and so is whether
    it names its hosts as alternative names.

    Args:
        values: what `values.checked_values` returned.
        key: the installed key of the host.
        release: which release's strings and hash to use.
        now: the time of issue.
        serial: a positive number of at most 159 bits.
    """
    name = subject(values, release)
    algorithm = signature_algorithm(key, release.digest)
    start = datetime.datetime.fromtimestamp(now, datetime.UTC)
    info = CertificateInfo(
        version=_VERSION_3,
        serial=serial,
        algorithm=algorithm,
        issuer=name,
        validity=Validity(
            not_before=_time(start),
            not_after=_time(start + datetime.timedelta(days=DAYS_VALID)),
        ),
        subject=name,
        public_key=key.public_key_info,
        extensions=_extensions(values, key, release),
    )
    signed_part = asn1.encode_der(info)
    der = asn1.encode_der(
        SignedCertificate(
            info=asn1.decode_der(asn1.TLV, signed_part),
            algorithm=algorithm,
            signature=asn1.BitString(sign(key, signed_part, release.digest), 0),
        )
    )
    return pem.encode(pem.CERTIFICATE_LABEL, der)


def _time(moment: datetime.datetime) -> asn1.UTCTime | asn1.GeneralizedTime:
    if moment.year < _FIRST_YEAR_OF_GENERALIZED_TIME:
        return asn1.UTCTime(moment)
    return asn1.GeneralizedTime(moment)


def _extensions(values: SubjectValues, key: KeyPair, release: Release) -> list[Extension]:
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.private_key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_identifier)
    authority_of_ca = x509.BasicConstraints(ca=True, path_length=None)
    extensions = [
        Extension(
            type=x509.oid.ExtensionOID.SUBJECT_KEY_IDENTIFIER, value=key_identifier.public_bytes()
        ),
        Extension(
            type=x509.oid.ExtensionOID.AUTHORITY_KEY_IDENTIFIER, value=authority.public_bytes()
        ),
        Extension(
            type=x509.oid.ExtensionOID.BASIC_CONSTRAINTS, value=authority_of_ca.public_bytes()
        ),
    ]
    if release.subject_alternative_name:
        extensions.append(alternative_names(values))
    return extensions
