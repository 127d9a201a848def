"""Stored secrets and what is remembered of them."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.accounts.passwords import (
    PUBLISHED_PASSWORD,
    PasswordVerifier,
    new_token,
    store_password,
    store_token,
    token_matches,
)


@pytest.fixture
def scrypt_calls(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The passwords that scrypt was asked about."""
    calls: list[bytes] = []
    real: Callable[..., bytes] = hashlib.scrypt

    def counting(password: bytes, **keywords: Any) -> bytes:
        calls.append(password)
        return real(password, **keywords)

    monkeypatch.setattr(hashlib, "scrypt", counting)
    return calls


def test_a_stored_password_is_scrypt_with_its_parameters_and_a_salt() -> None:
    name, cost, block, parallel, salt, digest = store_password("secret").split("$")
    assert (name, cost, block, parallel) == ("scrypt", "16384", "8", "1")
    expected = hashlib.scrypt(b"secret", salt=bytes.fromhex(salt), n=16384, r=8, p=1, dklen=32)
    assert bytes.fromhex(digest) == expected
    assert store_password("secret").split("$")[4] != salt


def test_the_published_password_has_one_stored_form_that_is_true() -> None:
    stored = store_password(PUBLISHED_PASSWORD)
    assert stored == store_password(PUBLISHED_PASSWORD)
    assert PasswordVerifier().verify(PUBLISHED_PASSWORD, stored)


def test_right_and_wrong_passwords() -> None:
    verifier = PasswordVerifier()
    stored = store_password("pässword")
    assert verifier.verify("pässword", stored)
    assert not verifier.verify("password", stored)
    assert not verifier.verify("", stored)
    assert not verifier.verify(stored, stored)


@pytest.mark.parametrize("stored", ["", "x", "scrypt$$$$$", "scrypt$1$8$1$zz$zz", "a$b$c$d$e$f$g"])
def test_what_is_no_stored_password_never_matches(stored: str) -> None:
    assert not PasswordVerifier().verify("", stored)
    assert not PasswordVerifier().verify(stored, stored)


def test_the_thousandth_request_pays_nothing(scrypt_calls: list[bytes]) -> None:
    verifier = PasswordVerifier()
    stored = store_password(PUBLISHED_PASSWORD)
    assert all(verifier.verify(PUBLISHED_PASSWORD, stored) for _ in range(1000))
    assert len(scrypt_calls) == 1


def test_wrong_passwords_and_unknown_users_pay_each_time(scrypt_calls: list[bytes]) -> None:
    verifier = PasswordVerifier()
    stored = store_password(PUBLISHED_PASSWORD)
    for form in (stored, ""):
        for _ in range(2):
            assert not verifier.verify("wrong", form)
    assert scrypt_calls == [b"wrong"] * 4


def test_a_changed_password_is_forgotten() -> None:
    verifier = PasswordVerifier()
    assert verifier.verify("old", store_password("old"))
    assert not verifier.verify("old", store_password("new"))


def test_the_memory_is_bounded_and_drops_the_longest_unused(scrypt_calls: list[bytes]) -> None:
    verifier = PasswordVerifier(size=2)
    stored = {name: store_password(name) for name in ("a", "b", "c")}
    for name in ("a", "b", "a", "c"):
        assert verifier.verify(name, stored[name])
    scrypt_calls.clear()
    assert verifier.verify("a", stored["a"])
    assert scrypt_calls == []
    assert verifier.verify("b", stored["b"])
    assert scrypt_calls == [b"b"]


def test_a_stored_token_is_its_sha256_without_white_space() -> None:
    assert store_token("AB\nC\t") == "sha256$" + hashlib.sha256(b"ABC").hexdigest()


def test_tokens_match_one_of_several() -> None:
    stored = [store_token("ONE"), "", store_token("TWO")]
    assert token_matches("TWO", stored)
    assert token_matches("T\r\nWO ", stored)
    assert not token_matches("THREE", stored)
    assert not token_matches("", stored)
    assert not token_matches("", [])
    assert not token_matches(stored[0], stored)


def test_new_tokens_look_like_the_documented_ones() -> None:
    # wire §3.1: 32 capitals and digits
    assert re.fullmatch(r"[A-Z0-9]{32}", new_token(random.SystemRandom()))
    assert new_token(random.Random(1)) == new_token(random.Random(1))
    assert new_token(random.Random(1)) != new_token(random.Random(2))


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_a_password_and_a_token(text: str) -> None:
    assert PasswordVerifier().verify(text, store_password(text))
    assert token_matches(text, [store_token(text)])
