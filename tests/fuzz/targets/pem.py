"""Keys, requests, certificates and bundles as callers send them (``ssl §6.2``)."""

from __future__ import annotations

from cpanel_emu.certificates import chains, keys, pem, reading
from cpanel_emu.certificates.certificate import create_certificate
from cpanel_emu.certificates.items import NewItem
from cpanel_emu.certificates.key_text import key_text
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.values import SubjectValues, canonical_host
from cpanel_emu.errors import Failure
from cpanel_emu.releases import release_named
from cpanel_emu.root import is_plain_name
from tests.fuzz.target import FOLDER, Target, always, chosen

_KEYS = FOLDER.parent.parent / "fixtures" / "keys"


_LABELS = (
    None,
    pem.CERTIFICATE_LABEL,
    pem.REQUEST_LABEL,
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
)
"""What the first byte of an input chooses: the rest is PEM, or the DER under this label."""


def check(data: bytes) -> None:
    """Any text is an item that can be stored under its own name, or a refusal."""
    label = _LABELS[chosen(data, len(_LABELS))]
    text = data[1:].decode("utf-8", "replace") if label is None else pem.encode(label, data[1:])
    _check_key(text)
    for read in (reading.read_request, reading.read_certificate):
        try:
            item = read(text, created=0, host=None)
        except Failure:
            continue
        _check_item(item)
    try:
        bundle = chains.clean_bundle(text)
    except Failure:
        return
    assert chains.clean_bundle(bundle) == bundle


def _check_key(text: str) -> None:
    try:
        pair = keys.parse(text)
    except Failure:
        return
    clean = keys.to_pem(pair.private_key)
    assert keys.parse(clean, trusted=True).id == pair.id
    assert is_plain_name(pair.id)
    key_text(pair).encode("ascii")


def _check_item(item: NewItem) -> None:
    item.pem.encode("ascii")
    assert is_plain_name(item.id)
    assert not item.id.startswith(".")
    assert len(pem.blocks(item.pem)) == 1
    assert all(canonical_host(domain) == domain for domain in item.domains)
    str(item.details).encode("utf-8", "surrogatepass")


def _der(name: str) -> bytes:
    return pem.decode((_KEYS / name).read_text())


def _pair() -> keys.KeyPair:
    return keys.parse((_KEYS / "ecdsa-prime256v1.key").read_text(), trusted=True)


_VALUES = SubjectValues(
    city="Houston",
    company="cPanel",
    country="US",
    state="Texas",
    hosts=("a.example", "*.b.example"),
)


def _signed() -> bytes:
    text = create_certificate(_VALUES, _pair(), release_named("docs"), now=0, serial=1)
    return pem.decode(text)


def _requested() -> bytes:
    return pem.decode(create_request(_VALUES, _pair(), release_named("docs")).pem)


TARGET = Target(
    about="PEM of all kinds: an item under a plain name that reads back, or a refusal",
    opened=always(check),
    covers=(
        "cpanel_emu.certificates.keys",
        "cpanel_emu.certificates.reading",
        "cpanel_emu.certificates.pem",
        "cpanel_emu.certificates.chains",
        "cpanel_emu.certificates.key_text",
    ),
    words=(
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE REQUEST-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\n",
        b"-----BEGIN EC PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"Proc-Type: 4,ENCRYPTED\n",
        b"DEK-Info: AES-128-CBC,00\n",
    ),
    seeds=(
        b"\x00" + (_KEYS / "ecdsa-prime256v1.key").read_bytes(),
        b"\x03" + _der("ecdsa-prime256v1.key"),
        b"\x04" + _der("rsa-1024.key"),
        b"\x01" + _signed(),
        b"\x02" + _requested(),
    ),
    longest=4096,
)
