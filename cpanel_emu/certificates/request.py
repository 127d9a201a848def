"""The certificate signing request, byte by byte (``ssl §3``).

The structures are RFC 2986's, declared for the ASN.1 encoder of the cryptography library,
because no CSR builder offers SHA-1 and the choice of string types that the releases need.
"""

from __future__ import annotations

import base64
import functools
from dataclasses import dataclass
from typing import Annotated

from cryptography.hazmat import asn1

# Public in cryptography.x509 alone, which takes longer to load than cpapi2 to run.
from cryptography.hazmat._oid import ObjectIdentifier
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from cpanel_emu.certificates import ids, pem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.releases import Digest, Release, StringRule

SUBJECT_OIDS = {
    "C": ObjectIdentifier("2.5.4.6"),
    "ST": ObjectIdentifier("2.5.4.8"),
    "L": ObjectIdentifier("2.5.4.7"),
    "O": ObjectIdentifier("2.5.4.10"),
    "OU": ObjectIdentifier("2.5.4.11"),
    "CN": ObjectIdentifier("2.5.4.3"),
    "emailAddress": ObjectIdentifier("1.2.840.113549.1.9.1"),
}
CHALLENGE_PASSWORD = ObjectIdentifier("1.2.840.113549.1.9.7")
EXTENSION_REQUEST = ObjectIdentifier("1.2.840.113549.1.9.14")
SUBJECT_ALTERNATIVE_NAME = ObjectIdentifier("2.5.29.17")

_SEQUENCE = 0x30
_BIT_STRING = 0x03
_DNS_NAME = 0x82
"""``GeneralName``'s choice ``dNSName [2] IA5String`` (RFC 5280, section 4.2.1.6)."""
_SHORT_LENGTHS = 0x80
"""DER lengths below it are one octet."""

_PRINTABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_PADDING = padding.PKCS1v15()
_HASHES: dict[Digest, hashes.HashAlgorithm] = {
    Digest.SHA1: hashes.SHA1(),
    Digest.SHA256: hashes.SHA256(),
}
_RSA_SIGNATURES = {
    Digest.SHA1: ObjectIdentifier("1.2.840.113549.1.1.5"),
    Digest.SHA256: ObjectIdentifier("1.2.840.113549.1.1.11"),
}
_ECDSA_WITH_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")


@asn1.sequence
class SubjectAttribute:
    """One attribute of a name: its type and a string."""

    type: ObjectIdentifier
    value: str | asn1.PrintableString | asn1.IA5String


@asn1.sequence
class ChallengePasswordAttribute:
    """The challengePassword attribute (``ssl §3.4``)."""

    type: ObjectIdentifier
    values: asn1.SetOf[str | asn1.PrintableString]


@asn1.sequence
class Extension:
    """An X.509 extension; the criticality flag is omitted (``ssl §3.4``)."""

    type: ObjectIdentifier
    value: bytes


@asn1.sequence
class ExtensionRequestAttribute:
    """The extensionRequest attribute."""

    type: ObjectIdentifier
    values: asn1.SetOf[list[Extension]]


@asn1.sequence
class AlgorithmIdentifier:
    """A signature algorithm; RSA's has NULL parameters, ECDSA's has none."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class CertificationRequestInfo:
    """The signed part of a CSR (``ssl §3.2``)."""

    version: int
    subject: list[asn1.SetOf[SubjectAttribute]]
    public_key: asn1.TLV
    attributes: Annotated[
        asn1.SetOf[ChallengePasswordAttribute | ExtensionRequestAttribute], asn1.Implicit(0)
    ]


@asn1.sequence
class CertificationRequest:
    """A whole CSR: the signed part, the algorithm, the signature."""

    info: asn1.TLV
    algorithm: AlgorithmIdentifier
    signature: asn1.BitString


_RSA_ALGORITHMS = {
    digest: AlgorithmIdentifier(algorithm=oid, parameters=asn1.Null())
    for digest, oid in _RSA_SIGNATURES.items()
}
_ECDSA_ALGORITHM = AlgorithmIdentifier(algorithm=_ECDSA_WITH_SHA256, parameters=None)


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A finished CSR: its PEM (without final line end) and its id (``ssl §4``)."""

    pem: str
    id: str


def directory_string(text: str, rule: StringRule) -> str | asn1.PrintableString:
    """Return *text* as the string type that the release gives O, OU, CN, ST and L.

    A plain ``str`` stands for UTF8String; each value decides alone (``ssl §3.3``).
    """
    if rule is StringRule.PRINTABLE_IF_IT_FITS and _PRINTABLE.issuperset(text):
        return asn1.PrintableString(text)
    return text


def subject(values: SubjectValues, release: Release) -> list[asn1.SetOf[SubjectAttribute]]:
    """Return the subject in the release's order; empty optional values have no attribute."""
    texts = {
        "ST": values.state,
        "L": values.city,
        "O": values.company,
        "OU": values.companydivision,
        "CN": values.host,
    }
    strings: dict[str, str | asn1.PrintableString | asn1.IA5String] = {
        short: directory_string(text, release.strings) for short, text in texts.items() if text
    }
    strings["C"] = asn1.PrintableString(values.country)
    if values.email:
        strings["emailAddress"] = asn1.IA5String(values.email)
    return [
        asn1.SetOf([SubjectAttribute(type=SUBJECT_OIDS[short], value=strings[short])])
        for short in release.subject_order
        if short in strings
    ]


def alternative_names(values: SubjectValues) -> Extension:
    """Return the extension that names every host, in their order (``ssl §3.4``)."""
    names = b"".join(_element(_DNS_NAME, host.encode("ascii")) for host in values.hosts)
    return Extension(type=SUBJECT_ALTERNATIVE_NAME, value=_element(_SEQUENCE, names))


def _element(tag: int, content: bytes) -> bytes:
    """Return one DER element; a list of implicitly tagged strings cannot be declared."""
    length = len(content)
    if length < _SHORT_LENGTHS:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT_LENGTHS | len(octets))) + octets + content


def _attributes(
    values: SubjectValues, release: Release
) -> asn1.SetOf[ChallengePasswordAttribute | ExtensionRequestAttribute]:
    attributes: list[ChallengePasswordAttribute | ExtensionRequestAttribute] = []
    if release.challenge_password and values.password:
        password = directory_string(values.password, release.strings)
        attributes.append(
            ChallengePasswordAttribute(type=CHALLENGE_PASSWORD, values=asn1.SetOf([password]))
        )
    if release.subject_alternative_name:
        extension = alternative_names(values)
        attributes.append(
            ExtensionRequestAttribute(type=EXTENSION_REQUEST, values=asn1.SetOf([[extension]]))
        )
    return asn1.SetOf(attributes)


def signature_algorithm(key: KeyPair, digest: Digest) -> AlgorithmIdentifier:
    """Return the algorithm that *key* signs with: RSA takes *digest*, ECDSA always SHA-256."""
    return _ECDSA_ALGORITHM if key.kind.curve else _RSA_ALGORITHMS[digest]


@functools.cache
def _algorithm_der(algorithm: AlgorithmIdentifier) -> bytes:
    return asn1.encode_der(algorithm)


def sign(key: KeyPair, signed_part: bytes, digest: Digest) -> bytes:
    """Return the signature of *signed_part*: PKCS #1 v1.5 for RSA (``ssl §3.2``)."""
    private = key.private_key
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(signed_part, ec.ECDSA(hashes.SHA256()))
    return private.sign(signed_part, _PADDING, _HASHES[digest])


def create_request(values: SubjectValues, key: KeyPair, release: Release) -> SigningRequest:
    """Make the CSR of *release* for checked *values*, signed with *key* (``ssl §3``).

    Args:
        values: what `values.checked_values` returned.
        key: the installed key of the host.
        release: which release's bytes to write.
    """
    info = CertificationRequestInfo(
        version=0,
        subject=subject(values, release),
        public_key=key.public_key_info,
        attributes=_attributes(values, release),
    )
    signed_part = asn1.encode_der(info)
    # Joined by hand: the encoder would first decode the signed part again, and takes as long for
    # this frame as for everything in it.
    algorithm = _algorithm_der(signature_algorithm(key, release.digest))
    signature = b"\0" + sign(key, signed_part, release.digest)
    der = _element(_SEQUENCE, signed_part + algorithm + _element(_BIT_STRING, signature))
    body = base64.b64encode(der).decode("ascii")
    return SigningRequest(
        pem=pem.encode_body(pem.REQUEST_LABEL, body),
        id=ids.request_id(values.host, key.modulus, body),
    )
