"""The few DER elements that CSRs and certificates are made of (X.690).

Written here and not declared for an encoder: every octet counts, and each CSR comes by.
"""

from __future__ import annotations

from collections.abc import Iterable

INTEGER = b"\x02"
BIT_STRING = b"\x03"
OCTET_STRING = b"\x04"
OBJECT_IDENTIFIER = b"\x06"
UTF8_STRING = b"\x0c"
PRINTABLE_STRING = b"\x13"
IA5_STRING = b"\x16"
UTC_TIME = b"\x17"
GENERALIZED_TIME = b"\x18"
SEQUENCE = b"\x30"
SET = b"\x31"
NULL = b"\x05\x00"

_LONG_LENGTH = 0x80
"""Lengths below it are one octet."""
_SHORT_LENGTHS = tuple(bytes((length,)) for length in range(_LONG_LENGTH))


def context(number: int, *, structure: bool = False) -> bytes:
    """Return the tag of the member with this *number*.

    Args:
        number: below 31.
        structure: whether it is a structure, or tagged explicitly.
    """
    return bytes((0x80 | number | structure << 5,))


def element(tag: bytes, content: bytes) -> bytes:
    """Return one element: *tag*, the length of *content*, and *content*."""
    length = len(content)
    if length < _LONG_LENGTH:
        return tag + _SHORT_LENGTHS[length] + content
    if length <= 0xFF:
        return b"%b\x81%c%b" % (tag, length, content)
    if length <= 0xFFFF:
        return b"%b\x82%c%c%b" % (tag, length >> 8, length & 0xFF, content)
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return tag + bytes((_LONG_LENGTH | len(octets),)) + octets + content


def sequence(*members: bytes) -> bytes:
    """Return a SEQUENCE of *members*."""
    return element(SEQUENCE, b"".join(members))


def set_of(members: Iterable[bytes], tag: bytes = SET) -> bytes:
    """Return a SET OF *members*, in the order of their octets."""
    return element(tag, b"".join(sorted(members)))


def integer(number: int) -> bytes:
    """Return an INTEGER that is not negative."""
    return element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def bit_string(octets: bytes) -> bytes:
    """Return a BIT STRING of whole octets."""
    return element(BIT_STRING, b"\0" + octets)


def object_identifier(dotted: str) -> bytes:
    """Return the OBJECT IDENTIFIER that is written *dotted*, such as ``2.5.4.6``."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    return element(
        OBJECT_IDENTIFIER, b"".join(_base_128(arc) for arc in (40 * first + second, *others))
    )


def _base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))
