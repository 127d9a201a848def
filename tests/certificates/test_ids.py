"""Ids of keys, CSRs and certificates (``ssl §4``), and names made of domains (``ssl §5``)."""

from __future__ import annotations

import hashlib

import pytest

from cpanel_emu.certificates import ids
from cpanel_emu.certificates.items import friendly_name_of


def test_the_check_value() -> None:
    assert ids.key_id("c0ffee1234567890abcdef") == "c0ffe_bcdef_e41bdfa93d4c86e0c836bed70d39dcca"


def test_requests_and_certificates() -> None:
    digest = hashlib.md5(b"MIIC").hexdigest()
    assert ids.request_id("www.example.com", "abcdef0123", "MIIC") == (
        f"www_example_com_abcde_f0123_{digest}"
    )
    assert ids.certificate_id("*.example.com", "abcdef0123", 1799139600, "MIIC") == (
        f"_wildcard__example_com_abcde_f0123_1799139600_{digest}"
    )


@pytest.mark.parametrize(
    ("domains", "name"),
    [
        (["a.example"], "a.example"),
        (["a.example", "b.example"], "a.example and b.example"),
        (["a.example", "b.example", "c.example"], "a.example, b.example, and c.example"),
        (["a.b", "c.d", "e.f", "g.h"], "a.b, c.d, e.f, and g.h"),
    ],
)
def test_friendly_names(domains: list[str], name: str) -> None:
    assert friendly_name_of(domains) == name
