"""Text forms of CSRs, keys and certificates (``ssl §3.7``)."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

from cpanel_emu.certificates.chains import certificate_text
from cpanel_emu.certificates.key_text import key_text
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.request_text import request_text, subject_of
from cpanel_emu.releases import RELEASES
from tests.certificates.examples import EXAMPLE, PLAIN, key, key_path
from tests.requirements import require_program

# ssl §3.7, typed from the handbook; of the octets only the shape.
_HEAD = """\
Certificate Request:
    Data:
        Version: 1 (0x0)
        Subject: C = US, ST = Texas, L = Houston, O = cPanel, OU = Documentation, \
CN = example.com, emailAddress = user@example.com
        Subject Public Key Info:
            Public Key Algorithm: rsaEncryption
                Public-Key: (2048 bit)
                Modulus:
"""
_MODULUS_LINE = r"                    (?:[0-9a-f]{2}:){15}\n"
_TAIL_WITH_BOTH = """\
                Exponent: 65537 (0x10001)
        Attributes:
            challengePassword        :12345luggage
            Requested Extensions:
                X509v3 Subject Alternative Name: 
                    DNS:example.com
    Signature Algorithm: sha256WithRSAEncryption
    Signature Value:
"""  # noqa: W291  (a blank after the colon)
_TAIL_WITH_NOTHING = """\
                Exponent: 65537 (0x10001)
        Attributes:
            (none)
            Requested Extensions:
    Signature Algorithm: sha1WithRSAEncryption
    Signature Value:
"""


def _octets(text: str) -> str:
    return text.replace(":", "").replace(" ", "").replace("\n", "")


def test_both_attributes() -> None:
    request = create_request(EXAMPLE, key(), RELEASES["docs"])
    text = request_text(request.pem)
    assert text.startswith(_HEAD)
    modulus, _, rest = text.removeprefix(_HEAD).partition("                Exponent")
    assert re.fullmatch(rf"(?:{_MODULUS_LINE}){{17}}                    [0-9a-f:]{{5}}\n", modulus)
    assert _octets(modulus) == f"00{key().modulus}"
    rest = f"                Exponent{rest}"
    assert rest.startswith(_TAIL_WITH_BOTH)
    signature = rest.removeprefix(_TAIL_WITH_BOTH)
    line = r"        (?:[0-9a-f]{2}:){18}\n"
    assert re.fullmatch(
        rf"(?:{line}){{14}}        (?:[0-9a-f]{{2}}:){{3}}[0-9a-f]{{2}}\n", signature
    )


def test_no_attribute() -> None:
    text = request_text(create_request(PLAIN, key(), RELEASES["11.40"]).pem)
    assert _TAIL_WITH_NOTHING in text
    assert "Subject: CN = example.com, OU = Documentation, C = US, " in text


def test_values_are_not_escaped_and_names_are_joined() -> None:
    values = replace(EXAMPLE, company="a, b = c + d", city="München", password='p"\\',
                     hosts=("example.com", "*.example.com"))  # fmt: skip
    text = request_text(create_request(values, key(), RELEASES["docs"]).pem)
    assert "L = München, O = a, b = c + d, OU" in text
    assert '            challengePassword        :p"\\\n' in text
    assert "                    DNS:example.com, DNS:*.example.com\n" in text


def _openssl(*arguments: str, given: str = "") -> str:
    program = require_program("openssl")
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    if not version.stdout.startswith("OpenSSL 3.0."):
        pytest.skip("the layout is that of OpenSSL 3.0")
    done = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("name", RELEASES)
def test_openssl_prints_the_same(name: str) -> None:
    text = create_request(EXAMPLE, key(), RELEASES[name]).pem
    assert request_text(text) == _openssl("req", "-noout", "-text", given=text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("example.com", "rsa"), ("rsa-1024", "rsa"), ("rsa-4096", "rsa"),
     ("ecdsa-prime256v1", "ec"), ("ecdsa-secp384r1", "ec")],
)  # fmt: skip
def test_keys_in_the_layout_of_openssl(name: str, kind: str) -> None:
    assert key_text(key(name)) == _openssl(kind, "-in", key_path(name), "-noout", "-text")


def test_subject() -> None:
    text = create_request(replace(EXAMPLE, companydivision=""), key(), RELEASES["11.32"]).pem
    assert subject_of(text) == {
        "C": "US",
        "ST": "Texas",
        "L": "Houston",
        "O": "cPanel",
        "CN": "example.com",
        "emailAddress": "user@example.com",
    }


def test_what_is_no_certificate_has_no_text() -> None:
    with pytest.raises(ValueError, match="no certificate"):
        certificate_text("x")
