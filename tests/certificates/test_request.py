"""The CSR byte by byte (``ssl §3``)."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.values import SubjectValues, checked_values
from cpanel_emu.releases import RELEASES, Digest, Release, StringRule
from tests.certificates.examples import EXAMPLE, PLAIN, key, key_path, parts, split
from tests.requirements import require_program

# ssl §3.6, first table.
SUBJECTS = {
    "11.32": "b03f270b713e153b599ddf2d69f203932c17b37736e61a54b64c3c53ebf1f96a",
    "11.36": "b03f270b713e153b599ddf2d69f203932c17b37736e61a54b64c3c53ebf1f96a",
    "11.40": "08ec676805d2011f6e128b9c27a1396bce942ead43ed70b2f0eee21a95bb8bbf",
    "11.44": "08ec676805d2011f6e128b9c27a1396bce942ead43ed70b2f0eee21a95bb8bbf",
    "72": "d577c33d7275b93bcf177d9bb67bb176caaa41e3d376a66175d4eb07ade53dc1",
    "110": "d577c33d7275b93bcf177d9bb67bb176caaa41e3d376a66175d4eb07ade53dc1",
    "docs": "d577c33d7275b93bcf177d9bb67bb176caaa41e3d376a66175d4eb07ade53dc1",
}
# ssl §3.6, second table.
_PASSWORD_PRINTABLE = "a01d301b06092a864886f70d010907310e130c31323334356c756767616765"
_SAN = "a029302706092a864886f70d01090e311a301830160603551d11040f300d820b6578616d706c652e636f6d"
_BOTH = (
    "a046301b06092a864886f70d010907310e0c0c31323334356c756767616765302706092a864886f70d0109"
    "0e311a301830160603551d11040f300d820b6578616d706c652e636f6d"
)
ATTRIBUTES = {
    "11.32": _PASSWORD_PRINTABLE,
    "11.36": _PASSWORD_PRINTABLE,
    "11.40": "a000",
    "11.44": "a000",
    "72": _SAN,
    "110": _SAN,
    "docs": _BOTH,
}
# ssl §3.1, row hash; ssl §3.2, OIDs.
_SHA1_WITH_RSA = bytes.fromhex("300d06092a864886f70d0101050500")
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def _signed_part(text: str) -> list[bytes]:
    return parts(parts(pem.decode(text))[0])


@pytest.mark.parametrize("name", SUBJECTS)
def test_check_values(name: str) -> None:
    request = create_request(EXAMPLE, key(), RELEASES[name])
    version, subject, _, attributes = _signed_part(request.pem)
    assert version == b"\x02\x01\x00"
    assert len(subject) == 146
    assert hashlib.sha256(subject).hexdigest() == SUBJECTS[name]
    assert attributes.hex() == ATTRIBUTES[name]


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_attribute_leaves_an_empty_set(name: str) -> None:
    release = RELEASES[name]
    *_, attributes = _signed_part(create_request(PLAIN, key(), release).pem)
    expected = _SAN if release.subject_alternative_name else "a000"
    assert attributes.hex() == expected


@pytest.mark.parametrize("name", SUBJECTS)
def test_signature_algorithm(name: str) -> None:
    _, algorithm, signature = parts(pem.decode(create_request(PLAIN, key(), RELEASES[name]).pem))
    sha1 = name in {"11.32", "11.36", "11.40", "11.44"}
    assert algorithm == (_SHA1_WITH_RSA if sha1 else _SHA256_WITH_RSA)
    tag, bits = split(signature)
    assert (tag, bits[0], len(bits)) == (3, 0, 257)


@pytest.mark.parametrize("name", ["ecdsa-prime256v1", "ecdsa-secp384r1"])
def test_ecdsa_has_no_parameters_and_verifies(name: str) -> None:
    openssl = require_program("openssl")
    text = create_request(PLAIN, key(name), RELEASES["docs"]).pem
    assert parts(pem.decode(text))[1] == _ECDSA_WITH_SHA256
    done = subprocess.run(
        [openssl, "req", "-verify", "-noout"], input=text, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_rsa_repeats() -> None:
    release = RELEASES["docs"]
    assert create_request(PLAIN, key(), release) == create_request(PLAIN, key(), release)


def test_pem() -> None:
    text = create_request(PLAIN, key(), RELEASES["docs"]).pem
    first, *body, last = text.split("\n")
    assert first == "-----BEGIN CERTIFICATE REQUEST-----"
    assert last == "-----END CERTIFICATE REQUEST-----"
    assert {len(line) for line in body[:-1]} == {64}
    assert 0 < len(body[-1]) <= 64


def test_id() -> None:
    request = create_request(replace(PLAIN, hosts=("*.example.com",)), key(), RELEASES["docs"])
    modulus = key().modulus
    body = "".join(request.pem.split("\n")[1:-1])
    digest = hashlib.md5(body.encode()).hexdigest()
    assert request.id == f"_wildcard__example_com_{modulus[:5]}_{modulus[-5:]}_{digest}"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Az09 '()+,-./:=?", 0x13),
        ("a&b", 0x0C),
        ("a@b", 0x0C),
        ("*", 0x0C),
        ("_", 0x0C),
        ("é", 0x0C),
        ('"', 0x0C),
        (";", 0x0C),
    ],
)
def test_printable_if_it_fits(text: str, tag: int) -> None:
    values = replace(PLAIN, city=text, company="é", state="Texas")
    _, subject, *_ = _signed_part(create_request(values, key(), RELEASES["11.32"]).pem)
    _, state, city, company, *_ = (parts(parts(one)[0])[1] for one in parts(subject))
    assert city[0] == tag
    assert (state[0], company[0]) == (0x13, 0x0C), "each value decides alone"


def test_password_takes_its_own_type() -> None:
    values = replace(EXAMPLE, password="p@ss")
    *_, attributes = _signed_part(create_request(values, key(), RELEASES["11.32"]).pem)
    assert attributes.endswith(b"\x0c\x04p@ss")


def test_attributes_stand_in_set_order() -> None:
    values = replace(EXAMPLE, password="p" * 200)
    *_, attributes = _signed_part(create_request(values, key(), RELEASES["docs"]).pem)
    members = parts(attributes)
    assert members == sorted(members)
    assert b"p" * 200 in members[1], "the longer one is greater here"


# The oracle of ssl §3.6: openssl req with the same key, order and attributes.

_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
_HOST = st.builds(
    lambda wildcard, labels, last: f"{wildcard}{'.'.join(labels)}.{last}",
    st.sampled_from(["", "", "*."]),
    st.lists(_LABEL, min_size=1, max_size=4),
    st.from_regex("[a-z]{2,6}", fullmatch=True),
)
_PRINTABLE = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?", min_size=1,
    max_size=40,
)  # fmt: skip
_ANY = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
_TEXT = st.one_of(_PRINTABLE, _ANY)
_LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,40}", fullmatch=True)
_EMAIL = st.builds(lambda local, domain: f"{local}@{domain.removeprefix('*.')}", _LOCAL, _HOST)
_VALUES = st.builds(
    SubjectValues,
    city=_TEXT,
    company=_TEXT,
    companydivision=st.one_of(st.just(""), _TEXT),
    country=st.from_regex("[A-Za-z]{2}", fullmatch=True),
    email=st.one_of(st.just(""), _EMAIL),
    hosts=st.lists(_HOST, min_size=1, max_size=3, unique=True).map(tuple),
    state=_TEXT,
    password=st.one_of(st.just(""), _TEXT),
)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _configuration(values: SubjectValues, release: Release) -> str:
    """Return what makes openssl req write the CSR of *release*, by ``ssl §3.6``."""
    mask = "MASK:0x2002" if release.strings is StringRule.PRINTABLE_IF_IT_FITS else "utf8only"
    strings = {
        "C": values.country,
        "ST": values.state,
        "L": values.city,
        "O": values.company,
        "OU": values.companydivision,
        "CN": values.host,
        "emailAddress": values.email,
    }
    lines = ["[req]", "prompt = no", "utf8 = yes", f"string_mask = {mask}"]
    lines += ["distinguished_name = subject"]
    if release.challenge_password and values.password:
        lines += ["attributes = attributes"]
    if release.subject_alternative_name:
        lines += ["req_extensions = extensions"]
    lines += ["[subject]"]
    lines += [f"{name} = {_quoted(strings[name])}" for name in release.subject_order
              if strings[name]]  # fmt: skip
    lines += ["[attributes]", f"challengePassword = {_quoted(values.password)}"]
    names = ",".join(f"DNS:{host}" for host in values.hosts)
    lines += ["[extensions]", f"subjectAltName = {names}"]
    return "\n".join(lines) + "\n"


def _openssl_request(values: SubjectValues, release: Release, key_file: str) -> bytes:
    digest = "-sha1" if release.digest is Digest.SHA1 else "-sha256"
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "openssl.cnf"
        configuration.write_text(_configuration(values, release), "utf-8")
        done = subprocess.run(
            [require_program("openssl"), "req", "-new", "-batch", "-key", key_file, digest,
             "-config", str(configuration), "-outform", "DER"],
            capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


@settings(max_examples=60)
@given(_VALUES, st.sampled_from(sorted(RELEASES)))
def test_openssl_writes_the_same_bytes(values: SubjectValues, name: str) -> None:
    release = RELEASES[name]
    checked = checked_values(values)
    ours = pem.decode(create_request(checked, key("rsa-1024"), release).pem)
    assert ours == _openssl_request(checked, release, key_path("rsa-1024"))


@pytest.mark.parametrize("name", RELEASES)
def test_openssl_writes_the_documented_example(name: str) -> None:
    release = RELEASES[name]
    ours = pem.decode(create_request(EXAMPLE, key(), release).pem)
    assert ours == _openssl_request(EXAMPLE, release, key_path())


def test_longest_values() -> None:
    """The bounds of ``ssl §2.1`` rule 8; OpenSSL itself refuses the e-mail address."""
    values = checked_values(
        replace(
            EXAMPLE,
            city="é" * 128,
            company="é" * 64,
            companydivision="é" * 64,
            email=f"{'m' * 64}@{'d' * 60}.{'d' * 60}.{'d' * 60}.example",
            hosts=(f"{'h' * 56}.example",),
            password="é" * 255,
        )
    )
    openssl = require_program("openssl")
    text = create_request(values, key(), RELEASES["docs"]).pem
    done = subprocess.run(
        [openssl, "req", "-verify", "-noout", "-subject"], input=text, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert values.email in done.stdout
