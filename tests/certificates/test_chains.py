"""OpenSSL's word on keys, certificates and bundles."""

from __future__ import annotations

import pytest

from cpanel_emu.certificates.certificate import create_certificate
from cpanel_emu.certificates.chains import bundle_vouches, clean_bundle, key_matches
from cpanel_emu.certificates.request import create_request
from cpanel_emu.errors import Failure
from cpanel_emu.releases import RELEASES
from tests.certificates.authority import Authority
from tests.certificates.examples import PLAIN, key

_KEYS = ["example.com", "rsa-1024", "rsa-4096", "ecdsa-prime256v1", "ecdsa-secp384r1"]


def _self_signed(name: str, release: str = "11.32") -> str:
    return create_certificate(PLAIN, key(name), RELEASES[release], now=0, serial=1)


@pytest.mark.parametrize("name", _KEYS)
def test_only_its_own_key_matches(name: str) -> None:
    certificate = _self_signed(name)
    assert [other for other in _KEYS if key_matches(certificate, key(other))] == [name]


def test_bundles(authority: Authority) -> None:
    certificate = authority.sign(create_request(PLAIN, key(), RELEASES["docs"]).pem)
    both = f"{authority.intermediate}\n{authority.root}\n"
    assert bundle_vouches(certificate, both)
    assert bundle_vouches(certificate, authority.intermediate), "a client has the root"
    assert not bundle_vouches(certificate, authority.root), "the link is missing"
    assert not bundle_vouches(certificate, _self_signed("example.com"))
    assert not bundle_vouches(certificate, "")


def test_old_hashes_and_old_dates_count() -> None:
    certificate = _self_signed("rsa-1024", "11.32")
    assert bundle_vouches(certificate, certificate)


def test_clean_bundle(authority: Authority) -> None:
    untidy = f"# one\r\n{authority.intermediate}\n\ntwo\n{authority.root}\n\n"
    assert clean_bundle(untidy) == f"{authority.intermediate}\n{authority.root}"
    assert clean_bundle(" \n") == ""


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        create_request(PLAIN, key(), RELEASES["docs"]).pem,
        f"{_self_signed('rsa-1024')}\n" * 101,
    ],
)
def test_no_bundle(text: str) -> None:
    with pytest.raises(Failure, match=r"^The CA bundle could not be read\.$"):
        clean_bundle(text)
