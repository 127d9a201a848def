"""DER elements against the encoder of the cryptography library."""

from __future__ import annotations

import pytest
from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.certificates import der


@given(st.integers(0, 2**200))
def test_integer(number: int) -> None:
    assert der.integer(number) == asn1.encode_der(number)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths(length: int) -> None:
    octets = b"x" * length
    assert der.element(der.OCTET_STRING, octets) == asn1.encode_der(octets)
    assert der.bit_string(octets) == asn1.encode_der(asn1.BitString(octets, 0))


@pytest.mark.parametrize(
    "dotted", ["2.5.4.6", "1.2.840.113549.1.9.14", "0.0", "2.5.29.17", "1.3.6.1.4.1.16384.1"]
)
def test_object_identifier(dotted: str) -> None:
    assert der.object_identifier(dotted) == asn1.encode_der(ObjectIdentifier(dotted))


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_set_of(members: list[bytes]) -> None:
    elements = [der.element(der.OCTET_STRING, one) for one in members]
    assert der.set_of(elements) == asn1.encode_der(asn1.SetOf(members))
