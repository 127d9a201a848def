"""The text form of a private key: the layout of OpenSSL 3.0 (``ssl §3.7``, last sentence)."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.request_text import NIST_NAMES, integer_octets, octets

_OCTETS_A_LINE = 15
_INDENTATION = 4


def key_text(key: KeyPair) -> str:
    """Return the text form of *key*, private parts included, with a final LF."""
    return "".join(f"{line}\n" for line in _lines(key))


def _lines(key: KeyPair) -> Iterator[str]:
    private = key.private_key
    if isinstance(private, rsa.RSAPrivateKey):
        numbers = private.private_numbers()
        yield f"Private-Key: ({private.key_size} bit, 2 primes)"
        yield from _number("modulus", numbers.public_numbers.n)
        yield f"publicExponent: {numbers.public_numbers.e} ({numbers.public_numbers.e:#x})"
        yield from _number("privateExponent", numbers.d)
        yield from _number("prime1", numbers.p)
        yield from _number("prime2", numbers.q)
        yield from _number("exponent1", numbers.dmp1)
        yield from _number("exponent2", numbers.dmq1)
        yield from _number("coefficient", numbers.iqmp)
    else:
        public = private.public_key()
        size = (private.key_size + 7) // 8
        yield f"Private-Key: ({private.key_size} bit)"
        yield "priv:"
        yield from _octets(private.private_numbers().private_value.to_bytes(size, "big"))
        yield "pub:"
        yield from _octets(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        yield f"ASN1 OID: {key.kind.curve}"
        yield f"NIST CURVE: {NIST_NAMES[key.kind.curve]}"


def _number(name: str, value: int) -> Iterator[str]:
    yield f"{name}:"
    yield from _octets(integer_octets(value))


def _octets(data: bytes) -> Iterator[str]:
    return octets(data, _OCTETS_A_LINE, _INDENTATION)
