"""The self-signed certificate of gencrt (``ssl §6.2``)."""

from __future__ import annotations

import datetime
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.certificate import create_certificate
from cpanel_emu.certificates.request import create_request
from cpanel_emu.releases import RELEASES
from tests.certificates.examples import EXAMPLE, PLAIN, key, parts, split
from tests.requirements import require_program

NOW = 1767603600
"""2026-01-05 09:00:00 UTC."""


def _made(release: str, *, key_name: str = "example.com", now: int = NOW) -> str:
    return create_certificate(PLAIN, key(key_name), RELEASES[release], now=now, serial=2**127 + 1)


@pytest.mark.parametrize("name", RELEASES)
def test_subject_strings_and_hash_are_those_of_the_csr(name: str) -> None:
    info, algorithm, _ = parts(pem.decode(_made(name)))
    request_info, request_algorithm, _ = parts(
        pem.decode(create_request(PLAIN, key(), RELEASES[name]).pem)
    )
    version, _, inner_algorithm, issuer, _, subject, public_key, _ = parts(info)
    _, request_subject, request_key, _ = parts(request_info)
    assert version == bytes.fromhex("a003020102"), "version 3"
    assert subject == issuer == request_subject
    assert public_key == request_key
    assert algorithm == inner_algorithm == request_algorithm


@pytest.mark.parametrize("name", RELEASES)
def test_extensions(name: str) -> None:
    certificate = x509.load_pem_x509_certificate(_made(name).encode())
    found = {extension.oid: extension for extension in certificate.extensions}
    expected = {
        x509.BasicConstraints.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
    }
    if RELEASES[name].subject_alternative_name:
        expected.add(x509.SubjectAlternativeName.oid)
    assert set(found) == expected
    constraints = found[x509.BasicConstraints.oid].value
    assert constraints == x509.BasicConstraints(ca=True, path_length=None)
    identifier = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    assert found[x509.SubjectKeyIdentifier.oid].value == identifier
    authority = found[x509.AuthorityKeyIdentifier.oid].value
    assert isinstance(authority, x509.AuthorityKeyIdentifier)
    assert authority.key_identifier == identifier.digest


def test_a_year_from_now() -> None:
    certificate = x509.load_pem_x509_certificate(_made("docs").encode())
    start = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
    assert certificate.not_valid_before_utc == start
    assert certificate.not_valid_after_utc == start + datetime.timedelta(days=365)
    assert certificate.serial_number == 2**127 + 1


def test_the_second_half_of_the_century() -> None:
    validity = parts(parts(pem.decode(_made("docs", now=2_524_607_999)))[0])[4]
    assert [split(time) for time in parts(validity)] == [
        (0x17, b"491231235959Z"),
        (0x18, b"20501231235959Z"),
    ]


@pytest.mark.parametrize("release", ["11.32", "docs"])
@pytest.mark.parametrize("key_name", ["example.com", "rsa-4096", "ecdsa-secp384r1"])
def test_openssl_accepts_it(key_name: str, release: str, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pem"
    path.write_text(_made(release, key_name=key_name) + "\n")
    done = subprocess.run(
        [require_program("openssl"), "verify", "-no_check_time", "-check_ss_sig",
         "-CAfile", str(path), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert re.fullmatch(rf"{re.escape(str(path))}: OK\n", done.stdout), done.stderr


def test_every_host_is_named() -> None:
    values = replace(EXAMPLE, hosts=("example.com", "*.example.org"))
    text = create_certificate(values, key(), RELEASES["110"], now=NOW, serial=1)
    names = x509.load_pem_x509_certificate(text.encode()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["example.com", "*.example.org"]
