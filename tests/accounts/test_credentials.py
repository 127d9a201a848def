"""The Authorization header, and what it opens (``wire §3.1``)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.accounts.credentials import (
    CredentialChecker,
    Credentials,
    Login,
    RememberedLogins,
    Scheme,
    parse_authorization,
)
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Service
from cpanel_emu.accounts.passwords import PUBLISHED_PASSWORD, PasswordVerifier, store_password
from cpanel_emu.accounts.seeding import published_secrets

CPANEL, WHM = Service.CPANEL, Service.WHM


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        # The header of the recorded client in liveapi_cli §6.3.
        ("Basic dXNlcjoxMjM0NWx1Z2dhZ2U=", (Scheme.BASIC, "user", "12345luggage")),
        ("bAsIc dXNlcjoxMjM0NWx1Z2dhZ2U=", (Scheme.BASIC, "user", "12345luggage")),
        ("Basic dXNlcjoxMjM0NWx1Z2dhZ2U", (Scheme.BASIC, "user", "12345luggage")),
        ("Basic  dXNlcjoxMjM0\r\n NWx1Z2dhZ2U= ", (Scheme.BASIC, "user", "12345luggage")),
        (basic("user", "a:b c "), (Scheme.BASIC, "user", "a:b c ")),
        (basic("user", "pässword"), (Scheme.BASIC, "user", "pässword")),
        ("Basic dXNlcjpw5A==", (Scheme.BASIC, "user", "pä")),
        ("WHM root:abc123", (Scheme.WHM, "root", "abc123")),
        ("whm root:ABC", (Scheme.WHM, "root", "ABC")),
        ("WHM root:abc\r\n def\t", (Scheme.WHM, "root", "abcdef")),
        ("cpanel user:TOKEN", (Scheme.CPANEL, "user", "TOKEN")),
        ("CPANEL user:TOKEN  ", (Scheme.CPANEL, "user", "TOKEN")),
    ],
)
def test_what_a_header_says(header: str, expected: tuple[Scheme, str, str]) -> None:
    assert parse_authorization(header) == Credentials(*expected)


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic dXNlcg==",
        "Basic dXNlcjo=",
        "Basic OnBhc3M=",
        "Basic dXNlcjoxMjM0NWx1Z2dhZ2U=x",
        "Basic é",
        "WHM",
        "WHM root",
        "WHM root:",
        "WHM :hash",
        "webmail user:TOKEN",
        "Bearer abc:def",
        "session user:TOKEN",
        "user:12345luggage",
    ],
)
def test_what_no_header_says(header: str) -> None:
    assert parse_authorization(header) is None


@given(
    st.text(st.characters())
    | st.builds(
        "{} {}".format,
        st.sampled_from(["Basic", "WHM", "cpanel", "basic"]),
        st.text(st.characters()) | st.binary().map(lambda data: base64.b64encode(data).decode()),
    )
)
def test_parsing_never_raises(header: str) -> None:
    claimed = parse_authorization(header)
    assert claimed is None or (claimed.user and claimed.secret and ":" not in claimed.user)


@given(st.text(min_size=1).filter(lambda text: ":" not in text), st.text(min_size=1))
def test_basic_gives_back_what_was_put_in(user: str, password: str) -> None:
    assert parse_authorization(basic(user, password)) == Credentials(Scheme.BASIC, user, password)


def test_secrets_are_not_shown() -> None:
    assert "12345" not in repr(Credentials(Scheme.BASIC, "user", "12345luggage"))


@pytest.mark.parametrize(
    ("scheme", "user", "secret", "service", "opens"),
    [
        ("basic", "plain", PUBLISHED_PASSWORD, CPANEL, True),
        ("basic", "plain", PUBLISHED_PASSWORD, WHM, False),
        ("basic", "seller", PUBLISHED_PASSWORD, CPANEL, True),
        ("basic", "seller", PUBLISHED_PASSWORD, WHM, True),
        ("basic", "root", PUBLISHED_PASSWORD, CPANEL, False),
        ("basic", "root", PUBLISHED_PASSWORD, WHM, True),
        ("basic", "plain", "wrong", CPANEL, False),
        ("basic", "PLAIN", PUBLISHED_PASSWORD, CPANEL, False),
        ("basic", "nobody", PUBLISHED_PASSWORD, CPANEL, False),
        ("basic", "../plain", PUBLISHED_PASSWORD, CPANEL, False),
        ("basic", "plain", "TOKEN", CPANEL, False),
        ("cpanel", "plain", "TOKEN", CPANEL, True),
        ("cpanel", "plain", "TOKEN", WHM, False),
        ("cpanel", "seller", "TOKEN", WHM, False),
        ("cpanel", "bought", "TOKEN", CPANEL, False),
        ("cpanel", "nobody", "TOKEN", CPANEL, False),
        ("cpanel", "root", "TOKEN", CPANEL, False),
        ("cpanel", "plain", PUBLISHED_PASSWORD, CPANEL, False),
        ("whm", "root", "HASH", WHM, True),
        ("whm", "root", "TOKEN", WHM, True),
        ("whm", "root", "hash", WHM, False),
        ("whm", "root", "HASH", CPANEL, False),
        ("whm", "seller", "TOKEN", WHM, True),
        ("whm", "plain", "TOKEN", WHM, False),
        ("whm", "plain", "TOKEN", CPANEL, False),
        ("whm", "nobody", "TOKEN", WHM, False),
        ("whm", "root", PUBLISHED_PASSWORD, WHM, False),
    ],
)
def test_what_credentials_open(
    directory: AccountDirectory, scheme: str, user: str, secret: str, service: Service, opens: bool
) -> None:
    checker = CredentialChecker(directory)
    login = checker.check(Credentials(Scheme(scheme), user, secret), service)
    assert login == (Login(user, service, Scheme(scheme)) if opens else None)


def test_a_login_form_is_a_password(directory: AccountDirectory) -> None:
    checker = CredentialChecker(directory)
    login = checker.check_password("plain", PUBLISHED_PASSWORD, CPANEL)
    assert login == Login("plain", CPANEL, Scheme.BASIC)
    assert checker.check_password("plain", "TOKEN", CPANEL) is None
    assert checker.check_password("root", PUBLISHED_PASSWORD, CPANEL) is None


def test_a_session_is_no_header(directory: AccountDirectory) -> None:
    checker = CredentialChecker(directory)
    for service in Service:
        assert checker.check(Credentials(Scheme.SESSION, "plain", "TOKEN"), service) is None


def test_a_suspended_account_is_refused(directory: AccountDirectory) -> None:
    directory.update("plain", lambda account: dataclasses.replace(account, suspended=True))
    checker = CredentialChecker(directory)
    assert checker.check_password("plain", PUBLISHED_PASSWORD, CPANEL) is None
    assert checker.check(Credentials(Scheme.CPANEL, "plain", "TOKEN"), CPANEL) is None


def test_published_secrets_can_be_refused(directory: AccountDirectory) -> None:
    directory.update(
        "plain", lambda account: dataclasses.replace(account, password=store_password("own"))
    )
    checker = CredentialChecker(directory, refused=published_secrets())
    assert checker.check_password("seller", PUBLISHED_PASSWORD, CPANEL) is None
    assert checker.check_password("root", PUBLISHED_PASSWORD, WHM) is None
    assert checker.check_password("plain", "own", CPANEL) is not None
    assert checker.check(Credentials(Scheme.CPANEL, "plain", "TOKEN"), CPANEL) is not None


def test_published_tokens_can_be_refused(directory: AccountDirectory) -> None:
    directory.add_token("plain", "copied", "CPANELDEMOTOKEN0123456789ABCDEFG")
    copied = Credentials(Scheme.CPANEL, "plain", "CPANELDEMOTOKEN0123456789ABCDEFG")
    assert CredentialChecker(directory).check(copied, CPANEL) is not None
    assert CredentialChecker(directory, refused=published_secrets()).check(copied, CPANEL) is None


def test_a_changed_password_counts_at_once(directory: AccountDirectory) -> None:
    checker = CredentialChecker(directory)
    assert checker.check_password("plain", PUBLISHED_PASSWORD, CPANEL) is not None
    directory.update(
        "plain", lambda account: dataclasses.replace(account, password=store_password("new"))
    )
    assert checker.check_password("plain", PUBLISHED_PASSWORD, CPANEL) is None
    assert checker.check_password("plain", "new", CPANEL) is not None


def test_unknown_users_cost_as_much_as_wrong_passwords(
    directory: AccountDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[tuple[int, int, int]] = []
    real: Callable[..., bytes] = hashlib.scrypt

    def counting(password: bytes, **keywords: Any) -> bytes:
        costs.append((keywords["n"], keywords["r"], keywords["p"]))
        return real(password, **keywords)

    monkeypatch.setattr(hashlib, "scrypt", counting)
    checker = CredentialChecker(directory, verifier=PasswordVerifier())
    for user in ("plain", "nobody", "root", "../x"):
        assert checker.check_password(user, "wrong", CPANEL) is None
    assert costs == [(16384, 8, 1)] * 4


def settle(directory: AccountDirectory) -> None:
    """Make the files old enough to be kept in memory."""
    for path in (*directory.root.users.iterdir(), directory.root.server_file):
        os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.mark.parametrize(
    ("header", "service"),
    [
        (basic("plain", PUBLISHED_PASSWORD), CPANEL),
        ("cpanel plain:TOKEN", CPANEL),
        ("WHM root:HASH", WHM),
        (basic("seller", PUBLISHED_PASSWORD), WHM),
    ],
)
def test_a_header_that_was_right_is_right_again(
    directory: AccountDirectory, header: str, service: Service
) -> None:
    settle(directory)
    checker = CredentialChecker(directory)
    logins = [checker.check_header(header, service) for _ in range(3)]
    assert logins[0] is not None
    assert logins[1:] == logins[:2]
    other = WHM if service is CPANEL else CPANEL
    assert checker.check_header(f"{header}x", service) is None
    if "seller" not in repr(logins[0]):
        assert checker.check_header(header, other) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda account: dataclasses.replace(account, password=store_password("new"), api_tokens={}),
        lambda account: dataclasses.replace(account, suspended=True),
    ],
)
def test_a_remembered_header_is_forgotten_with_a_change(
    directory: AccountDirectory, change: Callable[[Account], Account]
) -> None:
    settle(directory)
    checker = CredentialChecker(directory)
    headers = [basic("plain", PUBLISHED_PASSWORD), "cpanel plain:TOKEN"]
    for header in headers * 2:
        assert checker.check_header(header, CPANEL) is not None
    directory.update("plain", change)
    for header in headers * 2:
        assert checker.check_header(header, CPANEL) is None


def test_a_remembered_header_is_forgotten_with_the_account(directory: AccountDirectory) -> None:
    settle(directory)
    checker = CredentialChecker(directory)
    header = basic("plain", PUBLISHED_PASSWORD)
    for _ in range(2):
        assert checker.check_header(header, CPANEL) is not None
    directory.remove("plain")
    assert checker.check_header(header, CPANEL) is None


def test_a_reseller_without_accounts_is_none(directory: AccountDirectory) -> None:
    settle(directory)
    checker = CredentialChecker(directory)
    header = basic("seller", PUBLISHED_PASSWORD)
    for _ in range(2):
        assert checker.check_header(header, WHM) is not None
    directory.remove("bought")
    assert checker.check_header(header, WHM) is None


def test_few_headers_are_remembered_and_none_in_clear(directory: AccountDirectory) -> None:
    remembered = RememberedLogins(size=2)
    login = Login("plain", CPANEL, Scheme.BASIC)
    for header in ("one", "two", "three"):
        remembered.remember(header, login, None)
        assert remembered.find(header, CPANEL) == (login, None)
    assert remembered.find("one", CPANEL) is None
    assert remembered.find("three", WHM) is None
    assert b"three" not in b"".join(digest for _, digest in remembered._logins)
