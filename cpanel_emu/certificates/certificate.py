"""The self-signed certificate of gencrt (``ssl §6.2``).

Written octet by octet as the CSR is, because no certificate builder offers SHA-1 and the choice
of string types that the releases need.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from cpanel_emu.certificates import der, pem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.request import (
    alternative_names,
    extension,
    signature_algorithm,
    signed,
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
_VERSION_3 = der.element(der.context(0, structure=True), der.integer(2))
_EXTENSIONS = der.context(3, structure=True)
_FIRST_YEAR_OF_GENERALIZED_TIME = 2050


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
    start = datetime.datetime.fromtimestamp(now, datetime.UTC)
    end = start + datetime.timedelta(days=DAYS_VALID)
    extensions = der.sequence(*_extensions(values, key, release))
    signed_part = der.sequence(
        _VERSION_3,
        der.integer(serial),
        signature_algorithm(key, release.digest),
        name,
        der.sequence(_time(start), _time(end)),
        name,
        key.public_key_info,
        der.element(_EXTENSIONS, extensions),
    )
    return pem.encode(pem.CERTIFICATE_LABEL, signed(signed_part, key, release.digest))


def _time(moment: datetime.datetime) -> bytes:
    if moment.year < _FIRST_YEAR_OF_GENERALIZED_TIME:
        return der.element(der.UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode("ascii"))
    return der.element(der.GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%SZ}".encode("ascii"))


def _extensions(values: SubjectValues, key: KeyPair, release: Release) -> list[bytes]:
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.private_key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_identifier)
    authority_of_ca = x509.BasicConstraints(ca=True, path_length=None)
    extensions = [_extension(one) for one in (key_identifier, authority, authority_of_ca)]
    if release.subject_alternative_name:
        extensions.append(alternative_names(values))
    return extensions


def _extension(value: x509.ExtensionType) -> bytes:
    return extension(der.object_identifier(value.oid.dotted_string), value.public_bytes())
