"""The documented example, keys, and a walker through DER that shares nothing with the code."""

from __future__ import annotations

import functools
from dataclasses import replace

from cpanel_emu import resources
from cpanel_emu.certificates import keys
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.certificates.values import SubjectValues

KEYS = resources.fixtures() / "keys"

EXAMPLE = SubjectValues(
    city="Houston",
    company="cPanel",
    companydivision="Documentation",
    country="US",
    email="user@example.com",
    hosts=("example.com",),
    state="Texas",
    password="12345luggage",
)
"""The documented call of ``ssl §1.4``."""

PLAIN = replace(EXAMPLE, password="")


RECORD = Item(
    kind=ItemKind.CSR,
    name="x",
    id="x",
    host="x",
    has_host=True,
    common_name="x",
    friendly_name="x",
    modulus="00",
    key_id="x",
    created=0,
    details={},
)
"""A record for an index, whatever it says."""


def key_path(name: str = "example.com") -> str:
    """Return the path of a published test key, for programs."""
    return str(KEYS / f"{name}.key")


@functools.cache
def key(name: str = "example.com") -> KeyPair:
    """Return a published test key."""
    return keys.parse((KEYS / f"{name}.key").read_text("ascii"))


def parts(der: bytes) -> list[bytes]:
    """Return the members of a constructed DER value, whole."""
    _, body = split(der)
    found = []
    while body:
        size = _whole(body)
        found.append(body[:size])
        body = body[size:]
    return found


def split(der: bytes) -> tuple[int, bytes]:
    """Return the tag and the content of a DER value."""
    start, length = _length(der)
    return der[0], der[start : start + length]


def _whole(der: bytes) -> int:
    start, length = _length(der)
    return start + length


def _length(der: bytes) -> tuple[int, int]:
    if der[1] < 0x80:
        return 2, der[1]
    count = der[1] & 0x7F
    return 2 + count, int.from_bytes(der[2 : 2 + count], "big")
