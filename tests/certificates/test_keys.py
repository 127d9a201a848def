"""Private keys: reading, generating, the cache, the pool."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cpanel_emu.certificates import keys
from cpanel_emu.certificates.keys import KeyCache, KeyKind, KeyPool
from cpanel_emu.errors import Failure
from tests.certificates.examples import KEYS, key, key_path
from tests.requirements import require_program

UNREADABLE = r"^The key could not be read\.$"


def _text(name: str = "example.com") -> str:
    return (KEYS / f"{name}.key").read_text("ascii")


@pytest.mark.parametrize(
    ("name", "kind", "word"),
    [
        ("example.com", KeyKind(bits=2048), "rsa-2048"),
        ("rsa-1024", KeyKind(bits=1024), "rsa-1024"),
        ("rsa-4096", KeyKind(bits=4096), "rsa-4096"),
        ("ecdsa-prime256v1", KeyKind(curve="prime256v1"), "ecdsa-prime256v1"),
        ("ecdsa-secp384r1", KeyKind(curve="secp384r1"), "ecdsa-secp384r1"),
    ],
)
def test_kinds(name: str, kind: KeyKind, word: str) -> None:
    pair = key(name)
    assert pair.kind == kind
    assert pair.kind.name == word
    assert keys.curve_of(pair.modulus) == kind.curve
    assert keys.to_pem(pair.private_key) == _text(name).rstrip()


def test_the_modulus_is_openssls() -> None:
    done = subprocess.run(
        [require_program("openssl"), "rsa", "-in", key_path(), "-noout", "-modulus"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.lower() == f"modulus={key().modulus}\n"


@pytest.mark.parametrize("name", ["example.com", "ecdsa-prime256v1"])
def test_other_forms_are_read_and_stored_in_ours(name: str) -> None:
    private = key(name).private_key
    pkcs8 = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert pkcs8.startswith("-----BEGIN PRIVATE KEY-----")
    with_windows_line_ends = pkcs8.replace("\n", "\r\n")
    assert keys.to_pem(keys.parse(with_windows_line_ends).private_key) == _text(name).rstrip()


def _pem(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "\ud800",
        _text()[:-100],
        _text().replace("MIIE", "MIIF", 1),
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        _pem(ec.generate_private_key(ec.SECP521R1())),
        _pem(ed25519.Ed25519PrivateKey.generate()),
        key("rsa-1024")
        .private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
        .decode(),
    ],
)
def test_unreadable(text: str) -> None:
    with pytest.raises(Failure, match=UNREADABLE):
        keys.parse(text)


def test_a_key_that_contradicts_itself_is_refused() -> None:
    numbers = key("rsa-1024").private_key.private_numbers()
    assert isinstance(numbers, rsa.RSAPrivateNumbers)
    wrong = rsa.RSAPrivateNumbers(
        p=numbers.p, q=numbers.q, d=numbers.d + 2, dmp1=numbers.dmp1, dmq1=numbers.dmq1,
        iqmp=numbers.iqmp, public_numbers=numbers.public_numbers,
    )  # fmt: skip
    private = wrong.private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(Failure, match=UNREADABLE):
        keys.parse(_pem(private))


@pytest.mark.parametrize("kind", [KeyKind(bits=1024), KeyKind(curve="secp384r1")])
def test_generate(kind: KeyKind) -> None:
    assert keys.key_pair(keys.generate(kind)).kind == kind


def test_the_cache_follows_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "is_settled", lambda _changed: True)
    path, cache = tmp_path / "x.key", KeyCache()
    path.write_text(_text())
    first = cache.load(path)
    assert cache.load(path) is first
    other = tmp_path / "other"
    other.write_text(_text("rsa-1024"))
    other.replace(path)
    assert cache.load(path).kind.bits == 1024
    path.unlink()
    with pytest.raises(Failure, match=UNREADABLE):
        cache.load(path)
    path.write_text("x")
    with pytest.raises(Failure, match=UNREADABLE):
        cache.load(path)


def test_what_has_just_changed_is_not_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "is_settled", lambda _changed: False)
    path, cache = tmp_path / "x.key", KeyCache()
    path.write_text(_text())
    assert cache.load(path) is not cache.load(path)


def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "is_settled", lambda _changed: True)
    cache, paths = KeyCache(size=2), [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(_text("rsa-1024"))
    first, second, third = (cache.load(path) for path in paths)
    assert cache.load(paths[1]) is second
    assert cache.load(paths[2]) is third
    assert cache.load(paths[0]) is not first, "the longest unused went"


def test_the_pool_hands_out_in_name_order(tmp_path: Path) -> None:
    for name, source in [
        ("b.key", "rsa-1024"),
        ("a.pem", "ecdsa-prime256v1"),
        ("c.key", "example.com"),
    ]:
        os.link(key_path(source), tmp_path / name)
    (tmp_path / "README").write_text("x")
    pool = KeyPool(tmp_path)
    kinds = [KeyKind(bits=2048), KeyKind(bits=1024), KeyKind(curve="prime256v1")]
    for _ in range(2):
        assert [keys.key_pair(pool.new_key(kind)).kind for kind in kinds] == kinds
        with pytest.raises(Failure, match=r"^The key pool has no unused rsa-2048 key\.$"):
            pool.new_key(kinds[0])
        pool.restart()
