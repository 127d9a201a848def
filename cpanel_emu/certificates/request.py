"""The certificate signing request, byte by byte (``ssl §3``).

The structures are RFC 2986's, written octet by octet, because no CSR builder offers SHA-1 and the
choice of string types that the releases need.
"""

from __future__ import annotations

import binascii
import functools
import re
from typing import NamedTuple, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cpanel_emu.certificates import der, ids, pem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.releases import Digest, Release, StringRule

SUBJECT_TYPES = {
    "C": "2.5.4.6",
    "ST": "2.5.4.8",
    "L": "2.5.4.7",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": "2.5.4.3",
    "emailAddress": "1.2.840.113549.1.9.1",
}
"""The object identifiers of a subject's attributes, by their short names (``ssl §3.2``)."""
CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105
_EXTENSION_REQUEST = der.object_identifier("1.2.840.113549.1.9.14")
_SUBJECT_ALTERNATIVE_NAME = der.object_identifier("2.5.29.17")
_CHALLENGE_PASSWORD = der.object_identifier(CHALLENGE_PASSWORD)
_TYPES = {short: der.object_identifier(dotted) for short, dotted in SUBJECT_TYPES.items()}

_VERSION_1 = der.integer(0)
_ATTRIBUTES = der.context(0, structure=True)
_DNS_NAME = der.context(2)
"""``GeneralName``'s choice ``dNSName [2] IA5String`` (RFC 5280, section 4.2.1.6)."""

_MOST_HEADS = 1024
"""Tags and lengths are the same again and again, so that they are put together once for each
length of a content. What it holds is not remembered."""
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
_PADDING = padding.PKCS1v15()
_HASHES: dict[Digest, hashes.HashAlgorithm] = {
    Digest.SHA1: hashes.SHA1(),
    Digest.SHA256: hashes.SHA256(),
}
# RSA's parameters are NULL, ECDSA has none.
_RSA_SIGNATURES = {
    Digest.SHA1: der.sequence(der.object_identifier("1.2.840.113549.1.1.5"), der.NULL),
    Digest.SHA256: der.sequence(der.object_identifier("1.2.840.113549.1.1.11"), der.NULL),
}
_ECDSA_WITH_SHA256 = der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))


class SigningRequest(NamedTuple):
    """A finished CSR: its PEM (without final line end) and its id (``ssl §4``)."""

    pem: str
    id: str


_TAGS = {"C": der.PRINTABLE_STRING, "emailAddress": der.IA5_STRING}
"""The string types of the attributes that have the same in every release (``ssl §3.3``)."""


def _string_type(text: str, rule: StringRule) -> bytes:
    """Return the string type that the release gives O, OU, CN, ST and L.

    Each value decides alone (``ssl §3.3``).
    """
    if rule is StringRule.PRINTABLE_IF_IT_FITS and _PRINTABLE.fullmatch(text):
        return der.PRINTABLE_STRING
    return der.UTF8_STRING


@functools.cache
def _subject_plan(
    order: tuple[str, ...], rule: StringRule
) -> tuple[tuple[str, bytes, bytes | None], ...]:
    """Return the names of a subject's attributes in their order, with their types in DER.

    The last of the three is the type of its string; None if each value decides.
    """
    string = der.UTF8_STRING if rule is StringRule.UTF8 else None
    return tuple((short, _TYPES[short], _TAGS.get(short, string)) for short in order)


def _name(type_: bytes, tag: bytes, content: bytes) -> bytes:
    """Return one part of a subject: a SET of one attribute, its type and its string."""
    return der.element(der.SET, der.element(der.SEQUENCE, type_ + der.element(tag, content)))


@functools.lru_cache(maxsize=_MOST_HEADS)
def _name_head(type_: bytes, tag: bytes, length: int) -> bytes:
    """Return what stands before a content of *length* octets in `_name`."""
    return _name(type_, tag, bytes(length))[:-length]


def subject(values: SubjectValues, release: Release) -> bytes:
    """Return the subject in the release's order; empty optional values have no attribute."""
    rule = release.strings
    texts = {
        "C": values.country,
        "ST": values.state,
        "L": values.city,
        "O": values.company,
        "OU": values.companydivision,
        "CN": values.hosts[0],
        "emailAddress": values.email,
    }
    names = []
    for short, type_, tag in _subject_plan(release.subject_order, rule):
        text = texts[short]
        if text:
            content = text.encode()
            names.append(_name_head(type_, tag or _string_type(text, rule), len(content)) + content)
    return der.element(der.SEQUENCE, b"".join(names))


def alternative_names(values: SubjectValues) -> bytes:
    """Return the extension that names every host, in their order (``ssl §3.4``)."""
    return _alternative_names(_dns_names(values))


def _dns_names(values: SubjectValues) -> bytes:
    return b"".join([der.element(_DNS_NAME, host.encode("ascii")) for host in values.hosts])


def _alternative_names(names: bytes) -> bytes:
    return extension(_SUBJECT_ALTERNATIVE_NAME, der.element(der.SEQUENCE, names))


def extension(type_: bytes, value: bytes) -> bytes:
    """Return an X.509 extension; the criticality flag is omitted (``ssl §3.4``).

    Args:
        type_: its object identifier in DER.
        value: its value in DER.
    """
    return der.sequence(type_, der.element(der.OCTET_STRING, value))


def _challenge_password(tag: bytes, content: bytes) -> bytes:
    return der.sequence(_CHALLENGE_PASSWORD, der.element(der.SET, der.element(tag, content)))


@functools.lru_cache(maxsize=_MOST_HEADS)
def _challenge_password_head(tag: bytes, length: int) -> bytes:
    """Return what stands before a content of *length* octets in `_challenge_password`."""
    return _challenge_password(tag, bytes(length))[:-length]


def _extension_request(names: bytes) -> bytes:
    requested = der.element(der.SET, der.sequence(_alternative_names(names)))
    return der.sequence(_EXTENSION_REQUEST, requested)


@functools.lru_cache(maxsize=_MOST_HEADS)
def _extension_request_head(length: int) -> bytes:
    """Return what stands before names of *length* octets in `_extension_request`."""
    return _extension_request(bytes(length))[:-length]


def _attributes(values: SubjectValues, release: Release) -> bytes:
    attributes = []
    if release.challenge_password and values.password:
        password = values.password.encode()
        tag = _string_type(values.password, release.strings)
        attributes.append(_challenge_password_head(tag, len(password)) + password)
    if release.subject_alternative_name:
        names = _dns_names(values)
        attributes.append(_extension_request_head(len(names)) + names)
    return der.set_of(attributes, _ATTRIBUTES)


def signature_algorithm(key: KeyPair, digest: Digest) -> bytes:
    """Return the algorithm that *key* signs with: RSA takes *digest*, ECDSA always SHA-256."""
    return _ECDSA_WITH_SHA256 if key.kind.curve else _RSA_SIGNATURES[digest]


def _sign(key: KeyPair, signed_part: bytes, digest: Digest) -> bytes:
    # By the curve's name: to ask whether a key is an instance of its abstract class costs more.
    if key.kind.curve:
        on_curve = cast("ec.EllipticCurvePrivateKey", key.private_key)
        return on_curve.sign(signed_part, ec.ECDSA(hashes.SHA256()))
    private = cast("rsa.RSAPrivateKey", key.private_key)
    return private.sign(signed_part, _PADDING, _HASHES[digest])


def signed(signed_part: bytes, key: KeyPair, digest: Digest) -> bytes:
    """Return *signed_part* with its algorithm and its signature.

    For RSA that is PKCS #1 v1.5 (``ssl §3.2``).
    """
    signature = _sign(key, signed_part, digest)
    before = _signature_head(signature_algorithm(key, digest), len(signature))
    return der.element(der.SEQUENCE, signed_part + before + signature)


@functools.lru_cache(maxsize=_MOST_HEADS)
def _signature_head(algorithm: bytes, length: int) -> bytes:
    """Return what stands before a signature of *length* octets, its algorithm included."""
    return algorithm + der.bit_string(bytes(length))[:-length]


def create_request(values: SubjectValues, key: KeyPair, release: Release) -> SigningRequest:
    """Make the CSR of *release* for checked *values*, signed with *key* (``ssl §3``).

    Args:
        values: what `values.checked_values` returned.
        key: the installed key of the host.
        release: which release's bytes to write.
    """
    names, attributes = subject(values, release), _attributes(values, release)
    signed_part = der.element(der.SEQUENCE, _VERSION_1 + names + key.public_key_info + attributes)
    whole = signed(signed_part, key, release.digest)
    body = binascii.b2a_base64(whole, newline=False).decode("ascii")
    return SigningRequest(
        pem.encode_body(pem.REQUEST_LABEL, body),
        ids.request_id(values.hosts[0], key.modulus, body),
    )
