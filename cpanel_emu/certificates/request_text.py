"""The text form of a CSR (``ssl §3.7``): OpenSSL 3.0's layout, values unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

from cryptography.hazmat import asn1

# Public in cryptography.x509 alone, which takes longer to load than cpapi2 to run.
from cryptography.hazmat._oid import ObjectIdentifier
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cpanel_emu.certificates import keys, pem, request
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = LazyModule("cryptography.x509")

_SHORT_NAMES = {dotted: short for short, dotted in request.SUBJECT_TYPES.items()}
_SIGNATURE_NAMES = {
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
}
NIST_NAMES = {"prime256v1": "P-256", "secp384r1": "P-384"}


@asn1.sequence
class _SubjectAttribute:
    type: ObjectIdentifier
    value: str | asn1.PrintableString | asn1.IA5String


@asn1.sequence
class _SignedPart:
    """The signed part with its attributes left raw: a choice among them cannot be decoded."""

    version: int
    subject: list[asn1.SetOf[_SubjectAttribute]]
    public_key: asn1.TLV
    attributes: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]


@asn1.sequence
class _AlgorithmIdentifier:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Request:
    """A whole CSR (RFC 2986)."""

    signed_part: asn1.TLV
    algorithm: _AlgorithmIdentifier
    signature: asn1.BitString


@asn1.sequence
class _AnyAttribute:
    type: ObjectIdentifier
    values: asn1.TLV


@asn1.sequence
class _ChallengePassword:
    type: ObjectIdentifier
    values: asn1.SetOf[str | asn1.PrintableString]


def request_text(text: str) -> str:
    """Return the text form of the CSR whose PEM is *text*, with a final LF.

    Raises:
        ValueError: it is no CSR.
    """
    return "".join(f"{line}\n" for line in _lines(text))


def subject_of(text: str) -> dict[str, str]:
    """Return the subject of the CSR whose PEM is *text*, by the short names of ``ssl §3.2``.

    Raises:
        ValueError: it is no CSR.
    """
    whole = asn1.decode_der(_Request, pem.decode(text))
    info = asn1.decode_der(_SignedPart, asn1.encode_der(whole.signed_part))
    return dict(_subject_strings(info.subject))


def _lines(text: str) -> Iterator[str]:
    whole = asn1.decode_der(_Request, pem.decode(text))
    signed_part = asn1.encode_der(whole.signed_part)
    info = asn1.decode_der(_SignedPart, signed_part)
    parsed = x509.load_pem_x509_csr(text.encode("ascii"))
    yield "Certificate Request:"
    yield "    Data:"
    yield "        Version: 1 (0x0)"
    yield f"        Subject: {_subject(info.subject)}"
    yield "        Subject Public Key Info:"
    yield from _public_key(parsed)
    yield "        Attributes:"
    yield from _attributes(info)
    yield "            Requested Extensions:"
    yield from _requested_names(parsed)
    algorithm = whole.algorithm.algorithm.dotted_string
    yield f"    Signature Algorithm: {_SIGNATURE_NAMES.get(algorithm, algorithm)}"
    yield "    Signature Value:"
    yield from octets(whole.signature.as_bytes(), 18, 8)


def _subject(subject: Iterable[asn1.SetOf[_SubjectAttribute]]) -> str:
    return ", ".join(f"{short} = {value}" for short, value in _subject_strings(subject))


def _subject_strings(
    subject: Iterable[asn1.SetOf[_SubjectAttribute]],
) -> Iterator[tuple[str, str]]:
    for group in subject:
        for attribute in group.as_list():
            dotted = attribute.type.dotted_string
            yield _SHORT_NAMES.get(dotted, dotted), _string(attribute.value)


def _string(value: str | asn1.PrintableString | asn1.IA5String) -> str:
    return value if isinstance(value, str) else value.as_str()


def _public_key(parsed: x509.CertificateSigningRequest) -> Iterator[str]:
    public = parsed.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        yield "            Public Key Algorithm: rsaEncryption"
        yield f"                Public-Key: ({public.key_size} bit)"
        yield "                Modulus:"
        yield from octets(integer_octets(numbers.n), 15, 20)
        yield f"                Exponent: {numbers.e} ({numbers.e:#x})"
    elif isinstance(public, ec.EllipticCurvePublicKey):
        _, kind = keys.public_parts(public)
        yield "            Public Key Algorithm: id-ecPublicKey"
        yield f"                Public-Key: ({public.key_size} bit)"
        yield "                pub:"
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        yield from octets(point, 15, 20)
        yield f"                ASN1 OID: {kind.curve}"
        yield f"                NIST CURVE: {NIST_NAMES[kind.curve]}"


def _attributes(signed_part: _SignedPart) -> Iterator[str]:
    attributes = [asn1.encode_der(attribute) for attribute in signed_part.attributes.as_list()]
    if not attributes:
        yield "            (none)"
    for der in attributes:
        attribute = asn1.decode_der(_AnyAttribute, der)
        if attribute.type.dotted_string == request.CHALLENGE_PASSWORD:
            challenge = asn1.decode_der(_ChallengePassword, der)
            (password,) = challenge.values.as_list()
            yield f"            challengePassword        :{_string(password)}"


def _requested_names(parsed: x509.CertificateSigningRequest) -> Iterator[str]:
    try:
        extension = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return
    names = extension.value.get_values_for_type(x509.DNSName)
    yield "                X509v3 Subject Alternative Name: "
    yield "                    " + ", ".join(f"DNS:{name}" for name in names)


def integer_octets(number: int) -> bytes:
    """Return a positive *number* as in DER: a zero octet first where the highest bit is set."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def octets(data: bytes, per_line: int, indentation: int) -> Iterator[str]:
    """Yield *data* in hex, so many octets a line, a colon after each but the last."""
    for start in range(0, len(data), per_line):
        line = data[start : start + per_line].hex(":")
        more = ":" if start + per_line < len(data) else ""
        yield f"{' ' * indentation}{line}{more}"
